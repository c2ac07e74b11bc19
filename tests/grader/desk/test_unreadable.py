from types import SimpleNamespace

from grader.desk.unreadable import unreadable
from grader.reading.scan.decided import Decided
from grader.reasons import Wording

ITEMS = ("q1_a3", "q1_loss")


def test_what_is_no_number_is_asked_but_not_a_word_for_what_cannot_be_computed():
    cells = {("S1", "q1_a3"): "1.2.3", ("S1", "q1_loss"): "undefined"}
    sheet = SimpleNamespace(ids=["S1"], says=cells.get)
    (asked,) = unreadable(sheet, ITEMS, Decided.of([]), Wording())
    assert (asked.student, asked.item, asked.read) == ("S1", "q1_a3", "1.2.3")
