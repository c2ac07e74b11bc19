"""Every student gets one or two pages: marks per layer, each lost mark with the expected line, number and note."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from grader.mark import mark
from grader.marking.score import score
from grader.marking.verdicts import FOLLOW_THROUGH, Marks
from grader.reading.answers import read_sheet
from grader.reasons import Decision, Reason
from grader.results.feedback import Feedback
from qgen.exam.exam import Exam, make_exam, write_exam
from qgen.exam.spec import spec_of

Barriers = Callable[..., list[str]]


def printed(marks):
    """File names and PDFs, student by student."""
    made = Feedback(marks)
    return [(name, made.pdf(s)) for s, name in enumerate(made.names)]


@pytest.fixture(scope="module")
def exam() -> Exam:
    return make_exam(spec_of({}), 1, 1)


def marked(exam: Exam, tmp_path: Path, students: dict[str, dict[str, str]]) -> Marks:
    path = tmp_path / "answers.csv"
    lines = [",".join(("student_id", "variant", *exam.columns))]
    for student, changes in students.items():
        cells = [
            changes.get(item, changes.get("*", exam.spec.rounding.text(exam.value[i, 0])))
            for i, item in enumerate(exam.columns)
        ]
        lines.append(",".join((student, "001", *cells)))
    path.write_text("\n".join(lines) + "\n")
    return score(exam, read_sheet(path, items=exam.columns, variants=exam.variants))


def text_of(pdf: bytes) -> tuple[int, str]:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return len(reader.pages), " ".join(page.extract_text() for page in reader.pages)


def test_a_lost_mark_comes_with_what_was_written_and_what_was_accepted(exam: Exam, tmp_path: Path) -> None:
    marks = marked(exam, tmp_path, {"ann": {"q1_dw13": "0.777"}})
    ((name, pdf),) = printed(marks)
    pages, text = text_of(pdf)
    i = exam.columns.index("q1_dw13")
    assert name == "ann.pdf"
    assert pages == 1
    assert "you wrote 0.777" in text.replace("\n", " ")
    assert f"{exam.low[i, 0]:g}"[:6] in text.replace("−", "-")
    assert "65 of 66" in text


def test_reasons_are_typeset_and_name_no_raw_ids(exam: Exam, tmp_path: Path) -> None:
    marks = marked(exam, tmp_path, {"ann": {"q1_dw13": "0.777", "q1_db1_1": "0.666", "q1_a3": "abc"}})
    reasons = {
        "q1_dw13": Reason("misconception", names=("bias-gradient-times-input", "new_w13", "w12_2")),
        "q1_db1_1": Reason("two_misconceptions", names=("no-learning-rate", "loss-without-minus")),
    }
    cells = {(0, exam.columns.index(item)): reason for item, reason in reasons.items()}
    ((_, pdf),) = printed(replace(marks, reasons={**marks.reasons, **cells}))
    text = " ".join(text_of(pdf)[1].split())
    assert not re.search(r"[\^_]\d|dL|d[wb]1", text)
    assert "Used" in text
    assert "the learning rate was left out. The cross-entropy has a minus in front." in text
    assert '"abc" is not a number' in text


def test_the_name_of_the_exams_roster_stands_in_the_feedback(exam: Exam, tmp_path: Path) -> None:
    named = replace(exam, names={"ann": "Zoë *Åström*", "bob": "Ann Bo \U0001f9ff"})
    pdfs = [pdf for _, pdf in printed(marked(named, tmp_path, {"ann": {"q1_a3": "\U0001f9ff"}, "bob": {}, "eve": {}}))]
    first, second, third = (text_of(pdf)[1] for pdf in pdfs)
    assert "Zoë *Åström*" in first
    assert re.search("Ann Bo [\ufffd\U0001f9ff]", second)
    assert "Name" not in third


SIGNS = "−≥→√ŁαΔЖאب"


@pytest.mark.parametrize("where", ["unreadable", "reason", "name"])
def test_a_sign_that_any_face_has_is_shown_in_every_face(exam: Exam, tmp_path: Path, where: str) -> None:
    words = f"0.3 {' '.join(SIGNS)}"
    named = replace(exam, names={"ann": words if where == "name" else "Ann"})
    marks = marked(named, tmp_path, {"ann": {"q1_a3": words if where == "unreadable" else "0.777"}})
    if where == "reason":
        cell = 0, exam.columns.index("q1_a3")
        marks = replace(marks, decisions={cell: Decision("0.5", words, "0")})
    ((_, pdf),) = printed(marks)
    text = text_of(pdf)[1]
    assert [sign for sign in SIGNS if sign not in text] == []
    assert "\ufffd" not in text


@pytest.mark.parametrize(
    "char", ["\U0001f9ff", "\x07", "\u202e", "\ue000", "\uf8ff", "\U000e0041", "\U000f0000", "\ud800"]
)
def test_what_no_typeface_has_is_replaced_by_a_mark_that_is_seen(exam: Exam, tmp_path: Path, char: str) -> None:
    named = replace(exam, names={"ann": f"Ann אב{char}"})
    marks = marked(named, tmp_path, {"ann": {"q1_a3": "0.777"}})
    cell = 0, exam.columns.index("q1_a3")
    ((_, pdf),) = printed(replace(marks, decisions={cell: Decision("0.5", f"odd {char} here", "0")}))
    text = " ".join(text_of(pdf)[1].split())
    assert "\ufffd" in text
    assert "Student" in text
    assert char not in text


def test_a_perfect_student_is_told_so(exam: Exam, tmp_path: Path) -> None:
    ((_, pdf),) = printed(marked(exam, tmp_path, {"ann": {}}))
    assert "Every answer earned its full marks." in text_of(pdf)[1]


@pytest.mark.parametrize("answer", ["0.777", "", "what?"])
def test_feedback_on_the_worst_paper_stays_within_two_pages(exam: Exam, tmp_path: Path, answer: str) -> None:
    named = replace(exam, names={"ann": "Ann Able"})
    ((_, pdf),) = printed(marked(named, tmp_path, {"ann": {"*": answer}}))
    assert text_of(pdf)[0] <= 2


def test_hostile_ids_and_answers_make_safe_names_and_do_not_stop_the_rest(exam: Exam, tmp_path: Path) -> None:
    students = {"../../etc": {"q1_a3": "$\\frac{"}, "..\\con": {"q1_a3": "\U0001f600 **x**"}, "Ωβ中": {}, "con": {}}
    made = list(printed(marked(exam, tmp_path, students)))
    assert len({name.lower() for name, _ in made}) == len(students)
    assert all("/" not in name and "\\" not in name and not name.startswith(".") for name, _ in made)
    assert all(text_of(pdf)[0] >= 1 for _, pdf in made)


def test_ids_that_differ_by_case_keep_their_own_feedback_and_control_characters_stop_nobody(
    exam: Exam, tmp_path: Path
) -> None:
    students = {"A-3": {"q1_dw13": "0.777"}, "a": {"q1_a3": '"0.5\x07"'}, "A": {}}
    made = dict(printed(marked(exam, tmp_path, students)))
    assert len(made) == 3
    assert "0.777" in text_of(made["A-3.pdf"])[1]


def test_feedback_has_no_barrier_for_those_who_cannot_see(exam: Exam, tmp_path: Path, barriers: Barriers) -> None:
    wrong = dict.fromkeys(exam.columns[::3], "0.777")
    blank = dict.fromkeys(exam.columns[:9], "")
    assert barriers(*(pdf for _, pdf in printed(marked(exam, tmp_path, {"ann": wrong, "bo": blank, "cy": {}})))) == []


def test_what_the_examiner_decided_is_told_also_of_full_marks_and_of_blanks(exam: Exam, tmp_path: Path) -> None:
    marks = marked(exam, tmp_path, {"ann": {"q1_a3": ""}})
    cell = 0, exam.columns.index("q1_a3")
    decided = replace(marks, decisions={cell: Decision("1", "see the margin")})
    ((_, pdf),) = printed(decided)
    text = " ".join(text_of(pdf)[1].split())
    assert "66 of 66" in text
    assert "Every answer earned its full marks." in text
    assert "What the examiner decided" in text
    assert "left blank; accepted is" in text
    assert "Decided by the examiner: 1 instead of 0: see the margin" in text


def test_a_parameter_that_was_not_moved_is_told_to_be_the_old_one(exam: Exam, tmp_path: Path) -> None:
    old = exam.batches[0].givens["b3"][0]
    ((_, pdf),) = printed(marked(exam, tmp_path, {"ann": {"q1_new_b3": f"{old:g}"}}))
    assert "That is the old value" in " ".join(text_of(pdf)[1].split())


def test_a_mistake_is_explained_once_and_every_lost_mark_has_a_reason(exam: Exam, tmp_path: Path) -> None:
    updates = [item for item in exam.columns if item.startswith("q1_new_")]
    marks = marked(exam, tmp_path, {"ann": dict.fromkeys(updates, "9.1") | {"q2_z1": "9.1"}})
    reason = Reason("misconception", names=("no-learning-rate",))
    told = {(0, exam.columns.index(item)): reason for item in updates}
    ((_, pdf),) = printed(replace(marks, reasons={**marks.reasons, **told}))
    text = " ".join(text_of(pdf)[1].split())
    assert text.count("the learning rate was left out") == 1
    assert f"The same in {len(updates) - 1} more" in text
    assert "It follows neither from the given numbers nor from your own" in text
    assert "Is a mark wrong?" in text


def test_what_followed_from_own_numbers_is_said_unless_it_counts_for_nobody(exam: Exam, tmp_path: Path) -> None:
    i = exam.columns.index("q2_dw13")
    wrong = exam.value[i, 0] + 0.05
    new = exam.batches[1].givens["w13"][0] - exam.batches[1].givens["alpha"][0] * wrong
    text = exam.spec.rounding.text
    marks = marked(exam, tmp_path, {"ann": {"q2_dw13": text(wrong), "q2_new_w13": text(new)}})
    assert marks.scores[0] == exam.max_score - 1
    ((_, pdf),) = printed(marks)
    told = "Right from your own earlier numbers, and counted so, Question 2:"
    assert told in " ".join(text_of(pdf)[1].split())
    ((_, pdf),) = printed(replace(marks, dropped=frozenset(["q2_new_w13"])))
    assert told not in " ".join(text_of(pdf)[1].split())


def test_what_a_policy_drops_is_said_to_count_for_nobody(tmp_path: Path) -> None:
    exam = make_exam({"questions": [{"network": "tanh-heads"}]}, 1, 1)
    write_exam(exam, tmp_path)
    answers = ",".join(exam.spec.rounding.text(value) for value in exam.value[:, 0])
    (tmp_path / "answers.csv").write_text(f"student_id,variant,{','.join(exam.columns)}\nann,001,{answers}\n")
    (tmp_path / "marking.toml").write_text("items = { q1_z1 = { drop = true }, q1_a1 = { marks = 2 } }")
    mark(tmp_path / "answers.csv", tmp_path, tmp_path / "results", marking=tmp_path / "marking.toml")
    text = " ".join(text_of((tmp_path / "results" / "feedback" / "ann.pdf").read_bytes())[1].split())
    assert "Counted for nobody, as the examiner decided, Question 1: z" in text
    assert "Every answer earned its full marks." in text


def test_a_word_is_told_that_own_numbers_lead_to_no_number_or_that_those_given_do(exam: Exam, tmp_path: Path) -> None:
    half = replace(exam, spec=replace(exam.spec, marking=replace(exam.spec.marking, follow_through=0.5)))
    cells = {"q2_a3": "4.653", "q2_loss": "undefined", "q1_loss": "undefined"}
    ((_, pdf),) = printed(marked(half, tmp_path, {"ann": cells}))
    text = " ".join(text_of(pdf)[1].split())
    assert "Right from own earlier values, which lead to no number" in text
    assert "says that it cannot be computed, but from the given numbers it can" in text


def test_a_bonus_elsewhere_makes_no_lost_mark_right(exam: Exam, tmp_path: Path) -> None:
    marks = marked(exam, tmp_path, {"ann": {"q1_dw13": "0.777"}})
    bonus = {(0, exam.columns.index("q1_a3")): Decision("2", "nice")}
    ((_, pdf),) = printed(replace(marks, decisions=bonus))
    text = " ".join(text_of(pdf)[1].split())
    assert "66 of 66" in text
    assert "Every answer earned" not in text
    assert "Where marks were lost" in text


@pytest.mark.parametrize(
    ("language", "share", "without", "told"),
    [
        ("en", 1, [], "numbers is counted as right."),
        ("en", 0.5, ["update"], "numbers earns 50 % of its marks, but not in: updated parameters."),
        ("de", 0.5, ["update"], "folgt, bringt 50 % ihrer Punkte, nicht aber hier: Aktualisierte Parameter."),
        ("en", 0, [], "of your variant. Is a mark wrong?"),
    ],
)
def test_what_follow_through_earns_is_told_as_the_exam_has_it(
    language: str, share: float, without: list[str], told: str, tmp_path: Path
) -> None:
    marking = {"follow_through": share, "no_follow_through": without}
    exam = make_exam(spec_of({"questions": [{}], "language": language, "marking": marking}), 1, 1)
    ((_, pdf),) = printed(marked(exam, tmp_path, {"ann": {"q1_dw13": "0.777"}}))
    assert told in " ".join(text_of(pdf)[1].split())


def test_an_answer_of_another_iteration_is_told_with_it_and_marks_have_two_decimals(tmp_path: Path) -> None:
    spec = spec_of({"questions": [{"iterations": 2, "marks": {"gradient": "2/3"}}], "language": "de"})
    exam = make_exam(spec, 1, 1)
    marks = marked(exam, tmp_path, {"ann": {"q1_db3": "0.777", "q1_t2_db3": "0.666"}})
    why = {
        (0, exam.columns.index(item)): Reason("misconception", names=("factor-two",))
        for item in ("q1_db3", "q1_t2_db3")
    }
    marks.verdicts[0, exam.columns.index("q1_t2_new_b3")] = FOLLOW_THROUGH
    ((_, pdf),) = printed(replace(marks, reasons=why))
    text = " ".join(text_of(pdf)[1].replace("\u00a0", " ").split())
    assert "(Iteration 2)." in text
    assert "Aufgabe 1, Iteration 2:" in text, "what followed stands by iteration"
    assert "(0 von 0,67 Punkten)" in text
