import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reading.responses.cloze import _in_order, split_parts
from grader.reasons import Reason

ANSWERS = st.lists(st.from_regex(r"\A(-?[0-9]\.[0-9]{1,4}|abc|=1\+1|7,5|)\Z"), min_size=1, max_size=30)


@given(ANSWERS, st.sampled_from([("part ", ": "), ("Teil ", ": "), ("partie ", " : "), ("第", "：")]))
def test_answers_come_back_as_written_in_any_language(answers, words):
    word, colon = words
    cell = "; ".join(f"{word}{k}{colon}{text}" for k, text in enumerate(answers, 1)).strip()
    assert split_parts(cell, len(answers)) == [(text, None) for text in answers]


@pytest.mark.parametrize(
    ("cell", "doubtful"),
    [
        ("part 1: 5; part 2: 6; part 2: 7; part 3: 8", [0, 1]),  # typed into part 1 or into part 2
        ("part 1: 5; part 1: 9; part 2: 7; part 3: 8", [0]),  # the first label can only be the first
        ("part 1: 5; part 2: 7; part 3: 8; part 1: 3", [2]),
        ("part 1: 5; part 2: 7; part 3: 8; part 4: 3", [2]),
        ("part 1: 5; part 3: 1; part 2: 7; part 3: 8", [0]),
        ("part 1: 5; part 2: 7; part 3: ; part 3: 8", [1, 2]),
        ("part 1: 5; part 2: 7", [0, 1, 2]),  # one is missing
        ("0.5", [0, 1, 2]),
    ],
)
def test_a_label_typed_by_the_student_puts_the_answers_around_it_in_doubt_and_no_others(cell, doubtful):
    assert [k for k, (_, doubt) in enumerate(split_parts(cell, 3)) if doubt] == doubtful


def test_no_answer_at_all_is_blank():
    assert split_parts("-", 2) == split_parts("", 2) == [("", None), ("", None)]


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("part 1: 5; part 2: 6; part 2: 7; part 3: 8", ["5", "6; part 2: 7", "8"]),
        ("part 1: 5; part 1: 9; part 2: 7; part 3: 8", ["5; part 1: 9", "7", "8"]),
        ("part 1: 5; part 2: 7; part 3: ; part 3: 8", ["5", "7", "; part 3: 8"]),
        ("part 1:5;part 2:7;part 3:8", ["5", "7", "8"]),
        ("part 1: 1; 2; part 2: ; part 3: 8", ["1; 2", "", "8"]),
    ],
)
def test_a_label_counts_where_it_first_can(cell, texts):
    assert [text for text, _ in split_parts(cell, 3)] == texts


def test_why_an_answer_is_in_doubt_is_said_with_the_label():
    doubts = [doubt for _, doubt in split_parts("Teil 1: 5; Teil 2: 6; Teil 2: 7; Teil 3: 8", 3)]
    assert doubts == [Reason("typed_label", names=("Teil 3:",)), Reason("typed_label", names=("Teil 3:",)), None]
    assert split_parts("part 1: 5; part 2: 7", 3)[0][1] == Reason("parts_missing", ("3",))
    assert split_parts("0.5", 2) == [("0.5", Reason("no_first_part"))] * 2


def test_the_labels_may_stand_close_together():
    assert split_parts("p1:p2:", 2) == split_parts("p1:", 2)[:0] + [("p1:p2:", Reason("parts_missing", ("2",)))] * 2
    assert split_parts("p1:;p2:", 2) == [("", None), ("", None)]


@pytest.mark.parametrize(
    ("places", "early", "late"),
    [
        ([[(0, 3), (4, 8)], [(6, 9)]], [(0, 3), (6, 9)], [(0, 3), (6, 9)]),  # (4, 8) and (6, 9) share a letter
        ([[(0, 3), (3, 6)], [(6, 9)]], [(0, 3), (6, 9)], [(3, 6), (6, 9)]),
        ([[(0, 5)], [(3, 8), (5, 9)]], [(0, 5), (5, 9)], [(0, 5), (5, 9)]),
        ([[(0, 5)], [(3, 8)]], [], []),
    ],
)
def test_labels_come_one_after_the_other_and_may_touch(places, early, late):
    assert _in_order(places) == (early, late)
