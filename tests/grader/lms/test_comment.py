"""The comment beside a grade."""

from decimal import Decimal

from grader.lms.cells import runs
from grader.lms.comment import LONGEST, comment
from grader.lms.results import Lost, Score

SCORE = Score("S1", Decimal("3.50"), Decimal(6), Decimal("58.33"), {"q1_output": Decimal("3.5")})
MAXIMA = {"q1_output": Decimal(6)}


def lost(item, verdict, note="", marks="0"):
    return Lost(item, verdict, Decimal(marks), Decimal(1), note)


def test_it_gives_layers_lost_items_with_notes_and_blanks():
    items = [
        lost("q1_a3", "imprecise", "4 digits asked", "0.5"),
        lost("q1_db3", "blank"),
        lost("q1_z3", "follow_through"),
    ]
    assert comment(SCORE, MAXIMA, items) == (
        "3.5 of 6. q1 output 3.5/6. q1_a3: imprecise, 0.5/1, 4 digits asked. "
        "q1_z3: follow through, 0/1. Left blank: q1_db3."
    )


def test_full_marks_need_no_list():
    assert comment(SCORE, MAXIMA, []) == "3.5 of 6. q1 output 3.5/6."


def test_a_long_list_is_cut_between_items_and_counted():
    text = comment(SCORE, MAXIMA, [lost(f"q1_w{i}", "wrong", "x" * 100) for i in range(200)])
    assert len(text) < LONGEST + 300
    told = text.count(": wrong")
    assert text.endswith(f"x. And {200 - told} more items lost marks.")


def test_nothing_in_a_note_can_run_or_break_the_row():
    text = comment(SCORE, MAXIMA, [lost("q1_a3", "wrong", 'a;=1\n"x\\"\\')])
    assert not runs(text.split(",")[0])
    assert ";" not in text
    assert "\n" not in text
    assert '\\"' not in text
