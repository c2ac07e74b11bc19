"""Decisions last, and changes.csv tells whose score moved, by what and why, and of nobody else."""

import csv
from pathlib import Path

import numpy as np
import pytest

from grader.mark import mark
from grader.rehearsal.simulate import simulate, write_simulated
from qgen.exam.exam import make_exam, write_exam


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    exam = make_exam({"questions": [{"network": "tanh-heads"}]}, 10, 1)
    (tmp_path / "exam").mkdir()
    write_exam(exam, tmp_path / "exam")
    write_simulated(simulate(exam, 30, np.random.default_rng(1)), tmp_path / "answers.csv", tmp_path / "truth.csv")
    mark(tmp_path / "answers.csv", tmp_path / "exam", tmp_path / "results", feedback=False)
    return tmp_path


def again(folder: Path, **options: object) -> None:
    mark(folder / "answers.csv", folder / "exam", folder / "results", feedback=False, force=True, **options)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "results" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def scores(folder: Path) -> dict[str, str]:
    return {row["student_id"]: row["score"] for row in rows(folder, "scores.csv")}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "results").iterdir()}


def test_to_mark_again_changes_nothing(folder: Path) -> None:
    before = files(folder)
    again(folder)
    assert files(folder) == before
    assert "changes.csv" not in before


def test_whose_score_another_policy_moves_is_told_and_nobody_else(folder: Path) -> None:
    before = scores(folder)
    policy = folder / "p.toml"
    policy.write_text("[marking]\nfollow_through = 0.5\n[items.q1_a1]\ngive = true\n[items.q1_dw13]\nmarks = 2\n")
    again(folder, marking=policy)
    after = scores(folder)
    moved = {student for student in before if before[student] != after[student]}
    told = rows(folder, "changes.csv")
    assert {row["student_id"] for row in told} == moved != set()
    for student in moved:
        mine = [row for row in told if row["student_id"] == student]
        assert {(row["score_before"], row["score"]) for row in mine} == {(before[student], after[student])}
        difference = sum(float(row["marks"]) - float(row["marks_before"]) for row in mine)
        assert difference == pytest.approx(float(after[student]) - float(before[student]))
    assert {"decided: given to all", "the item is worth 2", "marked by another policy"} >= {row["why"] for row in told}
    kept = files(folder)
    again(folder)  # the policy is kept, and to mark once more changes not a byte
    assert files(folder) == kept
    again(folder, marking=policy)
    assert files(folder) == kept


def test_decisions_are_kept_added_to_and_replaced_on_demand_only(folder: Path) -> None:
    header = "student_id,item,marks,reason\n"
    (first, second), one, other = list(scores(folder))[:2], folder / "one.csv", folder / "other.csv"
    one.write_text(header + f"{first},q1_a1,0.25,smudged\n{second},q1_a1,0.25,smudged\n")
    other.write_text(header + f"{first},q1_a1,0.75,looked again\n")
    again(folder, overrides=one)
    again(folder)
    assert {row["student_id"]: row["marks"] for row in rows(folder, "overrides.csv")} == {first: "0.25", second: "0.25"}
    again(folder, overrides=other)
    assert {row["student_id"]: row["marks"] for row in rows(folder, "overrides.csv")} == {first: "0.75", second: "0.25"}
    assert [(row["student_id"], row["item"], row["why"]) for row in rows(folder, "changes.csv")] == [
        (first, "q1_a1", "decided: looked again")
    ]
    again(folder, overrides=other, replace_decisions=True)
    assert [row["student_id"] for row in rows(folder, "overrides.csv")] == [first]
    assert [(row["student_id"], row["why"]) for row in rows(folder, "changes.csv")] == [
        (second, "no longer decided: smudged")
    ]


def test_another_answer_is_told_and_so_is_who_comes_and_goes(folder: Path) -> None:
    lines = (folder / "answers.csv").read_text().splitlines()
    cells = lines[1].split(",")
    cells[2:] = [""] * len(cells[2:])
    new = ["S999", "001", *lines[2].split(",")[2:]]
    (folder / "answers.csv").write_text("\n".join([lines[0], ",".join(cells), *lines[2:-1], ",".join(new)]) + "\n")
    again(folder)
    told = rows(folder, "changes.csv")
    emptied, gone = cells[0], lines[-1].split(",")[0]
    assert {row["student_id"] for row in told} == {emptied, gone, "S999"}
    assert all(row["why"].startswith('the answer was "') for row in told if row["student_id"] == emptied)
    assert [row["why"] for row in told if row["student_id"] == gone] == ["has no score any more"]
    assert [row["why"] for row in told if row["student_id"] == "S999"] == ["has no score in the marks before"]
    remark = f"had a score in the results before, and none in these: {gone}\n"
    assert remark in (folder / "results" / "remarks.txt").read_text("utf-8")
    again(folder)
    assert remark in (folder / "results" / "remarks.txt").read_text("utf-8")


def test_changes_are_told_where_marks_csv_left_out_what_was_simply_right(folder: Path) -> None:
    again(folder, only_lost=True)
    assert not (folder / "results/changes.csv").exists()
    policy = folder / "p.toml"
    policy.write_text("[items.q1_dw13]\nmarks = 2\n")
    again(folder, marking=policy, only_lost=True)
    told = rows(folder, "changes.csv")
    assert {(row["item"], row["why"]) for row in told} == {("q1_dw13", "the item is worth 2")}
    assert {(row["marks_before"], row["marks"]) for row in told} == {("1", "2")}
    again(folder)
    assert rows(folder, "changes.csv") == told
    assert not (folder / "results/asked.csv").exists()


def test_another_answer_in_place_of_one_that_was_left_out_is_not_put_down_to_the_policy(folder: Path) -> None:
    policy = folder / "p.toml"
    policy.write_text("[items.q1_z1]\nmarks = 2\n")
    again(folder, marking=policy, only_lost=True)
    wrong = {row["student_id"] for row in rows(folder, "marks.csv") if row["item"] == "q1_z1"}
    lines = [line.split(",") for line in (folder / "answers.csv").read_text().splitlines()]
    line = next(line for line in lines[1:] if line[0] not in wrong)
    line[lines[0].index("q1_z1")] = ""
    (folder / "answers.csv").write_text("\n".join(map(",".join, lines)) + "\n")
    again(folder)
    whys = {row["item"]: row["why"] for row in rows(folder, "changes.csv") if row["student_id"] == line[0]}
    assert whys["q1_z1"] == "correct before, blank now"


def test_an_apostrophe_that_a_spreadsheet_wants_makes_no_other_answer(folder: Path) -> None:
    lines = [line.split(",") for line in (folder / "answers.csv").read_text().splitlines()]
    right = {(row["student_id"], row["item"]) for row in rows(folder, "marks.csv") if row["verdict"] == "correct"}
    line, i = next(
        (line, i) for line in lines for i, text in enumerate(line)
        if text.startswith("-") and (line[0], lines[0][i]) in right
    )  # fmt: skip
    line[i] = f"'{line[i]}"
    (folder / "answers.csv").write_text("\n".join(map(",".join, lines)) + "\n")
    again(folder)
    policy = folder / "p.toml"
    policy.write_text(f"[items.{lines[0][i]}]\nmarks = 2\n")
    again(folder, marking=policy)
    told = [row["why"] for row in rows(folder, "changes.csv") if row["student_id"] == line[0]]
    assert told == ["the item is worth 2"]


def test_a_broken_asked_csv_keeps_nobody_from_marking_again(folder: Path) -> None:
    again(folder, only_lost=True)
    (folder / "results/asked.csv").write_text("item;layer;part;max_marks\n")
    policy = folder / "p.toml"
    policy.write_text("[items.q1_dw13]\nmarks = 2\n")
    again(folder, marking=policy)
    whys = {row["why"] for row in rows(folder, "changes.csv") if not row["marks_before"]}
    assert whys == {"is not in the marks before"}


def test_results_that_a_spreadsheet_saved_are_marked_again_as_if_there_were_none(folder: Path) -> None:
    for name in ("scores.csv", "marks.csv"):
        path = folder / "results" / name
        path.write_text(path.read_text("utf-8").replace(",", ";"), "utf-8")
    again(folder)
    assert len(scores(folder)) == 30
    assert not (folder / "results" / "changes.csv").exists()
