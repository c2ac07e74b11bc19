"""Answers from Moodle and Canvas, in files written here by hand from the description of their exports."""

import csv
import io
import json
import random
import re

import numpy as np
import pandas as pd
import pytest

from grader.marking.score import score
from grader.marking.verdicts import IMPRECISE, WRONG
from grader.reading.answers import read_answers, read_sheet
from grader.reading.numerals import BLANK, UNREADABLE, VALUE
from grader.reading.responses import answer_files, canvas, moodle, read_responses, recognise
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.tables.table import read_table

HEAD = ["Last name", "First name", "Email address", "Status", "Started", "Completed", "Duration", "Grade/20.00"]
GERMAN = [
    "Nachname",
    "Vorname",
    "E-Mail-Adresse",
    "Status",
    "Begonnen",
    "Beendet",
    "Dauer",
    "Bewertung/20,00",
    "Feedback",
]
CANVAS = ["name", "id", "sis_id", "section", "section_id", "section_sis_id", "submitted"]
WHEN = ["Finished", "23 November 2026  8:27 PM", "23 November 2026  8:57 PM", "30 mins", "12.50"]


@pytest.fixture(scope="module")
def exam():
    questions = [{"network": "tanh-heads"}, {"network": "tanh-heads", "loss": "squared-error"}]
    return make_exam(spec_of({"questions": questions}), 4, 8)


@pytest.fixture
def save(tmp_path):
    """Writes rows as a CSV file the way Moodle does: with a mark of byte order and few quotes."""

    def write(rows, name="quiz.csv", encoding="utf-8-sig"):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        path = tmp_path / name
        path.write_bytes(out.getvalue().encode(encoding))
        return path

    return write


def answers_of(exam, variant, rng):
    """What a student might write for every item: right, with other digits, wrong, blank, not a number."""
    written = {}
    for i, item in enumerate(exam.columns):
        value = exam.value[i, variant]
        right, wrong = f"{value:.4f}", f"{value + 0.3:.4f}"
        texts = [right, right, f"{value:.6f}", f"{value:.3f}", wrong, right.replace("-", "\u2212"), "", "abc"]
        written[item] = rng.choice(texts)
    return written


def cloze(answers, word="part ", colon=": "):
    """One response cell, trimmed as Moodle trims it."""
    return "; ".join(f"{word}{k}{colon}{text}" for k, text in enumerate(answers, 1)).strip()


def of_question(exam, question, answers):
    return [text for item, text in answers.items() if item.startswith(question + "_")]


def question_text(question, number):
    return f"[{question} v{number}] Given: \\(w_{{11}} = 0.2\\), and more\nover two lines; _____"


def moodle_row(exam, who, answers, numbers, when=WHEN):
    cells = [*who, *when]
    for question, number in zip(("q1", "q2"), numbers, strict=True):
        cells += [question_text(question, number), cloze(of_question(exam, question, answers)), "part 1: 0.3"]
    return cells


def slots(count, words=("Question", "Response", "Right answer")):
    return [f"{word} {k}" for k in range(1, count + 1) for word in words]


@pytest.fixture
def klass(exam):
    """Four students, variant by variant."""
    rng = random.Random(3)
    return {f"s{v}@example.edu": (v, answers_of(exam, v, rng)) for v in range(4)}


@pytest.fixture
def plain(exam, klass, tmp_path):
    """The marks of the same answers in the plain answers.csv."""
    path = tmp_path / "answers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["student_id", "variant", *exam.columns])
        for mail, (v, answers) in klass.items():
            writer.writerow([mail, exam.variants[v], *answers.values()])
    return score(exam, read_sheet(path, items=exam.columns, variants=exam.variants))


def same(marks, other):
    assert marks.submissions.students == other.submissions.students
    assert np.array_equal(marks.verdicts, other.verdicts)
    assert np.array_equal(marks.scores, other.scores)


def test_moodle_responses_score_like_the_plain_csv(exam, klass, plain, save):
    rows = [[*HEAD, *slots(2)]]
    for mail, (v, answers) in klass.items():
        rows.append(moodle_row(exam, ("Able", "Ann", mail), answers, [exam.variants[v]] * 2))
    rows.append(["Absent", "Al", "al@example.edu", "-", "-", "-", "-", "-", *["-"] * 6])
    path = save(rows)
    assert recognise(read_table(path).heading) is moodle
    sat, submissions = read_responses(path, exam)
    assert sat is exam
    same(score(sat, submissions), plain)


@pytest.mark.parametrize("kind", ["json", "xlsx"])
def test_moodle_downloads_of_every_format_score_alike(exam, klass, plain, tmp_path, kind):
    rows = [[*HEAD, *slots(2)]]
    rows += [moodle_row(exam, ("Able", "Ann", mail), a, [exam.variants[v]] * 2) for mail, (v, a) in klass.items()]
    path = tmp_path / f"quiz.{kind}"
    if kind == "json":  # the headings in small letters and digits, a list in a list
        keys = [re.sub("[^a-z0-9_-]", "", heading.lower()) for heading in rows[0]]
        path.write_text(json.dumps([[dict(zip(keys, row, strict=True)) for row in rows[1:]]]), "utf-8")
    else:
        pd.DataFrame(rows[1:], columns=rows[0]).to_excel(path, index=False)
    assert recognise(read_table(path).heading) is moodle
    same(score(*read_responses(path, exam)), plain)


def test_a_json_record_without_a_response_is_blank_there_and_told(exam, klass, tmp_path):
    keys = [re.sub("[^a-z0-9_-]", "", heading.lower()) for heading in (*HEAD, *slots(2))]
    rows = [moodle_row(exam, ("Able", "Ann", mail), a, [exam.variants[v]] * 2) for mail, (v, a) in klass.items()]
    records = [dict(zip(keys, row, strict=True)) for row in rows]
    del records[1]["response2"]
    (tmp_path / "quiz.json").write_text(json.dumps([records]), "utf-8")
    _, submissions = read_responses(tmp_path / "quiz.json", exam)
    assert submissions.notes[0] == 'quiz.json:2: lacks "response2", so blank there (all such records: 2)'
    asked = [item.startswith("q2") for item in exam.columns]
    assert set(submissions.written[1, asked]) == {""}


def test_moodle_numerical_questions_score_like_the_plain_csv_in_any_order_of_slots(exam, klass, plain, save):
    order = random.Random(1).sample(exam.columns, len(exam.columns))
    rows = [[*HEAD, *slots(len(order), ("Question", "Response"))]]
    for mail, (v, answers) in klass.items():
        cells = ["Able", "Ann", mail, *WHEN]
        for item in order:
            cells += [f"[{item} v{exam.variants[v]}] Loss: L = ?", answers[item] or "-"]
        rows.append(cells)
    sat, submissions = read_responses(save(rows), exam)
    same(score(sat, submissions), plain)


def test_canvas_student_analysis_scores_like_the_plain_csv_but_for_too_few_digits(exam, klass, plain, save):
    """One quiz for all variants: what a student did not have is blank twice; no zeros stand at the end."""
    exponents = {item: i % 4 for i, item in enumerate(exam.columns)}
    head, columns = list(CANVAS), []
    for number in exam.variants:
        head += [f"{len(head)}: [q1 v{number}] Given, a network;\nand more", "0.0"]
        for item in exam.columns:
            times = f" x{10 ** exponents[item]}" if exponents[item] else ""
            head += [f"{len(head)}: [{item} v{number}{times}] Loss: L = ?", "1.0"]
            columns.append((item, number))
    rows = []
    for at, (mail, (v, answers)) in enumerate(klass.items()):
        cells = ["Able, Ann", str(100 + at), mail, "Sec 1", "7", "", "2026-11-23 20:57:00 UTC"]
        for item, number in columns:
            if item == exam.columns[0]:
                cells += ["", ""]
            typed = answers[item]
            if exponents[item] and typed not in ("", "abc"):
                sign = typed[:1] if typed[0] in "-\u2212" else ""
                whole, _, part = typed.removeprefix(sign).partition(".")
                shift = exponents[item]
                typed = f"{sign}{(whole + part[:shift]).lstrip('0') or '0'}.{part[shift:]}"
            cells += [typed, "1.0"] if number == exam.variants[v] else ["", ""]
        rows.append([*cells, "1", "2", "3"])
    path = save([[*head, "n correct", "n incorrect", "score"], *rows], encoding="utf-8")
    assert recognise(read_table(path).heading) is canvas
    sat, submissions = read_responses(path, exam)
    marks = score(sat, submissions)
    few = plain.verdicts == IMPRECISE
    assert few.any()
    assert (marks.verdicts[few] == WRONG).all()
    assert (marks.verdicts[~few] == plain.verdicts[~few]).all()
    right = np.isclose(submissions.values, plain.submissions.values, rtol=0, atol=0, equal_nan=True)
    assert right.all(), "scaled back as decimals, not nearly"


def test_several_quizzes_in_a_folder_make_one_class(exam, klass, save, tmp_path):
    folder = tmp_path / "canvas"
    folder.mkdir()
    for mail, (v, answers) in list(klass.items())[:2]:
        head, cells = list(CANVAS), ["Able, Ann", str(v), mail, "S", "1", "", "now"]
        for item in exam.columns:
            head += [f"{len(head)}: [{item} v{exam.variants[v]}] ?", "1.0"]
            cells += [answers[item], "0.0"]
        save([[*head, "n correct", "n incorrect", "score"], [*cells, "0", "0", "0"]]).rename(folder / f"{v}.csv")
    _, submissions = read_responses(folder, exam)
    assert submissions.students == ("s0@example.edu", "s1@example.edu")
    assert submissions.variants.tolist() == [0, 1]


def test_a_folder_s_tables_are_read_but_for_what_programs_keep_there_and_the_others_are_named(tmp_path):
    for name in ("a.csv", "b.XLSX", "a-forms.csv", "~$b.XLSX", ".c.csv", "late.numbers"):
        (tmp_path / name).touch()
    files, remarks = answer_files(tmp_path)
    assert [file.name for file in files] == ["a.csv", "b.XLSX"]
    assert remarks == [f'{tmp_path}: files that are no tables were left out: "late.numbers"']
    assert answer_files(files[0]) == ([files[0]], [])
    (tmp_path / "exam.json").touch()
    with pytest.raises(InputError, match="is an exam folder; give the file in it"):
        answer_files(tmp_path)


def test_questions_drawn_at_random_are_marked_against_a_paper_put_together(exam, save):
    """q1 of variant 003 and q2 of 001: right answers to both get all the marks."""
    answers = {item: f"{exam.value[i, 2 if item.startswith('q1') else 0]:.6f}" for i, item in enumerate(exam.columns)}
    rows = [[*HEAD, *slots(2)], moodle_row(exam, ("A", "B", "ab@example.edu"), answers, ["003", "001"])]
    sat, submissions = read_responses(save(rows), exam)
    assert sat.variants == (*exam.variants, "003+001")
    marks = score(sat, submissions)
    assert marks.scores.tolist() == [exam.max_score]
    assert any("003+001" in note for note in submissions.notes)


def test_two_variants_within_one_question_are_a_fault(exam, save):
    one, two = exam.columns[:2]
    rows = [
        [*HEAD, *slots(2)],
        ["A", "B", "ab@example.edu", *WHEN, f"[{one} v001]", "1", "1", f"[{two} v002]", "2", "2"],
    ]
    with pytest.raises(InputError, match="of two variants, 001 and 002"):
        read_responses(save(rows), exam)


def test_translated_headings_and_parts_are_read(exam, klass, plain, save):
    rows = [[*GERMAN, *slots(2, ("Frage", "Antwort", "Richtige Antwort"))]]
    for mail, (v, answers) in klass.items():
        row = moodle_row(exam, ("Able", "Ann", mail), answers, [exam.variants[v]] * 2, [*WHEN, "gut gemacht"])
        rows.append([cell.replace("part ", "Teil ") for cell in row])
    path = save(rows)
    assert recognise(read_table(path).heading) is moodle
    same(score(*read_responses(path, exam)), plain)


def test_without_the_questions_text_the_roster_tells_the_variant(exam, klass, plain, save):
    rows = [[*HEAD, *slots(2, ("Response",))]]
    for mail, (_, answers) in klass.items():
        rows.append(["Able", "Ann", mail, *WHEN, *(cloze(of_question(exam, q, answers)) for q in ("q1", "q2"))])
    path = save(rows)
    with pytest.raises(InputError, match='tick "question text"') as error:
        read_responses(path, exam)
    assert len(error.value.faults) == 4
    people = [["student_id", "email", "variant"]]
    people += [[mail, mail, exam.variants[v]] for mail, (v, _) in klass.items()]
    same(score(*read_responses(path, exam, roster=save(people, "people.csv"))), plain)
    people[1][2] = "9\x1b[2J"
    with pytest.raises(InputError) as error:
        read_responses(path, exam, roster=save(people, "people.csv"))
    assert error.value.faults == ('quiz.csv:2: student s0@example.edu: no variant "9 [2J" in this exam (001 to 004)',)


def test_the_roster_maps_by_id_mail_login_or_a_name_that_is_one_students(exam, save):
    roster = save(
        [
            ["student_id", "name", "email", "login"],
            ["001", "Ann Able", "ann@example.edu", ""],
            ["002", "Ben Big", "", "ben"],
            ["003", "Zoë Ångström", "", ""],
            ["004", "Kim Lee", "", ""],
            ["005", "Lee, Kim", "", ""],
        ],
        "people.csv",
    )
    users = [("X", "Y", "ANN@example.edu"), ("X", "Y", "ben"), ("Ångström", "Zoë", "zz"), ("Kim", "Lee", "kl@x.org")]
    rows = [[*HEAD, *slots(1)]]
    rows += [[*user, *WHEN, question_text("q1", "001"), "part 1: 1", ""] for user in users]
    path = save([rows[0], *[[*row[:-2], "-", ""] for row in rows[1:]]])
    _, submissions = read_responses(path, exam, roster=roster)
    assert submissions.students == ("001", "002", "003", "kl@x.org")
    assert any("1 user not found on the roster" in note and "kl@x.org" in note for note in submissions.notes)


def test_attempts_are_of_one_student_whatever_else_their_rows_say(exam, save):
    head = [*HEAD[:2], "Institution", *HEAD[2:], *slots(1)]
    rows = [["A", "B", where, "ab@example.edu", *WHEN, f"[{exam.columns[0]} v001]", text, "1"]
            for where, text in (("-", "0.1"), ("TU", "0.2"))]  # fmt: skip
    _, submissions = read_responses(save([head, *rows]), exam)
    assert submissions.written[:, 0].tolist() == ["0.2"]


def test_canvas_own_numbers_are_not_taken_for_student_ids_of_other_names(exam, save):
    roster = save([["student_id", "name"], ["101", "Ann Able"], ["102", "Ben Big"]], "people.csv")
    item = exam.columns[0]
    head = ["name", "id", "section", "section_id", "submitted", f"9: [{item} v001] ?", "1.0", "n correct"]
    rows = [
        ["Ben Big", "101", "S", "1", "now", "0.5", "1.0", "1"],
        ["Ann Able", "7", "S", "1", "now", "0.6", "1.0", "1"],
    ]
    _, submissions = read_responses(save([head, *rows]), exam, roster=roster)
    assert submissions.students == ("102", "101")


def test_of_several_attempts_the_last_finished_one_counts(exam, save):
    def row(text, when):
        return ["A", "B", "ab@example.edu", *when, f"[{exam.columns[0]} v001]", text, "1"]

    unfinished = ["In progress", "now", "-", "-", "-"]
    rows = [[*HEAD, *slots(1)], row("0.1", WHEN), row("0.2", WHEN), row("0.3", unfinished)]
    rows.append(["C", "D", "cd@example.edu", *unfinished, f"[{exam.columns[0]} v001]", "0.4", "1"])
    _, submissions = read_responses(save(rows), exam)
    assert submissions.written[:, 0].tolist() == ["0.2"]
    assert any("1 student with several attempts" in note for note in submissions.notes)
    assert any("without a finished attempt left out: C, D" in note for note in submissions.notes)


@pytest.mark.parametrize(
    ("dates", "counts", "told"),
    [
        (("23. November 2026, 20:57", "3. November 2026, 9:00"), "0.1", "the one finished last counts: A, B"),
        (("3. November 2026, 9:00", "23. November 2026, 20:57"), "0.2", "the one finished last counts: A, B"),
        (("23/11/2026", "3/11/2026"), "0.2", "the last finished row counts, for the dates cannot be read: A, B"),
    ],
)
def test_which_attempt_is_the_last_is_told_by_its_date_whatever_the_order_of_rows(exam, save, dates, counts, told):
    rows = [[*HEAD, *slots(1)]]
    for text, when in zip(("0.1", "0.2"), dates, strict=True):
        state = ["Finished", "earlier", when, "5 mins", "1"]
        rows.append(["A", "B", "ab@example.edu", *state, f"[{exam.columns[0]} v001]", text, "1"])
    _, submissions = read_responses(save(rows), exam)
    assert submissions.written[:, 0].tolist() == [counts]
    assert any(note.endswith(told) for note in submissions.notes)


@pytest.mark.parametrize("days", [(23, 24), (24, 23), (23, 23)])
def test_canvas_tells_the_last_attempt_by_its_date_where_attempts_have_no_numbers(exam, save, days):
    head = [*CANVAS, f"9: [{exam.columns[0]} v001] ?", "1.0", "n correct"]
    rows = [["A", "5", "", "S", "1", "", f"2026-11-{day} 20:00:00 UTC", f"0.{k}", "1.0", "1"]
            for k, day in enumerate(days, 1)]  # fmt: skip
    _, submissions = read_responses(save([head, *rows]), exam)
    assert submissions.written[:, 0].tolist() == ["0.2" if days[1] > days[0] else "0.1"]


def test_canvas_rows_come_newest_first_and_the_first_of_a_student_counts(exam, save):
    head = [*CANVAS, "attempt", f"9: [{exam.columns[0]} v001] ?", "1.0", "n correct", "n incorrect", "score"]
    rows = [
        ['="=A"', "5", "", "S", "1", "", "now", k, text, "0.0", "0", "1", "0"]
        for k, text in (("2", "0.2"), ("1", "0.1"))
    ]
    _, submissions = read_responses(save([head, *rows]), exam)
    assert submissions.written[:, 0].tolist() == ["0.2"]
    assert submissions.students == ("5",)


def test_a_typed_label_makes_the_doubtful_answers_unreadable_and_is_noted(exam, save):
    count = len(exam.spec.questions[0].question.items)
    texts = [f"0.{k}" for k in range(1, count + 1)]
    texts[1] = "0.2; part 3: 9"
    rows = [[*HEAD, *slots(1)], ["A", "B", "ab@example.edu", *WHEN, question_text("q1", "001"), cloze(texts), ""]]
    _, submissions = read_responses(save(rows), exam)
    kinds = submissions.kinds[0, :count].tolist()
    assert [k for k, kind in enumerate(kinds) if kind == UNREADABLE] == [1, 2]
    assert kinds.count(VALUE) == count - 2
    assert submissions.reasons[0, 1].kind == "typed_label"
    assert any("A, B" in note and "typed a label" in note for note in submissions.notes)


def test_a_dash_is_blank_and_so_is_a_cloze_question_never_opened(exam, save):
    dashes = cloze(["-"] * len(exam.spec.questions[1].question.items))
    cells = [question_text("q1", "001"), "-", "", question_text("q2", "001"), dashes, ""]
    rows = [[*HEAD, *slots(2)], ["A", "B", "ab@example.edu", *WHEN, *cells]]
    _, submissions = read_responses(save(rows), exam)
    assert (submissions.kinds == BLANK).all()


def test_a_question_of_another_quiz_is_left_out_and_noted(exam, save):
    rows = [
        [*HEAD, *slots(2)],
        ["A", "B", "ab@example.edu", *WHEN, "How are you?", "fine", "", question_text("q2", "001"), "-", ""],
    ]
    _, submissions = read_responses(save(rows), exam)
    assert any("slot 1" in note for note in submissions.notes)


def test_a_heading_with_a_number_of_5000_digits_is_no_slot(exam, save):
    head = [*HEAD, "Question 1", "Response 1", "Response " + "9" * 5000]
    rows = [head, ["A", "B", "ab@example.edu", *WHEN, question_text("q2", "001"), "-", "7"]]
    assert read_responses(save(rows), exam)[1].students == ("ab@example.edu",)


def test_tags_of_another_exam_are_faults(exam, save):
    rows = [[*HEAD, *slots(1)], ["A", "B", "ab@example.edu", *WHEN, "[q1 v999] ?", "-", ""]]
    with pytest.raises(
        InputError, match=r"quiz\.csv:2: slot 1: \[q1 v999\]: no variant \"999\" in this exam \(001 to 004\)"
    ):
        read_responses(save(rows), exam)
    head = [*CANVAS, "9: [q7_z1 v001] ?", "1.0", "n correct"]
    with pytest.raises(InputError, match=r"column 8: \[q7_z1 v001\]: no item \"q7_z1\""):
        read_responses(save([head]), exam)


def test_rows_cut_short_and_headings_that_stand_twice_are_faults_all_at_once(exam, save):
    one, two = exam.columns[:2]
    head = [*CANVAS, f"9: [{one} v001] ?", "1.0", f"8: [{two} v001] ?", "1.0", f"7: [{one} v001] ?", "1.0", "n correct"]
    rows = [
        ["N", "1", "", "S", "1", "", "now", "0.5", "1.0", "", "", "", "", "1"],
        ["M", "2", "", "S", "1", "", "now", "0.5"],
    ]
    with pytest.raises(InputError) as error:
        read_responses(save([head, *rows, [], [*rows[0], "odd"]], encoding="utf-8"), exam)
    assert error.value.faults == (
        f"quiz.csv:1: columns 8 and 12 are both [{one} v001]: which one counts?",
        "quiz.csv:3: has 8 cells where the heading has 14; download the file again",
        "quiz.csv:5: has 15 cells where the heading has 14; download the file again",
    )
    head = [*HEAD, *slots(2, ("Question", "Response")), "Response 2"]
    with pytest.raises(InputError) as error:
        read_responses(save([head, ["A", "B", "ab@example.edu", *WHEN, question_text("q1", "001")]]), exam)
    assert error.value.faults == (
        "quiz.csv:1: slot 2 has 3 columns where slot 1 has 2",
        "quiz.csv:2: has 9 cells where the heading has 13; download the file again",
    )


def test_the_same_question_twice_is_one_fault(exam, klass, save):
    rows = [[*HEAD, *slots(2)]]
    for mail, (v, answers) in klass.items():
        row = moodle_row(exam, ("Able", "Ann", mail), answers, [exam.variants[v]] * 2)
        rows.append([*row[: len(HEAD)], *row[len(HEAD) : len(HEAD) + 3] * 2])
    with pytest.raises(InputError) as error:
        read_responses(save(rows), exam)
    first = ", ".join(exam.columns[:5])
    more = len(of_question(exam, "q1", klass["s0@example.edu"][1])) - 5
    assert error.value.faults == (
        f"quiz.csv:2: student s0@example.edu: {first} and {more} more: answered twice; so by 3 more students",
    )


def test_one_fault_tells_of_two_files_with_the_same_students_answers(exam, save, tmp_path):
    folder = tmp_path / "canvas"
    folder.mkdir()
    head = [*CANVAS, *(text for item in exam.columns for text in (f"9: [{item} v001] ?", "1.0")), "n correct"]
    students = [[name, name, "", "S", "1", "", "now", *["0.5", "1.0"] * len(exam.columns), "1"] for name in "12"]
    for name in ("a.csv", "b.csv"):
        save([head, *students], encoding="utf-8").rename(folder / name)
    with pytest.raises(InputError) as error:
        read_responses(folder, exam)
    (fault,) = error.value.faults
    assert fault.startswith("b.csv:2: student 1: ")
    assert fault.endswith("more: answered twice, first in a.csv:2; so by 1 more student")


def test_questions_that_stand_twice_in_a_heading_are_one_fault(exam, save):
    questions = [text for item in exam.columns for text in (f"9: [{item} v001] ?", "1.0")]
    with pytest.raises(InputError) as error:
        read_responses(save([[*CANVAS, *questions * 2, "n correct"]], encoding="utf-8"), exam)
    (fault,) = error.value.faults
    assert fault.endswith(f"are both [{exam.columns[0]} v001] and {len(exam.columns) - 1} more: which one counts?")


def test_a_tag_with_a_power_of_ten_of_5000_digits_is_no_tag(exam, save):
    head = [*CANVAS, f"9: [{exam.columns[0]} v999 x1{'0' * 5000}] ?", "1.0", "n correct"]
    with pytest.raises(InputError, match="no question here has a tag"):
        read_responses(save([head], encoding="utf-8"), exam)


def test_a_number_for_a_thousandfold_keeps_every_digit_written(exam, save):
    item = exam.columns[0]
    head = [*CANVAS, f"9: [{item} v001 x1000] ?", "1.0", "n correct"]
    texts = ["46.80", "-0.5", "\u221246,8", "", "abc", "1,234"]
    rows = [["N", str(k), "", "S", "1", "", "now", text, "0.0", "0"] for k, text in enumerate(texts)]
    _, submissions = read_responses(save([head, *rows]), exam)
    assert submissions.written[:4, 0].tolist() == ["46.80e-3", "-0.5e-3", "\u221246,8e-3", ""]
    assert submissions.values[:3, 0].tolist() == [0.0468, -0.0005, -0.0468]
    assert submissions.kinds[:, 0].tolist() == [VALUE] * 3 + [BLANK, UNREADABLE, UNREADABLE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "student_id,variant,q1_z1",
        "a,b,Question 1,Response 1",
        "name,id,1: x,2: y,z",
        "student_id,variant,item,answer",
    ],
)
def test_other_headings_are_not_recognised(text):
    assert recognise(text.split(",")) is None


def test_an_exam_with_a_roster_knows_its_students_by_any_identity_field(save):
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 2, 1, students={"S1": "Ann", "S2": "Ben"})
    head = [*HEAD[:2], "ID number", *HEAD[2:], *slots(1, ("Response",))]
    count = len(exam.columns)
    rows = [
        ["A", "B", "S2", "b@x.org", *WHEN, cloze(["0.1"] * count)],
        ["C", "D", "S1", "c@x.org", *WHEN, cloze(["0.2"] * count)],
    ]
    _, submissions = read_responses(save([head, *rows]), exam)
    assert submissions.students == ("S2", "S1")
    assert submissions.variants.tolist() == [1, 0]


def test_faults_of_the_attempts_are_cut_after_fifty(exam, save):
    def faults(count):
        rows = [[*HEAD, *slots(1)]]
        for k in range(count):
            numbers = f"[{exam.columns[0]} v00{k % 2 + 1}]", f"[{exam.columns[1]} v00{2 - k % 2}]"
            rows.append(["A", "B", f"s{k}@x.org", *WHEN, numbers[0], "1", "1", numbers[1], "2", "2"])
        rows[0] = [*HEAD, *slots(2)]
        with pytest.raises(InputError) as error:
            read_responses(save(rows), exam)
        return error.value.faults

    fifty = faults(50)
    assert len(fifty) == 50
    assert fifty[0] == "quiz.csv:2: student s0@x.org: answers to q1 of two variants, 001 and 002"
    assert faults(51)[50] == "... and 1 more"


def test_a_canvas_file_without_our_tags_says_what_one_looks_like(exam, save):
    head = [*CANVAS, "9: How are you?", "1.0", "n correct"]
    with pytest.raises(InputError, match=r"has a tag such as \[q1_z1 v001\]; export the quiz with"):
        read_responses(save([head]), exam)


def test_canvas_takes_the_name_where_there_is_no_id_and_leaves_out_who_has_neither(exam, save):
    head = ["name", "id", "section", "section_id", "submitted", f"9: [{exam.columns[0]} v001] ?", "1.0", "n correct"]
    rows = [["Ann Able", "", "S", "1", "now", "0.5", "1.0", "1"], ["", "", "S", "1", "now", "0.6", "1.0", "1"]]
    _, submissions = read_responses(save([head, *rows]), exam)
    assert submissions.students == ("Ann Able",)


def test_three_columns_before_the_first_question_are_an_anonymous_survey(exam, save):
    head = ["section", "section_id", "submitted", f"9: [{exam.columns[0]} v001] ?", "1.0", "n correct"]
    with pytest.raises(InputError, match="has no names and ids: is the quiz an anonymous survey"):
        read_responses(save([head, ["S", "1", "now", "0.5", "1.0", "1"]]), exam)
    _, submissions = read_responses(save([["name", "id", *head[1:]], ["N", "7", "1", "now", "0.5", "1.0", "1"]]), exam)
    assert submissions.students == ("7",)


def test_moodle_is_known_by_the_grade_or_by_the_english_word_alone():
    assert recognise([*HEAD, "Antwort 1"]) is moodle
    assert recognise([*HEAD[:7], "Grade", "Response 1"]) is moodle
    assert recognise([*HEAD[:7], "Note", "Antwort 1"]) is None
    assert recognise([*HEAD[:5], "Response 1"]) is None
    assert recognise([*HEAD[:7], "Punkte 1", "x"]) is None


def test_question_texts_without_responses_are_told(exam, save):
    rows = [[*HEAD, "Question 1"], ["A", "B", "a@x.org", *WHEN, question_text("q1", "001")]]
    with pytest.raises(InputError, match='no responses; tick "response" on the Responses page, too'):
        read_responses(save(rows), exam)


def test_a_folder_s_csv_files_are_read_whatever_the_case_and_others_are_not(exam, save, tmp_path):
    rows = [[*HEAD, *slots(1)], ["A", "B", "a@x.org", *WHEN, question_text("q1", "001"), "-", ""]]
    folder = tmp_path / "files"
    folder.mkdir()
    with pytest.raises(InputError, match="no CSV files or workbooks in this folder"):
        read_responses(folder, exam)
    save(rows).rename(folder / "A.CSV")
    (folder / "notes.txt").write_text("x")
    assert read_responses(folder, exam)[1].students == ("a@x.org",)


def test_without_the_questions_text_a_slot_for_each_item_is_known_by_its_place(exam, save):
    def read_in(count):
        row = ["A", "B", "a@x.org", *WHEN, *(f"0.{k}1" for k in range(count))]
        people = save([["student_id", "email", "variant"], ["S1", "a@x.org", "002"]], "people.csv")
        return read_responses(save([[*HEAD, *slots(count, ("Response",))], row]), exam, roster=people)[1]

    count = len(exam.columns)
    assert read_in(count).written[0].tolist() == [f"0.{k}1" for k in range(count)]
    with pytest.raises(InputError, match=f"3 responses of each student, but the exam has 2 questions of {count} items"):
        read_in(3)


def test_an_export_is_no_table_of_answers(exam, save):
    path = save([[*HEAD, "Response 1"], ["Ann", "A", "a@x.org", *WHEN, "part 1: 2"]])
    with pytest.raises(InputError, match=r"^quiz\.csv: is a system's export of a quiz; read it with read_responses$"):
        read_answers(path, exam)


def right(exam, variant):
    return {item: f"{exam.value[i, exam.variants.index(variant)]:.4f}" for i, item in enumerate(exam.columns)}


@pytest.mark.parametrize("ticked", [("Solution",), ("Question", "Solution")])  # in a language that is not known
def test_right_answers_without_responses_are_nobody_s_answers(exam, save, ticked):
    rows = [[*HEAD, *slots(2, ticked)]]
    for number, mail in zip(("001", "003", "002"), ("a@b.de", "c@d.de", "e@f.de"), strict=True):
        answers = {item: repr(float(text)) for item, text in right(exam, number).items()}  # as PHP prints numbers
        texts = [[question_text(q, number), cloze(of_question(exam, q, answers))][-len(ticked) :] for q in ("q1", "q2")]
        rows.append(["Able", "Ann", mail, *WHEN, *texts[0], *texts[1]])
    with pytest.raises(InputError, match=r'quiz\.csv:1: .*are Moodle\'s right answers; tick "response"'):
        read_responses(save(rows), exam)


def test_right_answers_with_decimal_commas_are_nobody_s_answers_either(exam, save):
    rows = [[*HEAD, *slots(2, ("Frage", "Lösung"))]]
    for number, mail in zip(("001", "002"), ("a@b.de", "c@d.de"), strict=True):
        answers = {item: repr(float(text)).replace(".", ",") for item, text in right(exam, number).items()}
        texts = [
            cell for q in ("q1", "q2") for cell in (question_text(q, number), cloze(of_question(exam, q, answers)))
        ]
        rows.append(["Able", "Ann", mail, *WHEN, *texts])
    with pytest.raises(InputError, match="are Moodle's right answers"):
        read_responses(save(rows), exam)


def test_a_heading_that_says_right_answer_is_no_response_whatever_stands_below(exam, save):
    rows = [[*GERMAN, *slots(2, ("Frage", "Richtige Antwort"))]]
    rows.append(
        ["A", "B", "a@b.de", *WHEN, "", question_text("q1", "001"), "part 1: 7", question_text("q2", "001"), "-"]
    )
    with pytest.raises(InputError, match='no responses but right answers; tick "response"'):
        read_responses(save(rows), exam)


def test_one_student_of_whom_nothing_is_of_this_exam_stops_nobody(exam, save):
    answers = right(exam, "001")
    mine = [cell for q in ("q1", "q2") for cell in (question_text(q, "001"), cloze(of_question(exam, q, answers)))]
    rows = [[*HEAD, *slots(2, ("Question", "Response"))]]
    rows.append(["Able", "Ann", "ann@b.de", *WHEN, *mine])
    rows.append(["Bell", "Bob", "bob@b.de", *WHEN, "How are you?", "fine", "And you?", "well"])
    _, submissions = read_responses(save(rows), exam)
    assert submissions.students == ("ann@b.de",)
    assert any("left out, since nothing of theirs is of this exam: bob@b.de" in note for note in submissions.notes)


def test_a_roster_s_variant_may_lack_its_zeros(exam, save, tmp_path):
    rows = [[*HEAD, *slots(2, ("Response",))]]
    rows.append(["A", "B", "a@b.de", *WHEN, *(cloze(of_question(exam, q, right(exam, "002"))) for q in ("q1", "q2"))])
    (tmp_path / "roster.csv").write_text("student_id,email,variant\ns7,a@b.de,2\n", "utf-8")
    sat, submissions = read_responses(save(rows), exam, roster=tmp_path / "roster.csv")
    assert score(sat, submissions).scores.tolist() == [exam.max_score]


@pytest.mark.parametrize("grade", ["20.00", "12.50"])
def test_a_class_that_has_all_right_is_believed_where_it_writes_as_people_do_or_has_all_the_marks(exam, save, grade):
    answers = right(exam, "001")
    if grade == "20.00":
        answers = {item: repr(float(text)) for item, text in answers.items()}
    texts = [cell for q in ("q1", "q2") for cell in (question_text(q, "001"), cloze(of_question(exam, q, answers)))]
    rows = [[*HEAD, *slots(2, ("Question", "Response"))], ["A", "B", "a@b.de", *WHEN[:-1], grade, *texts]]
    assert read_responses(save(rows), exam)[1].students == ("a@b.de",)


def of_exam(exam, question, number, prefix):
    return question_text(question, number).replace("]", f" {prefix}]")


def test_questions_of_another_exam_are_left_out_with_the_names_of_who_had_them(exam, save):
    mine, other = exam.checksum[:8], "0badf00d"
    rows = [[*HEAD, *slots(2, ("Question", "Response"))]]
    for who, prefixes in (("Ann", (mine, mine)), ("Bea", (mine, other)), ("Cid", (other, other))):
        cells = [*("Able", who, f"{who}@b.de"), *WHEN]
        for question, prefix in zip(("q1", "q2"), prefixes, strict=True):
            answers = of_question(exam, question, right(exam, "002"))
            cells += [of_exam(exam, question, "002", prefix), cloze(answers)]
        rows.append(cells)
    _, submissions = read_responses(save(rows), exam)
    assert submissions.students == ("Ann@b.de", "Bea@b.de")
    assert "quiz.csv: questions of another exam, 0badf00d, left out, of 2 students: Able, Bea, Able, Cid" in (
        "\n".join(submissions.notes)
    )
    sat = score(exam, submissions)
    assert sat.scores[0] == exam.max_score
    rows = [rows[0], rows[-1]]
    with pytest.raises(InputError, match=rf"of another exam, 0badf00d, and not of this one, {mine}: .*--exam"):
        read_responses(save(rows), exam)


def test_canvas_questions_of_another_exam_are_left_out_or_a_fault(exam, save):
    item, mine = exam.columns[0], exam.checksum[:8]
    head = [*CANVAS, f"9: [{item} v001 {mine}] ?", "1.0", f"8: [{item} v001 0badf00d] ?", "1.0", "n correct"]
    row = ["N", "1", "", "S", "1", "", "now", "0.5", "1.0", "7", "1.0", "1"]
    _, submissions = read_responses(save([head, row]), exam)
    assert [text for text in submissions.written[0] if text] == ["0.5"]
    assert any("1 question of another exam left out: 0badf00d" in note for note in submissions.notes)
    head[7], row[7] = f"9: [{item} v001 deadbeef] ?", "1"
    with pytest.raises(InputError, match=r"of another exam, 0badf00d, deadbeef, and not of this one"):
        read_responses(save([head, row]), exam)
