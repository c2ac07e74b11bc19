"""Who the rows of an answers file are: absent, missing, mended, or told; nobody is scored 0 without a word."""

import time
from pathlib import Path

import pytest

from grader.reading.answers import read_sheet
from grader.reading.students.identity import Listed, missing
from grader.reading.submissions import Absent, Submissions
from qgen.errors import InputError

ITEMS, VARIANTS = ["q1_z1", "q1_z2"], ["001", "002", "003", "004"]
HEAD = "student_id,variant,q1_z1,q1_z2\n"
CLASS = {"0012": "001", "0013": "002", "ab14": "003"}


@pytest.fixture
def read(tmp_path: Path):
    """Reads a file of this content, with the class on the exam's roster."""

    def reads(content: str, students: dict[str, str] | None = CLASS, **options) -> Submissions:
        (tmp_path / "a.csv").write_text(content, "utf-8")
        return read_sheet(tmp_path / "a.csv", items=ITEMS, variants=VARIANTS, students=students, **options)

    return reads


@pytest.mark.parametrize(
    "row",
    [
        "0013,002,,",
        "0013,,,",
        "0013,-,,",
        "0013,002,-,",
        "0013,n/a,n/a,--",
        "0013,002,Absent,",
        "0013,,abwesend,Abwesend",
        "0013,002,-,no-show",
    ],
)
def test_a_row_of_the_sheet_without_answers_is_absent(read, row: str) -> None:
    found = read(HEAD + f"0012,001,1,2\n{row}\nab14,003,3,4\n")
    assert found.students == ("0012", "ab14")
    assert found.values.tolist() == [[1, 2], [3, 4]]
    assert found.absent == (Absent("0013", "002", 1),)
    assert found.notes == ("a.csv: absent, no marks and no feedback: 0013",)


@pytest.mark.parametrize("content", [HEAD + "0013,002,present,\n", "student_id,Anwesend,q1_z1,q1_z2\n0013,x,,\n",
                                     "student_id,variant,item,answer\n0013,002,q1_z1,PRESENT\n"])  # fmt: skip
def test_who_is_said_to_be_present_is_not_absent(read, content: str) -> None:
    found = read(content)
    assert (found.students, found.absent) == (("0013",), ())
    assert "".join(found.written[0]) == ""
    assert found.notes == ("a.csv: on the roster, but not in this file: 0012, ab14",)


def test_without_a_roster_an_empty_row_is_scored_and_named_and_one_without_a_variant_is_absent(read) -> None:
    found = read(HEAD + "a,001,1,2\nb,002,,\nc,,,\nd,-,,\ne,004,absent,\n", None)
    assert found.students == ("a", "b")
    assert [one.student for one in found.absent] == ["c", "d", "e"]
    assert found.notes == (
        "a.csv: absent, no marks and no feedback: c, d, e",
        'a.csv: no answers, on no roster: scored 0, unless a row says "absent": b',
    )


def test_a_long_file_s_students_without_answers_are_absent(read) -> None:
    found = read("student_id,variant,item,answer\n0012,001,q1_z1,1\n0013,002,q1_z1,\n0013,002,q1_z2,-\n")
    assert (found.students, [one.student for one in found.absent]) == (("0012",), ["0013"])


def test_an_answer_that_cannot_be_read_is_an_answer(read) -> None:
    assert read(HEAD + "0013,002,?0.0468,\n").students == ("0013",)


def test_answers_without_a_variant_still_stop_the_file(read) -> None:
    with pytest.raises(InputError, match="student a: no variant"):
        read(HEAD + "a,-,1,2\n", None)


def test_who_is_on_the_roster_but_not_in_the_file_is_named_and_the_other_way_round(read) -> None:
    listed = Listed.of(CLASS, {"0013": "Bo Baker"})
    assert read(HEAD + "0012,001,1,2\nX1,004,1,2\n", None, listed=listed).notes == (
        "a.csv:3: student X1 is not on the roster; marked as variant 004",
        "a.csv: on the roster, but not in this file: 0013 (Bo Baker), ab14",
    )


def test_ids_that_a_spreadsheet_changed_are_put_right_with_one_remark(read) -> None:
    found = read(HEAD + "12,001,1,2\n13.0,,3,4\nAB14,3,5,6\n")
    assert found.students == ("0012", "0013", "ab14")
    assert found.variants.tolist() == [0, 1, 2]
    assert found.notes == ("a.csv: 3 ids put right by the roster: 12 is 0012, 13.0 is 0013, AB14 is ab14",)


def test_an_id_that_may_be_two_students_or_has_a_row_already_is_told_with_the_likely_one(read) -> None:
    found = read(HEAD + "7,001,1,2\nB,002,3,4\nb,003,5,6\n", {"07": "001", "007": "002", "b": "003"})
    assert found.students == ("7", "B", "b")
    assert found.notes[:2] == (
        "a.csv:2: student 7 is not on the roster; perhaps 007 or 07; marked as variant 001",
        "a.csv:3: student B is not on the roster; perhaps b; marked as variant 002",
    )


def test_where_most_variants_are_unknown_another_exam_is_thought_of(read) -> None:
    with pytest.raises(InputError) as error:
        read(HEAD + "a,071,1,2\nb,072,3,4\nc,073,1,2\nd,001,1,2\n", None)
    assert len(error.value.faults) == 4
    assert "a.csv:2: most variants in this file are none of this exam's; say which with --exam" in error.value.faults


def test_a_student_who_stands_there_by_id_and_by_e_mail_is_a_fault(read) -> None:
    listed = Listed({"0012": "001"}, {}, {"ann@x.org": "0012"})
    assert read(HEAD + "Ann@x.org,,1,2\n", None, listed=listed).students == ("0012",)
    with pytest.raises(InputError, match="student 0012: stands on line 2 already"):
        read(HEAD + "0012,001,1,2\nann@x.org,001,1,3\n", None, listed=listed)


def test_each_variant_was_one_student_s_unless_there_are_more_students_or_the_roster_gives_one_to_two(read) -> None:
    two = HEAD + "a,001,1,2\nb,1,1,2\nc,002,1,2\n"
    assert read(two, None).one_each
    assert not read(two + "d,2,1,2\ne,003,1,2\n", None).one_each  # more papers than variants
    assert not read(two, {"a": "001", "b": "001", "c": "002"}).one_each


def test_without_a_roster_ids_that_look_changed_are_told_and_kept(read) -> None:
    found = read(HEAD + "S1,001,1,2\ns1,002,1,2\n100123.0,003,1,2\n2.02512E+11,004,1,2\n", None)
    assert found.students == ("S1", "s1", "100123.0", "2.02512E+11")
    assert found.notes == (
        "a.csv: ids that a spreadsheet or a slip may have changed, kept as they are: s1 is S1, 100123.0 is 100123, "
        "2.02512E+11 is a number of 12 digits?",
    )


def test_the_last_of_several_hand_ins_with_answers_counts_if_asked_for(read) -> None:
    text = HEAD + "0012,001,1,2\n0013,002,5,6\n0012,001,3,4\n0012,001,,\nab14,003,,\n"
    with pytest.raises(InputError, match="student 0012: stands on line 2 already"):
        read(text)
    found = read(text, last=True)
    assert (found.students, found.values.tolist()) == (("0013", "0012"), [[5, 6], [3, 4]])
    assert found.absent == (Absent("ab14", "003", 2),)
    assert found.notes[0] == "a.csv: 1 student handed in several times, the last one counts: 0012"
    long = "student_id,variant,item,answer\n0012,001,q1_z1,1\n0012,001,q1_z1,2\n"
    with pytest.raises(InputError, match="q1_z1: stands on line 2 already"):
        read(long)
    assert read(long, last=True).values[0, 0] == 2


def test_a_line_of_the_sheet_left_empty_beside_a_later_hand_in_is_not_absence(read) -> None:
    found = read(HEAD + "0012,001,,\n0012,001,3,4\n", last=True)
    assert (found.students, found.absent) == (("0012",), ())


def test_a_row_without_answers_does_not_stand_against_the_same_student_s_answers(read) -> None:
    found = read(HEAD + "0012,001,,\n0013,002,5,6\n0012,001,3,4\n0013,002,,\nab14,003,1,1\n")
    assert (found.students, found.values.tolist()) == (("0013", "0012", "ab14"), [[5, 6], [3, 4], [1, 1]])
    said = "a.csv: rows without answers beside the same student's answers were left out: 0012, 0013"
    assert (found.absent, found.notes) == ((), (said,))


@pytest.mark.parametrize("text", ["Variant 3", "V003", "v. 3", "no. 3", "#3", "'003", "“003”", "003.", "Version: 3"])
def test_a_variant_is_found_as_students_type_it(read, text: str) -> None:
    assert read(HEAD + f'ab14,"{text}",1,2\n').variants.tolist() == [2]


@pytest.mark.parametrize("text", ["-3", "3/4", "3-4", "A3", "3 or 4", "Variant 9"])
def test_what_may_be_another_variant_is_none(read, text: str) -> None:
    with pytest.raises(InputError, match="unknown variant"):
        read(HEAD + f"ab14,{text},1,2\n")


def test_quotes_and_separators_of_thousands_are_mended_in_ids(read) -> None:
    found = read(HEAD + "'0012345,001,1,2\n#0012346,002,1,2\n\"12,347\",003,1,2\n",
                 {"0012345": "001", "0012346": "002", "0012347": "003"})  # fmt: skip
    assert found.students == ("0012345", "0012346", "0012347")
    assert len(found.notes) == 1


def test_e_mail_addresses_that_no_roster_knows_are_asked_for(read) -> None:
    with pytest.raises(
        InputError, match=r'no student "ann@x\.org"; who has which e-mail address\? Say it with --roster'
    ):
        read("email,q1_z1,q1_z2\nann@x.org,1,2\n")


def test_a_class_of_thousands_is_held_against_its_roster_in_no_time() -> None:
    listed = Listed({f"s{at}": "001" for at in range(10_000)})
    began = time.process_time()
    assert missing([f"s{at}" for at in range(9_999)], listed) == ["on the roster, but not in this file: s9999"]
    assert time.process_time() - began < 0.3
