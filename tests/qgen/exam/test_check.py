"""An exam folder is certified again from its stored numbers, and one altered number is found and named."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qgen.errors import InputError
from qgen.exam.check import Rate, _digits, certificate, check_folder
from qgen.exam.copying import copied_share
from qgen.exam.exam import make_exam, read_exam, write_exam
from qgen.exam.sample import Tally
from qgen.exam.spec import spec_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "exam"
    folder.mkdir()
    write_exam(make_exam(spec_of({}), 5, 1), folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of that exam."""
    return shutil.copytree(made, tmp_path / "exam")


def altered(folder: Path, change: Callable[[Any], None]) -> tuple[str, ...]:
    path = folder / "exam.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    return check_folder(folder)[2]


def test_an_untouched_folder_keeps_every_condition(folder: Path) -> None:
    _, lines, faults = check_folder(folder)
    assert faults == ()
    assert len(lines) == 20
    assert all(line.holds for line in lines)


@pytest.mark.parametrize("given", ["w21_1", "b3", "x2", "y", "alpha"])
def test_an_altered_given_is_named_with_what_it_was(folder: Path, given: str) -> None:
    was = json.loads((folder / "exam.json").read_text())["givens"]["q1"][given][2]
    new = {"y": 1 - was, "alpha": 0.5 if was != 0.5 else 0.6}.get(given, 0.77)

    def change(content: Any) -> None:
        content["givens"]["q1"][given][2] = new

    (fault,) = altered(folder, change)
    assert f"variant 003: given q1.{given}" in fault
    assert f"was {was:g} when it was made" in fault


def test_an_altered_answer_is_named(folder: Path) -> None:
    def change(content: Any) -> None:
        content["items"]["q2_dw13"]["value"][1] += 0.01

    (fault,) = altered(folder, change)
    assert "variant 002: answer q2_dw13" in fault


def test_of_one_answer_that_differs_the_answer_is_named_though_a_given_may_have_led_to_it(tmp_path: Path) -> None:
    write_exam(make_exam({"questions": [{"network": "tanh-heads", "ask": ["loss"]}]}, 1, 1), tmp_path)

    def change(content: Any) -> None:
        content["givens"]["q1"]["y2"][0] = 1 - content["givens"]["q1"]["y2"][0]

    (fault,) = (fault for fault in altered(tmp_path, change) if "exam.json" in fault and "range" not in fault)
    assert "variant 001: answer q1_loss" in fault


def test_an_altered_range_is_named_in_exam_json(folder: Path) -> None:
    def change(content: Any) -> None:
        content["items"]["q1_dw13"]["high"][4] = 99.0

    faults = altered(folder, change)
    assert any('variant 005: high of q1_dw13 (dL/dw_13) "99"' in fault for fault in faults)


def test_an_altered_cell_of_key_csv_is_named_by_its_line(folder: Path) -> None:
    path = folder / "key.csv"
    lines = path.read_text().splitlines()
    lines[7] = lines[7].replace(",1,", ",3,", 1)
    path.write_text("\n".join(lines) + "\n")
    (fault,) = check_folder(folder)[2]
    assert 'key.csv:8: variant 001, q1_a1_2, marks: "3" is 1' in fault


def test_a_change_of_anything_else_breaks_the_checksum(folder: Path) -> None:
    def change(content: Any) -> None:
        content["names"]["eve"] = "Eve"

    (fault,) = altered(folder, change)
    assert "checksum" in fault


def test_a_key_saved_anew_with_the_same_numbers_is_named_as_the_marking_will_refuse_it(folder: Path) -> None:
    path = folder / "key.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (fault,) = check_folder(folder)[2]
    assert fault == f"{path}: has the right numbers, but was saved anew after it was made (checksum); restore it"
    with pytest.raises(InputError):
        read_exam(folder)


def test_another_seed_is_named_and_its_absence_in_older_exams_is_not(folder: Path) -> None:
    (fault,) = altered(folder, lambda content: content.update(seed="2"))
    assert "exam.json: the seed was changed" in fault

    def older(content: Any) -> None:
        del content["checksums"]["seed"]

    assert altered(folder, older) == ()


def test_the_certificate_names_the_variant_that_fails() -> None:
    exam = make_exam(spec_of({}), 3, 1)
    broken = exam.batches[0].givens["b1_1"].copy()
    broken[1] = -5.0
    batch = replace(exam.batches[0], givens={**exam.batches[0].givens, "b1_1": broken})
    failing = replace(exam, batches=(batch, exam.batches[1]))
    lines = {(line.question, line.condition): line for line in certificate(failing)}
    assert not lines["q1", "active"].holds
    assert lines["q1", "active"].variant == "002"
    assert lines["q2", "active"].holds


def test_two_equal_inputs_of_an_example_are_no_fair_paper() -> None:
    exam = make_exam(spec_of({}), 3, 1)
    same = exam.batches[1].givens["x1"].copy()
    same[2] = exam.batches[1].givens["x2"][2]
    batch = replace(exam.batches[1], givens={**exam.batches[1].givens, "x1": same})
    lines = {
        (line.question, line.condition): line for line in certificate(replace(exam, batches=(exam.batches[0], batch)))
    }
    assert not lines["q2", "inputs"].holds
    assert lines["q2", "inputs"].variant == "003"
    assert lines["q1", "inputs"].holds


def test_the_rate_is_the_share_of_draws_that_are_fair_and_fresh() -> None:
    def accepted(drawn: int, reached: int, repeated: int) -> float:
        tally = Tally(drawn=drawn, reached={"repeated": reached}, rejected={"repeated": repeated})
        return Rate("q1", tally, 0.0, "", ()).accepted

    assert accepted(200, 10, 4) == 0.03
    assert accepted(1, 1, 0) == 1
    assert Rate("q1", Tally(), 0.0, "", ()).accepted == 0


def test_a_given_of_another_length_than_the_first_variants_is_no_equal_work() -> None:
    batch = make_exam(spec_of({}), 3, 1).batches[0]
    longer = replace(batch, givens={**batch.givens, "x1": np.array([1.5, 1.25, 2.5])})
    assert _digits(longer).tolist() == [1, -1, 1]
    assert _digits(longer.take(np.array([1]))).tolist() == [1]


def test_the_margin_of_copying_is_what_the_worst_variant_leaves_of_the_limit() -> None:
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 4, 1)
    marks = np.array([item.marks for item in exam.items])
    share = copied_share(marks, exam.value, exam.low, exam.high)
    (line,) = (line for line in certificate(exam) if line.condition == "copying")
    assert line.margin == pytest.approx(0.1 - share.max())
    assert not any(line.condition == "copying" for line in certificate(make_exam(exam.spec, 1, 1)))


def test_what_hundreds_of_variants_are_certified_for_holds_in_the_folder_too(tmp_path: Path) -> None:
    """Both look at the numbers that are stored: ranges hold their ends, and unrounded values may miss them."""
    write_exam(make_exam(spec_of({}), 300, 1), tmp_path)
    _, lines, faults = check_folder(tmp_path)
    assert faults == ()
    assert [line for line in lines if not line.holds] == []


def test_two_altered_answers_and_a_missing_row_are_each_told(folder: Path) -> None:
    def change(content: Any) -> None:
        content["items"]["q2_dw13"]["value"][1] += 2e-9
        content["items"]["q2_dw12"]["value"][1] -= 2e-9
        content["items"]["q1_loss"]["value"][3] += 5e-10  # as near as that it is the same number

    faults = [fault for fault in altered(folder, change) if "exam.json" in fault]
    assert [fault.partition(": ")[2].partition(' "')[0] for fault in faults] == [
        "variant 002: answer q2_dw12 (dL/dw_12)", "variant 002: answer q2_dw13 (dL/dw_13)",
    ]  # fmt: skip


def test_a_row_that_key_csv_lacks_is_told_by_the_count(folder: Path) -> None:
    path = folder / "key.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n")
    assert f"{path}: has {len(lines) - 2} rows, not {len(lines) - 1}" in check_folder(folder)[2]
    path.write_text("\n".join([*lines[:5], lines[5] + ",x", *lines[6:]]) + "\n")
    assert f"{path}:6: has 9 cells, not 8" in check_folder(folder)[2]
