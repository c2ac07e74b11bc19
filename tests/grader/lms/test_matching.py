"""Students are matched by id, login or e-mail address, and by nothing that could be a guess."""

import pytest

from grader.lms.gradebook import Gradebook, IdColumns, Key, Student
from grader.lms.matching import match, unwritable


def roster(*people):
    students = tuple(
        Student(line, p, (Key("id", "ID", p[0]), Key("login", "Login", p[1]), Key("email", "Email", p[2])))
        for line, p in enumerate(people, 2)
    )
    return Gradebook(("ID", "Login", "Email"), students, (), (IdColumns((0,), (0, 1, 2)),))


@pytest.mark.parametrize("name", ["007", "ann", "Ann", "ann@x.org", "ANN@X.ORG"])
def test_each_of_the_three_finds_the_student(name):
    found = match([name], roster(("007", "ann", "ann@x.org"), ("8", "ben", "ben@x.org")))
    assert [(n, s.line) for n, s in found.pairs] == [(name, 2)]
    assert [u.who for u in found.in_roster] == ["8"]


@pytest.mark.parametrize(("name", "hint"), [("123", 'it has "1.23"'), ("x", "of the roster"), ("S-01", 'it has "S01"')])
def test_what_is_merely_alike_is_not_matched_but_named(name, hint):
    found = match([name], roster(("007", "a", ""), ("S01", "b", ""), ("1.23", "c", "")))
    assert found.pairs == ()
    assert hint in found.in_results[0].why
    assert len(found.in_roster) == 3


@pytest.mark.parametrize(
    ("name", "row", "written"),
    [
        ("0007000", "7000", "0007000"),  # the gradebook has been in a spreadsheet
        ("7000", "0007000", "0007000"),  # the answers have
        ("202512345678", "2.02512E+11", "202512345678"),
        ("100123", "100123.0", "100123"),
        ("100123.0", "100123", "100123"),
        ("s01", "S01", "S01"),
    ],
)
def test_an_id_that_a_spreadsheet_changed_on_either_side_is_mended_with_one_remark(name, row, written):
    found = match([name, "8"], roster((row, "a", ""), ("8", "b", "")))
    assert [(n, s.line, s.cells[0]) for n, s in found.pairs] == [(name, 2, written), ("8", 3, "8")]
    assert found.mended == f"1 id put right: {row} is {name}"
    assert not found.in_results


@pytest.mark.parametrize("rows", [("007", "0007"), ("7.0", "007")])
def test_an_id_that_may_be_two_rows_is_not_mended(rows):
    found = match(["7"], roster(*((row, f"user{at}", "") for at, row in enumerate(rows))))
    assert found.pairs == ()
    assert found.mended == ""


def two_numbers(*people):
    """A school's number beside the system's own."""
    students = tuple(
        Student(line, (sis, own), (Key("id", "SIS", sis), Key("id", "Own", own)))
        for line, (sis, own) in enumerate(people, 2)
    )
    return Gradebook(("SIS", "Own"), students, (), (IdColumns((1,), (0, 1)),))


def test_of_two_columns_the_one_that_holds_all_ids_counts():
    gradebook = two_numbers(("105", "101"), ("999", "105"), ("888", "103"))
    found = match(["105", "999", "888", "nobody"], gradebook)
    assert [(n, s.line) for n, s in found.pairs] == [("105", 2), ("999", 3), ("888", 4)]
    assert [one.who for one in found.in_results] == ["nobody"]


def test_a_number_of_the_system_s_that_is_by_chance_a_student_s_who_left_is_nobody():
    found = match(["105", "888", "777"], two_numbers(("999", "105"), ("888", "103"), ("777", "104")))
    assert [n for n, _ in found.pairs] == ["888", "777"]
    assert found.in_results[0].why.startswith('"105" is Own in line 2 of the roster, whose SIS is "999"')


@pytest.mark.parametrize(
    "people",
    [
        [("1", "a", ""), ("1", "b", "")],
        [("2", "1", ""), ("3", "1", "")],
        [("2", "a", "1"), ("3", "b", "1")],
        [("1", "a", ""), ("2", "1", "")],
    ],
)
def test_an_id_that_fits_two_students_is_unmatched_with_both_lines(people):
    found = match(["1"], roster(*people))
    assert found.pairs == ()
    assert "in line 2" in found.in_results[0].why
    assert "in line 3" in found.in_results[0].why
    assert [one.why for one in found.in_roster] == ['may be "1" of the results'] * 2


def test_two_results_of_one_student_are_both_unmatched():
    found = match(["7", "ann"], roster(("7", "ann", "")))
    assert found.pairs == ()
    assert [u.why for u in found.in_results] == ['"7" and "ann" are both line 2 of the roster'] * 2
    assert [one.why for one in found.in_roster] == ['is "7" and "ann" of the results']


def test_composed_and_decomposed_letters_are_the_same_id():
    assert match(["Zoe\u0308"], roster(("Zo\u00eb", "", ""))).pairs


def test_students_of_one_name_are_two_students():
    found = match(["1", "2"], roster(("1", "kim1", ""), ("2", "kim2", "")))
    assert [n for n, _ in found.pairs] == ["1", "2"]


def test_blank_shared_and_unsafe_keys_cannot_be_written():
    people = roster(("1", "", "a"), ("2", "x", "b"), ("3", "X", "c"), ("4\n", "y", "d"), ("5", "z", "e"))
    why = unwritable(people.students, people, (1,))
    assert why == {
        2: 'has no "Login" in the roster, line 2',
        3: 'shares the Login "x" with another student of the roster',
        4: 'shares the Login "X" with another student of the roster',
        5: r"'4\n' holds a control character",
    }
