import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reading.responses.cloze import split_parts

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
