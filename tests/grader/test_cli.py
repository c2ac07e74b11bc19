"""grader on good and bad input: one line per fault that names the place, exit 1, nothing half-written."""

import csv
import os
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner, Result

from grader.cli import app
from qgen.exam.exam import make_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.make import make
from qgen.papers.words import TEMPLATES

SMALL = {"questions": [{"network": "tanh-heads"}]}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with an exam of three variants in ./exam and perfect answers in ./answers.csv."""
    monkeypatch.chdir(tmp_path)
    exam = make_exam(spec_of(SMALL), 3, 1)
    Path("exam").mkdir()
    write_exam(exam, Path("exam"))
    with Path("answers.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("student_id", "variant", *exam.columns))
        for v, variant in enumerate(exam.variants):
            writer.writerow((f"0{v}7", variant, *(exam.spec.rounding.text(x) for x in exam.value[:, v])))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def test_perfect_answers_get_full_marks_and_every_file_is_there(here: Path) -> None:
    result = run("score", "answers.csv")
    assert result.exit_code == 0, result.output
    scores = rows("results/scores.csv")
    assert [row["student_id"] for row in scores] == ["007", "017", "027"]
    assert {row["percent"] for row in scores} == {"100.00"}
    assert {row["verdict"] for row in rows("results/marks.csv")} == {"correct"}
    assert sorted(path.name for path in Path("results/feedback").iterdir()) == ["007.pdf", "017.pdf", "027.pdf"]


def test_of_several_files_it_says_that_a_folder_takes_them(here: Path) -> None:
    result = run("score", "answers.csv", "more.csv", "--no-feedback")
    assert result.exit_code == 2
    assert "ANSWERS: several files are taken as a folder: put them into one, and name that" in result.stderr
    assert not Path("results").exists()


def test_the_exam_is_found_beside_the_answers(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("answers.csv").rename("exam/answers.csv")
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    assert run("score", "../exam/answers.csv", "--no-feedback").exit_code == 0


def test_overrides_reach_scores_and_marks(here: Path) -> None:
    Path("o.csv").write_text("student_id,item,marks,reason\n007,q1_a1,0,copied\n")
    assert run("score", "answers.csv", "--overrides", "o.csv", "--no-feedback").exit_code == 0
    assert rows("results/scores.csv")[0]["score"] == "20"
    (row,) = [r for r in rows("results/marks.csv") if r["decision"]]
    assert (row["item"], row["marks"], row["verdict"], row["note"]) == ("q1_a1", "0", "correct", "")
    assert row["decision"] == "1 -> 0: copied"


@pytest.mark.parametrize("reason", ["method right; before: 3 pm come and see me", "only the sign − is wrong"])
def test_an_examiners_reason_comes_out_as_it_was_written_whatever_is_in_it(here: Path, reason: str) -> None:
    Path("o.csv").write_text(f'student_id,item,marks,reason\n007,q1_a1,0.5,"{reason}"\n', "utf-8")
    assert run("score", "answers.csv", "--overrides", "o.csv").exit_code == 0
    (row,) = [r for r in rows("results/marks.csv") if r["decision"]]
    assert row["decision"] == f"1 -> 0.5: {reason}"
    pdf = pypdf.PdfReader("results/feedback/007.pdf")
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert f"Decided by the examiner: 0.5 instead of 1: {reason}" in text
    assert run("export", "generic").exit_code == 0
    said = f"Question 1, a_1: correct, 0.5/1, decided by the examiner: 0.5 instead of 1: {reason}."
    assert said.replace(";", ",") in Path("results/generic.csv").read_text("utf-8")


def test_what_could_not_be_read_is_quoted_as_it_was_written(here: Path) -> None:
    sheet = Path("answers.csv").read_text("utf-8").splitlines()
    column = sheet[0].split(",").index("q1_z1")
    cells = sheet[1].split(",")
    cells[column] = "−0.3x"
    Path("answers.csv").write_text("\n".join([sheet[0], ",".join(cells), *sheet[2:]]) + "\n", "utf-8")
    result = run("score", "answers.csv")
    assert "−0.3x" in result.stdout
    (row,) = [r for r in rows("results/marks.csv") if r["verdict"] == "unreadable"]
    assert "−0.3x" in row["answer"]
    assert "−0.3x" in row["note"]


def test_an_unreadable_cell_is_listed_and_never_a_silent_zero(here: Path) -> None:
    text = Path("answers.csv").read_text().splitlines()
    text[1] = text[1].rsplit(",", 1)[0] + ",0.31O"
    Path("answers.csv").write_text("\n".join(text))
    result = run("score", "answers.csv", "--no-feedback")
    assert result.exit_code == 0
    assert "1 unreadable" in result.output
    assert '"0.31O"' in result.output


def test_a_results_folder_is_replaced_only_with_force(here: Path) -> None:
    assert run("score", "answers.csv", "--no-feedback").exit_code == 0
    again = run("score", "answers.csv", "--no-feedback")
    assert again.exit_code == 1
    assert "exists" in again.output
    assert run("score", "answers.csv", "--no-feedback", "--force").exit_code == 0


def edit(path: str, old: str, new: str) -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new, 1))


FAULTS = {
    "missing exam": (lambda: Path("exam/exam.json").unlink(), "no exam found"),
    "missing answers": (lambda: Path("answers.csv").unlink(), "answers.csv"),
    "unknown variant": (lambda: edit("answers.csv", ",002,", ",902,"), 'unknown variant "902"'),
    "unknown column": (lambda: edit("answers.csv", "q1_dw11,", "q1_dw41,"), '"q1_dw41"; did you mean "q1_dw21"'),
    "duplicate student": (lambda: edit("answers.csv", "017,", "007,"), "007"),
    "broken JSON": (lambda: Path("exam/exam.json").write_text('{"spec": '), "not JSON"),
    "JSON of something else": (lambda: Path("exam/exam.json").write_text("[1]"), "not an exam"),
    "edited key": (lambda: edit("exam/key.csv", "q1_z1,hidden,forward,1", "q1_z1,hidden,forward,9"), "checksum"),
    "edited exam": (lambda: edit("exam/exam.json", '"alpha": [0.', '"alpha": [1.'), "checksum"),
    "missing key": (lambda: Path("exam/key.csv").unlink(), "key.csv"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_bad_input_is_one_clear_line_and_writes_nothing(here: Path, name: str) -> None:
    spoil, message = FAULTS[name]
    spoil()
    result = run("score", "answers.csv")
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    assert not Path("results").exists()
    assert not [path for path in here.iterdir() if path.name.startswith(".results")]


def test_scores_go_to_canvas_and_an_existing_file_is_kept(here: Path) -> None:
    run("score", "answers.csv", "--no-feedback")
    assert run("export", "canvas").exit_code == 0
    first = Path("results/canvas.csv").read_bytes()
    again = run("export", "canvas")
    assert again.exit_code == 1
    assert "--force" in again.output
    assert Path("results/canvas.csv").read_bytes() == first


def test_comments_speak_the_language_of_the_exam_and_the_words_of_own_templates(here: Path) -> None:
    run("score", "answers.csv", "--no-feedback")
    exam = make_exam(spec_of({**SMALL, "language": "de"}), 3, 1)
    Path("german").mkdir()
    write_exam(exam, Path("german"))
    macros = (TEMPLATES / "comment.txt").read_text("utf-8")
    Path("mine").mkdir()
    Path("mine/comment.txt").write_text(macros.replace(" of <<", " from <<"), "utf-8")
    for options, said in (
        ((), "21 of 21."),
        (("--exam", "german"), "21 von 21 Punkten."),
        (("--templates", "mine"), "21 from 21."),
    ):
        assert run("export", "generic", "--force", *options).exit_code == 0
        assert rows("results/generic.csv")[0]["Feedback"].startswith(said)
    Path("german").rename("exam/exam")
    assert run("export", "generic", "--force", "--exam", "german").output == "--exam: german: no such file or folder\n"


def test_an_unknown_system_is_refused_with_the_nearest(here: Path) -> None:
    run("score", "answers.csv", "--no-feedback")
    result = run("export", "moodel")
    assert result.exit_code == 1
    assert 'did you mean "moodle"' in result.output


@pytest.mark.parametrize("command", [[], ["score"], ["export"]])
def test_every_command_explains_itself_with_an_example(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert not command or "Example" in result.output


def test_force_never_deletes_what_grader_did_not_write(here: Path) -> None:
    assert run("score", "answers.csv", "--no-feedback").exit_code == 0
    Path("results/thesis.txt").write_text("mine")
    result = run("score", "answers.csv", "--no-feedback", "--force")
    assert result.exit_code == 1
    assert '--force would delete "thesis.txt"' in result.output
    assert Path("results/thesis.txt").read_text() == "mine"


def test_answers_made_up_from_tiny_gradients_earn_next_to_nothing(here: Path) -> None:
    exam = make_exam(spec_of(SMALL), 3, 1)
    givens = exam.batches[0].givens
    with Path("tiny.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("student_id", "variant", *exam.columns))
        for v, variant in enumerate(exam.variants):
            cells = []
            for item in exam.items:
                if item.part == "update":
                    cells.append(f"{givens[item.step.removeprefix('new_')][v] + 0.0001:.4f}")
                else:
                    cells.append({"z": "9.3", "a": "0.9999"}.get(item.step[0], "-0.0001"))
            writer.writerow((f"s{v}", variant, *cells))
    assert run("score", "tiny.csv", "--no-feedback").exit_code == 0
    assert all(float(row["percent"]) < 20 for row in rows("results/scores.csv"))


def test_an_id_that_was_guarded_in_the_answer_sheet_is_the_rosters(here: Path) -> None:
    make(spec_of({}), 1, here / "guarded", seed=1, students={"=1+1": "Ann"})
    sheet = Path("guarded/answers.csv")
    sheet.write_text(sheet.read_text().removesuffix(",\n") + ",1\n")
    assert run("score", str(sheet), "--exam", "guarded", "--out", "r", "--no-feedback").exit_code == 0
    assert not Path("r/remarks.txt").exists()
    assert rows("r/scores.csv")[0]["student_id"] == "'=1+1"


def roster_exam(here: Path, students: dict[str, str], rows: dict[str, str]) -> Path:
    """An exam of a roster in ./listed, and its sheet with some right answers, by id as it is written in the sheet."""
    exam = make_exam(spec_of(SMALL), len(students), 1, students=students)
    (here / "listed").mkdir()
    write_exam(exam, here / "listed")
    lines = [",".join(("student_id", "variant", *exam.columns))]
    for v, (written, kind) in enumerate(rows.items()):
        values = [exam.spec.rounding.text(x) for x in exam.value[:, v]]
        cells = {"right": values, "": [""] * len(values)}.get(kind, [kind, *[""] * (len(values) - 1)])
        lines.append(",".join((written, exam.variants[v], *cells)))
    sheet = here / "listed/answers.csv"
    sheet.write_text("\n".join(lines) + "\n", "utf-8")
    return sheet


CLASS = {"0012": "Ann Able", "0013": "Baker, Bo", "0014": "Cy Dee", "0015": "Dana Eff"}


def test_who_is_absent_is_listed_without_score_marks_feedback_or_grade(here: Path) -> None:
    sheet = roster_exam(here, CLASS, {"0012": "right", "0013": "", "0014": "present", "0015": "absent"})
    result = run("score", str(sheet), "--exam", "listed")
    assert result.exit_code == 0, result.output
    told = "absent, no marks and no feedback: 0013 (Baker, Bo), 0015 (Dana Eff)"
    assert told in result.output
    assert told in Path("results/remarks.txt").read_text()
    scores = {row["student_id"]: row for row in rows("results/scores.csv")}
    assert list(scores) == list(CLASS)
    assert {s: (row["score"], row["percent"], row["variant"]) for s, row in scores.items() if not row["percent"]} == {
        "0013": ("", "", "002"), "0015": ("", "", "004")
    }  # fmt: skip
    assert scores["0014"]["score"] == "0"
    assert {row["student_id"] for row in rows("results/marks.csv")} == {"0012", "0014"}
    assert sorted(path.name for path in Path("results/feedback").iterdir()) == ["0012.pdf", "0014.pdf"]
    Path("grades.csv").write_text("student_id\n" + "\n".join(CLASS) + "\n")
    exported = run("export", "generic", "--roster", "grades.csv")
    assert exported.exit_code == 0, exported.output
    assert [row["student_id"] for row in rows("results/generic.csv")] == ["0012", "0014"]
    assert run("export", "generic", "--roster", "grades.csv", "--absent", "zero", "--force").exit_code == 0
    graded = rows("results/generic.csv")
    assert [row["Exam"] for row in graded] == [scores["0012"]["score"], "0", "0", "0"]
    assert graded[1]["Feedback"] == ""


LONG = "a" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("score", LONG),
        ("score", f"{LONG}/x.csv", "--exam", "exam"),
        ("collect", LONG),
        ("simulate", "--out", LONG),
        ("simulate", "--out", "."),
        ("export", "canvas", "--results", LONG),
        ("score", "pipe", "--exam", "exam"),
    ],
)
def test_a_name_that_no_system_takes_and_a_pipe_are_one_line(here: Path, arguments: tuple[str, ...]) -> None:
    os.mkfifo(here / "pipe")
    result = run(*arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert len(result.output.strip().splitlines()) == 1


def test_the_exam_that_the_answers_lie_in_comes_before_the_one_here(here: Path) -> None:
    make(spec_of(SMALL), 1, here / "other", seed=7)
    exam = make_exam(spec_of(SMALL), 1, 7)
    cells = ",".join(exam.spec.rounding.text(x) for x in exam.value[:, 0])
    Path("other/answers.csv").write_text(f"student_id,variant,{','.join(exam.columns)}\nann,001,{cells}\n")
    assert run("score", "other/answers.csv", "--no-feedback").exit_code == 0
    assert rows("results/scores.csv")[0]["percent"] == "100.00"


def test_answers_to_another_exam_with_the_same_items_are_refused_unless_they_are_to_be_marked_anyway(
    here: Path,
) -> None:
    exam = make_exam(spec_of(SMALL), 3, 99)
    lines = [
        f"s{v},{name},{','.join(exam.spec.rounding.text(x) for x in exam.value[:, v])}"
        for v, name in enumerate(exam.variants)
    ]
    lines += [f"t{line[1:]}" for line in lines]
    Path("foreign.csv").write_text("\n".join([f"student_id,variant,{','.join(exam.columns)}", *lines]) + "\n")
    result = run("score", "foreign.csv", "--no-feedback")
    assert result.exit_code == 1
    assert (
        "answers are right: are they to this exam? Say which with --exam, or mark them with --anyway" in result.output
    )
    assert not Path("results").exists()
    result = run("score", "foreign.csv", "--no-feedback", "--anyway")
    assert result.exit_code == 0
    assert "are they to this exam" in Path("results/remarks.txt").read_text()
    assert "are they to this exam" not in run("score", "answers.csv", "--no-feedback", "--force").output
