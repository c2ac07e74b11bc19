"""The comment beside a grade."""

import re
from decimal import Decimal

import pytest

from grader.lms.cells import runs
from grader.lms.comment import LONGEST, Calling, comment
from grader.lms.results import Lost, Score
from grader.reasons import Decision, Reason
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers
from qgen.papers.words import TEMPLATES

SCORE = Score("S1", Decimal("3.50"), Decimal(6), Decimal("58.33"), {"q1_output": Decimal("3.5")})
MAXIMA = {"q1_output": Decimal(6)}


def lost(item, verdict, why=None, marks="0"):
    reason = Reason("note", names=(why,)) if isinstance(why, str) else why
    decision = why if isinstance(why, Decision) else None
    return Lost(item, verdict, Decimal(marks), Decimal(1), "x", None if decision else reason, decision)


def test_it_gives_layers_lost_items_with_notes_and_blanks():
    items = [
        lost("q1_a3", "imprecise", "4 digits asked", "0.5"),
        lost("q1_db3", "blank"),
        lost("q1_z3", "follow_through"),
    ]
    assert comment(SCORE, MAXIMA, items) == (
        "3.5 of 6. Question 1 output layer 3.5/6. Question 1, a_3: imprecise, 0.5/1, 4 digits asked. "
        "Question 1, z_3: follow through, 0/1. Left blank: Question 1, dL/db_3."
    )


def test_full_marks_need_no_list():
    assert comment(SCORE, MAXIMA, []) == "3.5 of 6. Question 1 output layer 3.5/6."


def test_a_long_list_is_cut_between_items_and_counted():
    text = comment(SCORE, MAXIMA, [lost(f"q1_w{i}", "wrong", f"{i} " + "x" * 100) for i in range(200)])
    assert len(text) < LONGEST + 300
    told = text.count(": wrong")
    assert text.endswith(f"x. And {200 - told} more items lost marks.")


def test_nothing_in_a_note_can_run_or_break_the_row():
    text = comment(SCORE, MAXIMA, [lost("q1_a3", "wrong", 'a;=1\n"x\\"\\')])
    assert not runs(text.split(",")[0])
    assert ";" not in text
    assert "\n" not in text
    assert '\\"' not in text


def test_every_word_is_a_templates_and_an_own_folder_goes_first(tmp_path):
    macros = re.findall(r"macro (\w+\([^)]*\))", (TEMPLATES / "comment.txt").read_text("utf-8"))
    mine = "".join(f"<% macro {name} %>5ummat<% endmacro %>\n" for name in macros)
    (tmp_path / "comment.txt").write_text(mine, "utf-8")
    items = [lost("q1_a3", "wrong", "x" * 2990), lost("q1_b", "wrong", "x"), lost("q1_db3", "blank")]
    assert set(re.findall(r"\w+", comment(SCORE, MAXIMA, items, tmp_path))) == {"5ummat"}


def test_german_says_all_of_it_in_plain_text():
    items = [
        lost("q1_a3", "imprecise", Reason("imprecise", ("4",), ("dp",)), "0.5"),
        lost("q1_dw13", "wrong", Reason("two_misconceptions", names=("factor-two", "sigmoid-slope-plus", "a1", "w12"))),
        lost("q1_z3", "correct", Decision("0", "copied; see me", "1")),
        lost("q1_db3", "blank"),
    ]
    assert comment(SCORE, MAXIMA, items, language="de") == (
        "3,5 von 6 Punkten. Aufgabe 1 Ausgabeschicht 3,5/6. "
        "Aufgabe 1, a_3: zu wenige Stellen, 0,5/1, so weit richtig, wie die Zahl reicht, "
        "verlangt sind 4 Nachkommastellen. "
        "Aufgabe 1, dL/dw_13: falsch, 0/1, a_1 statt w_12 verwendet. "
        "Wegen des Faktors 1/2 im Verlust ist der Fehler a - y, nicht 2(a - y). "
        "Die Ableitung der Sigmoidfunktion ist a(1 - a), nicht a(1 + a). "
        "Aufgabe 1, z_3: richtig, 0/1, Entscheidung: 0 statt 1: copied, see me. Nicht beantwortet: Aufgabe 1, dL/db_3."
    )


def test_a_decision_on_a_blank_is_told():
    text = comment(SCORE, MAXIMA, [lost("q1_a3", "blank", Decision("0.5", "see the margin", "0"), "0.5")])
    assert text.endswith("Question 1, a_3: blank, 0.5/1, decided by the examiner: 0.5 instead of 0: see the margin.")


def test_a_template_whose_comment_would_run_in_a_spreadsheet_is_refused(tmp_path):
    (tmp_path / "comment.txt").write_text("<% macro total(score, max_score) %>=<< score >><% endmacro %>", "utf-8")
    with pytest.raises(InputError, match=r'the total "=3\.5" would run in a spreadsheet'):
        comment(SCORE, MAXIMA, [], tmp_path)


def test_an_item_is_called_as_the_exam_s_papers_call_it():
    spec = spec_of({"notation": {"loss": "J", "weights": "target-first"}, "questions": [{"iterations": 2}]})
    written = Papers(make_exam(spec, 1, 1)).written
    text = comment(SCORE, MAXIMA, [lost("q1_t2_dw13", "wrong")], called=Calling(None, "en", written))
    assert "Question 1, Iteration 2, dJ/dw_31: wrong, 0/1." in text


def test_a_task_is_called_as_the_paper_calls_it():
    parts = {"q1_output": Decimal(6), "q1_why": Decimal(2), "q1_how": Decimal(1), "q2_draw": Decimal(0)}
    score = Score("S1", Decimal(9), Decimal(15), Decimal(60), parts, unmarked=("q2_draw",))
    maxima = {"q1_output": Decimal(6), "q1_why": Decimal(2), "q1_how": Decimal(4), "q2_draw": Decimal(3)}
    items = [Lost("q1_how", "marked", Decimal(1), Decimal(4), is_task=True)]
    assert comment(score, maxima, items) == (
        "9 of 15. Question 1 output layer 6/6, Question 1 task 1 2/2, Question 1 task 2 1/4. "
        "Question 1, task 2: marked, 1/4. Not yet marked: Question 2, task 1."
    )
    assert "Aufgabe 1 Teil 2 1/4. Aufgabe 1, Teil 2: bewertet, 1/4." in comment(score, maxima, items, language="de")


def test_a_mistake_is_explained_once_in_a_question_and_in_the_exams_notation():
    spec = spec_of({"notation": {"output": "p", "target": "t", "weights": "target-first"}, "questions": [{}, {}]})
    called = Calling(None, "en", Papers(make_exam(spec, 1, 1)).written)
    why = Reason("misconception", names=("target-minus-output",))
    swapped = Reason("misconception", names=("transposed-weight", "w21_2", "w12_2"))
    items = [lost("q1_db3", "wrong", why), lost("q1_dw13", "wrong", why), lost("q2_db3", "wrong", why)]
    text = comment(SCORE, MAXIMA, [*items, lost("q1_db1_1", "wrong", swapped)], called=called)
    told = "The error is output minus target, p - t, not t - p."
    assert text.count(told) == 2
    assert "dL/dw_31: wrong, 0/1, as above. Question 2" in text
    assert "used w_12^(2) where w_21^(2) belongs." in text
    assert "w_ji leads from unit i to unit j" in text
