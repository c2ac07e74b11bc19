"""Rows and headings at the edge of what is read: odd columns, padded rows, lists that are cut."""

import time
from pathlib import Path

import pytest

from grader.reading import layouts
from grader.reading.answers import read_sheet
from qgen.errors import InputError
from qgen.tables.table import SHOWN, Table

ITEMS, VARIANTS = ["q1_z1_1", "q1_dw13", "q1_new_w11_1"], ["001", "002", "010"]
HEAD = "student_id,variant,q1_z1_1,q1_dw13,q1_new_w11_1\n"


@pytest.fixture
def read(tmp_path: Path):
    def reads(content: str, **options: object):
        (tmp_path / "a.csv").write_text(content)
        return read_sheet(tmp_path / "a.csv", **{"items": ITEMS, "variants": VARIANTS, **options})

    return reads


def faults(read, content: str, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(content, **options)
    return list(caught.value.faults)


def test_a_cell_under_no_heading_is_told_by_its_column(read) -> None:
    assert faults(read, "student_id,variant,q1_z1_1,,q1_dw13\na,1,2,x,3\nb,1,2,,3\n") == [
        'a.csv:2: column 4: "x" stands under no heading'
    ]


def test_a_first_column_that_numbers_the_rows_needs_no_heading(read) -> None:
    for first in (0, 1):
        rows = "".join(f"{first + at},{student},001,1,2,3\n" for at, student in enumerate("abc"))
        assert read("," + HEAD + rows).students == ("a", "b", "c")
    assert faults(read, "," + HEAD + "1,a,001,1,2,3\n3,b,001,1,2,3\n")[0].endswith('"1" stands under no heading')


@pytest.mark.parametrize("students", ["a", "ab"])
def test_a_first_column_without_a_heading_is_told_unless_two_rows_are_numbered(read, students) -> None:
    content = "," + HEAD + "".join(f"{at},{student},001,1,2,3\n" for at, student in enumerate(students))
    if len(students) > 1:
        assert read(content).students == ("a", "b")
    else:
        assert faults(read, content) == ['a.csv:2: column 1: "0" stands under no heading']


def test_a_second_heading_that_says_nothing_of_the_student_is_named_by_its_first_answer(read) -> None:
    (note,) = read(HEAD + ",,pre,gradient,new\na,001,1,2,3\n").notes
    assert note == 'a.csv:2: lines that are no student\'s were left out: 2 ("pre")'


def test_answers_without_a_student_are_told_if_any_of_them_is_one(read) -> None:
    assert faults(read, HEAD + ",001,-,0.5,\na,001,1,2,3\n") == ["a.csv:2: has answers but no student_id"]
    assert read(HEAD + ",001,-,,n/a\na,001,1,2,3\n").students == ("a",)


def test_a_row_may_be_as_long_as_the_line_of_headings(read) -> None:
    padded = HEAD.strip() + ",,\n"
    assert read(padded + "a,001,1,2,3,,\nb,001,1,2,3\n").students == ("a", "b")
    assert "7 cells" in faults(read, HEAD + "a,001,1,2,3,,\n")[0]
    assert "8 cells" in faults(read, padded + "a,001,1,2,3,,,\n")[0]


def test_two_strange_headings_are_named_and_three_beside_two_of_ours_are_another_exam(read) -> None:
    assert len(faults(read, "student_id,variant,q1_z1_1,q9_a,q9_b\na,1,2,3,4\n")) == 2
    assert len(faults(read, "student_id,variant,q1_z1_1,q1_dw13,q1_new_w11_1,q9_a,q9_b,q9_c\na,1,2,3,4,5,6,7\n")) == 3
    (fault,) = faults(read, "student_id,variant,q1_z1_1,q1_dw13,q9_a,q9_b,q9_c\na,1,2,3,4,5,6\n")
    assert "looks like another exam's answers: 2 of 5 columns are of this one" in fault


def test_names_and_mail_addresses_are_no_strange_headings(read) -> None:
    assert read("Name,E-Mail,student_id,variant,Q1 z1 1\nx,y,a,1,2\n").values[0, 0] == 2


def test_an_unknown_item_of_a_long_table_is_told_once_and_an_empty_one_with_an_answer(read) -> None:
    long = "student_id,variant,item,answer\n"
    assert faults(read, long + "a,1,q7,1\na,1,q7,2\na,1,,3\na,1,,\n,1,q1_dw13,4\n,1,q1_dw13,-\n") == [
        'a.csv:2: unknown item "q7"; known: q1_z1_1, q1_dw13, q1_new_w11_1',
        "a.csv:4: has an answer but no item",
        "a.csv:6: has an answer but no student_id",
    ]


def test_a_student_of_a_long_table_has_one_variant_and_one_answer_to_an_item(read) -> None:
    assert faults(read, "student_id,variant,item,answer\na,1,q1_dw13,1\na,2,q1_z1_1,2\na,1,q1_dw13,3\n") == [
        'a.csv:3: student a: variant "2", but "1" on line 2',
        "a.csv:4: student a, item q1_dw13: stands on line 2 already",
        'a.csv:4: student a: variant "1", but "2" on line 3',
    ]


def test_as_many_students_as_are_accepted_are_read_and_one_more_is_refused(read, monkeypatch) -> None:
    content = "student_id,variant,item,answer\na,1,q1_dw13,1\nb,1,q1_dw13,2\n"
    monkeypatch.setattr(layouts, "_MOST", 2)
    assert read(content).students == ("a", "b")
    monkeypatch.setattr(layouts, "_MOST", 1)
    assert faults(read, content) == ["a.csv: has more than 1 students"]


def test_as_many_students_against_the_roster_as_are_shown_are_not_cut(read) -> None:
    roster = {"007": "001"}
    for count, more in ((SHOWN, []), (SHOWN + 1, ["a.csv: ... and 1 more students against the roster"])):
        notes = read(HEAD + "".join(f"X{k},1,1,,\n" for k in range(count)), students=roster).notes
        assert len(notes) == SHOWN + len(more) + 1  # and who is missing
        assert [note for note in notes if "..." in note] == more


def test_an_unknown_variant_is_told_as_it_was_written_or_stands_on_the_roster(read) -> None:
    assert faults(read, HEAD + "a,7,1,2,3\n")[0].startswith('a.csv:2: student a: unknown variant "7"')
    assert faults(read, HEAD + "a,,1,2,3\n", students={"a": "9"})[0].startswith(
        'a.csv:2: student a: unknown variant "9"'
    )


def test_a_student_id_has_at_most_100_characters(read) -> None:
    assert read(HEAD + "a" * 100 + ",1,1,2,3\n").students == ("a" * 100,)
    assert "write at most 100 characters" in faults(read, HEAD + "a" * 101 + ",1,1,2,3\n")[0]


@pytest.mark.parametrize("heading", ["a_" * 60_000, ",".join(f"x {at}" for at in range(50_000))])
def test_a_heading_of_many_characters_or_columns_takes_no_time(tmp_path, heading):
    began = time.perf_counter()
    path = tmp_path / "a.csv"
    path.write_text(f"student_id,variant,q1_z1,{heading}\nS1,001,0.5,\n", "utf-8")
    found = read_sheet(path, items=["q1_z1"], variants=["001"])
    assert found.students == ("S1",)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("written", ["é1", "e\u03011", " é1 ", '="é1"'])
def test_an_id_is_the_same_however_its_letters_and_spaces_are_written(read, written: str) -> None:
    assert read(HEAD.replace(",", ";") + f"{written};001;1;2;3\n").students == ("é1",)


@pytest.mark.parametrize("written", ["ab 1", " ab  1 ", "ab\t1", '="ab 1"'])
def test_an_id_of_two_words_has_one_space(read, written: str) -> None:
    assert read(HEAD.replace(",", ";") + f"{written};001;1;2;3\n").students == ("ab 1",)


def test_only_the_first_of_the_tables_is_looked_into_where_none_has_answers() -> None:
    tables = [Table(f"answers.xlsx ({sheet})", ["name", "room"], 1, [], sheet=sheet) for sheet in ("A", "B")]
    with pytest.raises(InputError) as caught:
        read_sheet(tables, items=ITEMS, variants=VARIANTS)
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["answers.xlsx (A)"]


@pytest.mark.parametrize(("count", "more"), [(40, ""), (41, " and 1 more"), (43, " and 3 more")])
def test_who_handed_in_several_times_is_named_up_to_forty(read, count: int, more: str) -> None:
    rows = "".join(f"s{k:02d},001,{k},2,3\n" * 2 for k in range(count))
    (note,) = read(HEAD + rows, last=True).notes
    names = ", ".join(f"s{k:02d}" for k in range(min(count, 40)))
    assert note.endswith(f"{count} students handed in several times, the last one counts: {names}{more}")


def test_a_heading_of_more_than_a_hundred_characters_is_no_strange_item(read) -> None:
    content = HEAD.strip() + ",q9_" + 97 * "x"
    assert faults(read, content + "\na,001,1,2,3,4\n")[0].startswith("a.csv:1: column 6: unknown heading")
    assert read(content + "x\na,001,1,2,3,4\n").students == ("a",)


LONG = "student_id,variant,item,answer\n"


def test_an_id_in_the_first_row_only_is_that_of_the_rows_below(read) -> None:
    found = read(LONG + "a,001,q1_z1_1,1\n,,q1_dw13,2\nb,002,q1_z1_1,3\n,,q1_dw13,4\n", last=True)
    assert found.students == ("a", "b")
    assert found.written[:, :2].tolist() == [["1", "2"], ["3", "4"]]
    assert found.notes[0].startswith("a.csv:3: rows without an id, below a student's first one, were read as")


def test_rows_without_an_id_are_nobodys_where_ids_stand_in_every_row_or_where_they_answer_again(read) -> None:
    rows = "a,001,q1_z1_1,1\na,001,q1_dw13,2\n,,q1_new_w11_1,3\n"
    assert faults(read, LONG + rows) == ["a.csv:4: has an answer but no student_id"]
    for last in (False, True):
        assert "stands on line 2 already" in faults(read, LONG + "a,001,q1_z1_1,1\n,,q1_z1_1,2\n", last=last)[0]
    assert "variant" in faults(read, LONG + "a,001,q1_z1_1,1\n,002,q1_dw13,2\n")[0]


@pytest.mark.parametrize("heading", ["student_id,Matrikelnummer", "Matrikelnummer,student_id", "Login,Email"])
def test_of_two_columns_of_ids_the_one_that_is_filled_in_counts(read, heading: str) -> None:
    found = read(f"{heading},variant,q1_z1_1\n,a,001,1\n,b,002,2\n")
    assert found.students == ("a", "b")
    assert f'"{heading.split(",")[0]}"' in "".join(found.notes)
