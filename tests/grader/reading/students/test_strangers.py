"""Rows that are nobody's are left out and named; nobody's answers are among them."""

import pytest

from grader.reading.answers import read_sheet
from grader.reading.students.identity import Listed
from grader.reading.students.strangers import left_out
from qgen.errors import InputError

ITEMS, VARIANTS = ["q1_z1", "q1_dw1"], ["001", "002", "003"]
HEAD = "student_id,variant,name,q1_z1,q1_dw1\n"
ROWS = "0012,001,Ann Able,1,2\n0013,002,Ben Cox,3,4\n"
LISTED = Listed({"0012": "001", "0013": "002", "Key": "003"}, {"0012": "Ann Able", "0013": "Cox, Ben"})


def reads(tmp_path, rows, listed=LISTED):
    (path := tmp_path / "a.csv").write_text(HEAD + rows, "utf-8")
    return read_sheet(path, items=ITEMS, variants=VARIANTS, listed=listed)


@pytest.mark.parametrize(
    "row",
    [
        "Average,,,1.5,2.5", ",,Mittelwert,1.5,2.5", ",Total:,,1,2", "EXAMPLE,001,Max Muster,1,2",
        "Note: 0013 wrote late,,,,", "Page 1 of 2,,,,", "12.5,,Average,1.5,2.5",
    ],
)  # fmt: skip
@pytest.mark.parametrize("listed", [LISTED, Listed()])
def test_totals_examples_and_notes_are_nobodys(tmp_path, row, listed):
    found = reads(tmp_path, ROWS + row + "\n", listed)
    assert (found.students, found.absent) == (("0012", "0013"), ())
    said = [note for note in found.notes if "no student's were left out" in note]
    assert len(said) == 1
    assert said[0].startswith("a.csv:4: ")


def test_lines_of_words_between_the_heading_and_the_students_are_a_second_heading(tmp_path):
    below = 'Your student number,Which variant?,,z of 1,dw of 1\n{"ImportId":"x"},{"ImportId":"y"},,{},{}\n,,,z,dw\n'
    found = reads(tmp_path, below + ROWS)
    assert found.students == ("0012", "0013")
    assert "2 (" in found.notes[0]
    assert "4 (" in found.notes[0]


def test_a_student_who_is_called_so_is_one(tmp_path):
    found = reads(tmp_path, ROWS + "Key,003,,1,2\nMax,001,,x,y\n")
    assert found.students == ("0012", "0013", "Key", "Max")


def test_an_id_that_a_lookup_did_not_find_is_none(tmp_path):
    with pytest.raises(InputError) as error:
        reads(tmp_path, ROWS + "#N/A,001,,1,2\n-,001,,1,2\n---,---,---,---,---\n")
    assert error.value.faults == (
        'a.csv:4: has answers but no student_id: "#N/A" is none',
        'a.csv:5: has answers but no student_id: "-" is none',
    )
    assert "na" in reads(tmp_path, ROWS + "na,003,,1,2\n").students


def test_names_that_were_sorted_without_their_ids_are_told(tmp_path):
    found = reads(tmp_path, "0012,001,Ben Cox,1,2\n0013,002,Benjamin Cox,3,4\n")
    said = [note for note in found.notes if "do not belong together" in note]
    assert len(said) == 1
    assert said[0].endswith('0012 (Ann Able) is called "Ben Cox", who is 0013')


def test_somebody_who_is_not_on_the_list_is_absent_and_no_note(tmp_path):
    listed = Listed({"0012": "001", "0013": "002"})
    found = reads(tmp_path, ROWS + "0099,,,,\nMidterm,,,,\n", listed)
    assert [one.student for one in found.absent] == ["0099"]
    assert found.notes[0] == 'a.csv:5: lines that are no student\'s were left out: 5 ("Midterm")'


@pytest.mark.parametrize(("count", "more"), [(4, ""), (5, " and 1 more")])
def test_rows_that_were_left_out_are_named_up_to_four(tmp_path, count, more):
    found = reads(tmp_path, ROWS + "Average,,,1.5,2.5\n" * count)
    named = ", ".join(f'{line} ("Average")' for line in range(4, 8))
    assert found.notes[0] == f"a.csv:4: lines that are no student's were left out: {named}{more}"


@pytest.mark.parametrize(("length", "shown"), [(40, 40 * "x"), (41, 40 * "x" + "…")])
def test_a_row_that_was_left_out_is_told_by_its_first_forty_characters(length, shown):
    assert left_out([(4, "x" * length)])[0].endswith(f': 4 ("{shown}")')
