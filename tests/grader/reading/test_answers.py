import io
import random
import re
import zipfile
from datetime import datetime

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.reading.answers import read_sheet
from grader.reading.numerals import BLANK, UNREADABLE, VALUE, read
from grader.reading.submissions import Submissions
from grader.reasons import Reason
from qgen.errors import InputError
from qgen.tables.table import SHOWN

ITEMS = ["q1_z1_1", "q1_dw13", "q1_new_w11_1"]
VARIANTS = ["001", "002", "010"]
ROSTER = {"007": "001", "S08": "002"}
HEAD = "student_id,variant,q1_z1_1,q1_dw13,q1_new_w11_1\n"


@pytest.fixture
def answers(tmp_path):
    """Writes a file and reads it as answers."""

    def reads(content: str | bytes, name: str = "answers.csv", **options) -> Submissions:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_sheet(path, **{"items": ITEMS, "variants": VARIANTS, **options})

    return reads


@pytest.fixture
def faults(answers):
    """Writes a file and returns the faults found in it."""

    def reads(content: str | bytes, name: str = "answers.csv", **options) -> list[str]:
        with pytest.raises(InputError) as error:
            answers(content, name, **options)
        return list(error.value.faults)

    return reads


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for k, rows in enumerate(sheets):
        sheet = book.create_sheet() if k else book.active
        for row in rows:
            sheet.append(row)
    book.save(file := io.BytesIO())
    return file.getvalue()


def repacked(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The zip archive with `old` replaced in one part."""
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(file := io.BytesIO(), "w") as target:
        for name in source.namelist():
            content = source.read(name)
            assert name != part or old in content
            target.writestr(name, content.replace(old, new) if name == part else content)
    return file.getvalue()


def says(submissions: Submissions) -> list[tuple[str, int, list[str], list[int]]]:
    """Everything that was read, row by row."""
    return [
        (student, int(variant), list(written), kinds.tolist())
        for student, variant, written, kinds in zip(
            submissions.students, submissions.variants, submissions.written, submissions.kinds, strict=True
        )
    ]


def test_what_was_written_is_kept_beside_what_it_says(answers):
    read_in = answers(HEAD + "007,001,−5.02,-,abc\nS08,010,,1/4,1e999\n")
    assert read_in.students == ("007", "S08")
    assert read_in.variants.tolist() == [0, 2]
    assert read_in.variants.dtype == np.intp
    assert read_in.items == tuple(ITEMS)
    assert read_in.written[:].tolist() == [["−5.02", "-", "abc"], ["", "1/4", "1e999"]]
    assert read_in.kinds.tolist() == [[VALUE, BLANK, UNREADABLE], [BLANK, VALUE, UNREADABLE]]
    assert read_in.kinds.dtype == np.int8
    np.testing.assert_array_equal(read_in.values, [[-5.02, np.nan, np.nan], [np.nan, 0.25, np.nan]])
    assert read_in.reasons == {(0, 2): read("abc").reason, (1, 2): read("1e999").reason}
    assert read_in.notes == ()


SAME = [("007", 0, ["5.02", "-0.5", "1"], [VALUE] * 3), ("Sö8", 1, ["", "x", ""], [BLANK, UNREADABLE, BLANK])]
PLAIN = HEAD + "007,001,5.02,-0.5,1\nSö8,002,,x,\n"
LONG_HEAD = "student_id,variant,item,answer\n"
LONG = LONG_HEAD + "007,001,q1_z1_1,5.02\n007,001,q1_dw13,-0.5\nSö8,002,q1_dw13,x\n007,001,q1_new_w11_1,1\n"
NO_IDS = 'no column "student_id"; say which one has the ids: --id COLUMN'
NO_HEADING = "is no heading of answers; write student_id, variant, q1_z1_1, q1_dw13, ..."
OPEN_QUOTE = "has a quotation mark that is not closed, or not doubled inside quotes"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (PLAIN, {}),
        (PLAIN.replace(",", ";"), {}),
        (PLAIN.replace(",", "\t"), {}),
        ("sep=;\n" + PLAIN.replace(",", ";"), {}),
        ("sep=|\r\n" + PLAIN.replace(",", "|"), {}),
        (PLAIN.replace("\n", "\r\n"), {}),
        (PLAIN.replace("\n", "\r"), {}),
        (PLAIN.rstrip("\n"), {}),
        ("\n \n" + PLAIN.replace("\n", "\n\n") + ",,,,\n , ,\n", {}),
        (PLAIN.encode("utf-8-sig"), {}),
        (PLAIN.encode("utf-8-sig"), {"encoding": "utf-8"}),
        (PLAIN.encode("utf-16"), {}),
        (PLAIN.encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (PLAIN.encode("utf-16-le"), {}),
        (("\ufeff" + PLAIN).encode("utf-16-be"), {}),
        (("\ufeff" + PLAIN).encode("utf-32-le"), {}),
        (PLAIN.encode("latin-1"), {"encoding": "latin-1"}),
        (re.sub("([^,\n]+)", r'"\1"', PLAIN), {}),
        (PLAIN.replace(",", ', "').replace("\n", '"\n').replace(", ", '", ').replace("student_id", '"student_id')
            .replace("\n007", '\n"007').replace("\nSö8", '\n"Sö8'), {}),
        (PLAIN.replace("Sö8", "So\u03088"), {}),
        (PLAIN.replace("Sö8", " Sö8\u00a0"), {}),
        (PLAIN.replace("007", "'007").replace("Sö8", '"\nSö8\t"').replace("'007", "007"), {}),
        (PLAIN.replace(",001", ",1").replace(",002", ",0002"), {}),
        (PLAIN.replace("\n", ",,\n"), {}),
        (HEAD.replace("_", " ").title() + PLAIN.partition("\n")[2], {}),
        (HEAD.replace("student_id", "Student-ID").replace("q1_dw13", " Q1 dw13 ") + PLAIN.partition("\n")[2], {}),
        (HEAD.replace("student_id", "StudentID") + PLAIN.partition("\n")[2], {}),
        ("q1_dw13,Name,q1_new_w11_1,E-Mail,variant,q1_z1_1,student_id\n"
         "-0.5,Bond,1,b@x,001,5.02,007\nx,,,,002,,Sö8\n", {}),
        (LONG, {}),
        (LONG.replace(",", ";"), {}),
        (LONG.replace("q1_dw13", "Q1-DW13"), {}),
        (re.sub("(.*),(.*),(.*),(.*)\n", r"\3,\4,,\1,\2\n", LONG), {}),
        (LONG.replace("-0.5\nSö8,002", "-0.5\nSö8,") + "Sö8,002,q1_z1_1,\n,,,\n,,q1_z1_1,\n\n", {}),
    ],
)  # fmt: skip
def test_the_same_answers_are_read_from_every_dialect(answers, content, options):
    assert says(answers(content, **options)) == SAME


def test_the_same_answers_are_read_from_a_workbook(answers):
    rows = [line.split(",") for line in PLAIN.splitlines()]
    rows[1] = ["007", 1, 5.02, -0.5, 1.0]
    blank = [[], ["", None], [None]]
    assert says(answers(workbook([*blank, rows[0], *blank, *rows[1:], *blank]), "answers.xlsx")) == SAME


def test_a_file_that_is_not_utf8_is_read_as_windows_1252_and_says_so(answers):
    read_in = answers(PLAIN.encode("latin-1").replace(b"-0.5", b"\x960.5"))
    assert read_in.students == ("007", "Sö8")
    assert read_in.values[0, 1] == -0.5
    assert read_in.notes == ('answers.csv: is not UTF-8; read as Windows-1252 (Latin-1), such as "Sö8"',)


def test_items_without_a_column_are_blank(answers):
    read_in = answers("variant,q1_dw13,student_id\n1,0.5,a\n")
    assert says(read_in) == [("a", 0, ["", "0.5", ""], [BLANK, VALUE, BLANK])]


def test_rows_of_the_empty_answer_sheet_are_skipped_and_a_student_without_answers_is_kept(answers):
    assert answers(HEAD + ",001,,,\n,002,-,,\nS08,010,,,\n").students == ("S08",)


def test_the_roster_gives_the_variants_the_file_leaves_out(answers):
    content = "student_id,q1_z1_1\nS08,1\n007,2\n"
    assert answers(content, students=ROSTER).variants.tolist() == [1, 0]
    content = "student_id,item,answer\nS08,q1_z1_1,1\n007,q1_z1_1,2\n"
    assert answers(content, students=ROSTER).variants.tolist() == [1, 0]
    assert answers(HEAD + "S08,,1,2,3\n", students=ROSTER).variants.tolist() == [1]


def test_a_variant_written_against_the_roster_counts_and_is_noted(answers):
    read_in = answers(HEAD + "007,010,1,2,3\nS09,2,1,2,3\nS08,2,1,2,3\n", students=ROSTER)
    assert read_in.variants.tolist() == [2, 1, 1]
    assert read_in.notes == (
        'answers.csv:2: student 007 has variant "001" on the roster; marked as variant 010, as written',
        "answers.csv:3: student S09 is not on the roster; marked as variant 002",
    )


def test_notes_of_a_whole_class_against_the_roster_are_cut(answers):
    read_in = answers(HEAD + "".join(f"X{k},1,1,,\n" for k in range(SHOWN + 3)), students=ROSTER)
    assert len(read_in.notes) == SHOWN + 2
    assert read_in.notes[-2:] == (
        "answers.csv: ... and 3 more students against the roster",
        "answers.csv: on the roster, but not in this file: 007, S08",
    )


def test_a_variant_without_its_zeros_is_unknown_where_two_could_be_meant(answers, faults):
    assert answers(HEAD + "a,01,,,\nb,001,,,\n", variants=["01", "001"]).variants.tolist() == [0, 1]
    assert faults(HEAD + "a,1,,,\n", variants=["01", "001"]) == [
        'answers.csv:2: student a: unknown variant "1"; did you mean "01"?'
    ]


def test_one_thousand_or_one_point_two_is_decided_by_the_students_other_answers(answers):
    content = HEAD.replace(",", ";") + "c;1;1,234;0,5;12,345\nd;1;1,234;0.5;2\nn;1;1,234;5;3\nm;1;1,234;0,5;0.5\n"
    read_in = answers(content)
    np.testing.assert_array_equal(read_in.values[:, 0], [1.234, np.nan, np.nan, np.nan])
    assert read_in.values[0, 2] == 12.345
    assert read_in.notes == ("answers.csv: 2 cells such as 1,234 read as a decimal comma, like its writer's others",)
    assert set(read_in.reasons) == {(1, 0), (2, 0), (3, 0)}


def test_in_a_file_of_decimal_commas_a_comma_is_one_and_a_dot_is_in_doubt(answers):
    read_in = answers(HEAD.replace(",", ";") + "a;1;0,5;2;-\nb;1;1,234;5;\nc;1;1.234;5;x\nd;1;0,5;1.234;0\n")
    np.testing.assert_array_equal(read_in.values[:, 0], [0.5, 1.234, np.nan, 0.5])
    assert set(read_in.reasons) == {(2, 0), (2, 2), (3, 1)}
    assert read_in.reasons[2, 0] == Reason("two_readings", ("1.234", "1234", "1.2340"))


def test_in_a_file_without_commas_a_dot_is_never_in_doubt(answers):
    assert answers(HEAD + "a,1,1.234,5,\n").values[0, 0] == 1.234


def test_a_decimal_comma_too_much_shifts_no_row_though_its_last_cells_are_empty(answers, faults):
    head, row = HEAD.strip(), "a,1,0,722,0.5,"
    assert faults(f"{head}\n{row}\n") == [
        "answers.csv:2: 6 cells, but the heading has 5; is a decimal comma not in quotes?"
    ]
    assert answers(f"{head},,\na,1,0.722,0.5,,,\n").values[0, 0] == 0.722
    assert faults(f"{head},,\n{row},,\n")
    long = "student_id,variant,item,answer,name"
    assert answers(f"{long}\na,1,q1_z1_1,0.722,\n").values[0, 0] == 0.722
    assert faults(f"{long}\na,1,q1_z1_1,0,722,\n")


def test_a_column_that_is_not_there_is_told(answers):
    head = HEAD.replace("q1_dw13,", "")
    assert answers(head + "a,1,5,2\n").notes == (
        "answers.csv:1: no column for q1_dw13: blank for everyone; the right --exam, no column lost?",
    )
    many = [*ITEMS, *(f"q2_z{i}" for i in range(6))]
    (note,) = answers(HEAD + "a,1,5,2,3\n", items=many).notes
    assert "no column for q2_z0, q2_z1, q2_z2, q2_z3 and 2 more: blank" in note


def test_workbook_cells_are_written_as_the_shortest_text_that_gives_them_again(answers):
    stamp = datetime(2026, 3, 1)
    read_in = answers(
        workbook([HEAD.strip().split(","), [1234, "001", 1 / 3, stamp, True], [5.0, 2, -4.68e-2, "#N/A", 7.0]])
    )
    assert read_in.students == ("1234", "5")
    assert read_in.written[:].tolist() == [
        ["0.3333333333333333", "2026-03-01 00:00:00", "True"],
        ["-0.0468", "#N/A", "7"],
    ]
    assert read_in.reasons[0, 1].kind == "date"
    assert (0, 2) in read_in.reasons


def test_an_id_keeps_the_leading_zeros_that_its_cells_format_shows(answers):
    book = openpyxl.Workbook()
    for row in ([*HEAD.strip().split(",")], [42, 1, 0.5, 7, 1], [123456, 2, 0.5, 7, 1]):
        book.active.append(row)
    for cell in book.active["A"][1:]:
        cell.number_format = "00000"
    book.active["B2"].number_format = "000"
    book.active["D2"].number_format = "0.00"
    book.save(file := io.BytesIO())
    read_in = answers(file.getvalue())
    assert read_in.students == ("00042", "123456")
    assert read_in.written[0].tolist() == ["0.5", "7", "1"]


def test_a_formula_without_a_stored_value_is_shown_not_taken_for_blank(answers):
    read_in = answers(workbook([HEAD.strip().split(","), ["a", 1, "=1/4", "=A1*2", 3]]))
    assert read_in.written[:].tolist() == [["=1/4", "=A1*2", "3"]]
    assert read_in.values[0, 0] == 0.25
    assert read_in.kinds[0, 1] == UNREADABLE


def test_a_formula_counts_with_its_stored_value(answers):
    data = workbook([HEAD.strip().split(","), ["a", 1, "=A1*2", 2, 3]])
    stored = repacked(data, SHEET, b"<f>A1*2</f><v", b"<f>A1*2</f><v>0.5</v><v")
    assert answers(stored).written[:].tolist() == [["0.5", "2", "3"]]


def test_every_sheet_with_answers_is_read_and_the_others_are_named(answers, faults):
    head = HEAD.strip().split(",")
    group_a, group_b = [head, ["a", 1, 0.5]], [head[:2] + head[:1:-1], ["b", 2, 1.5, "", 3.5]]
    found = answers(workbook([["Midterm"], ["see the other sheets"]], group_a, group_b, []))
    assert found.students == ("a", "b")
    assert found.variants.tolist() == [0, 1]
    assert found.values[0, 0] == found.values[1, 2] - 1 == 0.5
    assert found.notes == ('sheets without answers were left out: "Sheet"',)
    twice = faults(workbook(group_a, [head, ["c", 7], ["a", 1]]))
    assert twice == [
        'answers.csv (Sheet1):2: student c: unknown variant "7"; known: 001, 002, 010',
        "answers.csv (Sheet1):3: student a: stands in answers.csv (Sheet) already; with --last the last one counts",
    ]


def test_what_two_people_typed_of_one_student_is_put_together_and_told(answers):
    head = HEAD.strip().split(",")
    ours, theirs = [head[:4], ["a", 1, 1, 2], ["b", 2, 1]], [head[:2] + head[3:], ["a", "001", 2, 3], ["b", 2, 2, 3]]
    found = answers(workbook(ours, theirs))
    assert found.values.tolist() == [[1, 2, 3], [1, 2, 3]]
    told = "rows of one student that nowhere say different things were put together"
    assert found.notes == (f"{told}: a, b",)  # and no column is missing
    assert answers(HEAD + "a,1,1.0,,\na,01,1,2,\n").written[0, :2].tolist() == ["1.0", "2"]


@pytest.mark.parametrize(
    ("row", "what"), [("a,1,,9,3", 'q1_dw13 is "2" there'), ("a,2,,,3", 'its variant is "001" there')]
)
def test_rows_of_one_student_that_say_different_things_are_a_fault_which_says_what(faults, row, what):
    said = f"answers.csv:3: student a: stands on line 2 already, {what}; with --last the last one counts"
    assert faults(HEAD + "a,001,1,2,\n" + row + "\n") == [said]


def test_a_note_beside_a_workbook_s_table_is_told_by_its_column_and_words(faults):
    rows = [HEAD.strip().split(","), ["a", 1, 1, 2, 3], ["b", 2, 1, 2, 3, "", "smudged"]]
    assert faults(workbook(rows)) == ['answers.csv:3: column 7: "smudged" stands under no heading']


def test_titles_above_the_heading_are_passed_over(answers):
    for end in (",", ";"):
        text = "Midterm, group A\n\nroom;;7;,\n" + (HEAD + "a,001,1,2,3\n").replace(",", end)
        assert answers(text).values.tolist() == [[1, 2, 3]]
    assert answers(workbook([["Midterm"], [], HEAD.strip().split(","), ["a", 1, 1, 2, 3]])).values.tolist() == [
        [1, 2, 3]
    ]


def test_columns_of_forms_are_left_out_and_named_and_the_id_is_found(answers):
    google = "Timestamp,Email Address,Variant,q1_z1_1,q1_z1_1 [Score],q1_dw13,Points - q1_dw13\n"
    found = answers(google + "2026/02/10,a@x.org,2,1,1 / 1,3,0\n")
    assert found.students == ("a@x.org",)
    assert found.values[0].tolist()[:2] == [1, 3]
    assert found.notes[0].endswith(
        ':1: columns that are no items are left out: "Timestamp", "q1_z1_1 [Score]", "Points - q1_dw13"'
    )
    assert answers("ID,Matrikelnummer,variant,q1z11,q1dw13\n7,0042,1,5,6\n").students == ("0042",)


def test_a_row_that_ends_early_is_blank_there_and_told(answers):
    found = answers(HEAD + "a,001,1\nb,002,1,2,3\nc,010,1,2\n")
    assert [sum(row) for row in (found.kinds == 1).tolist()] == [2, 0, 1]
    assert found.notes == ("answers.csv:2: ends before the last column, so blank there (all such lines: 2, 4)",)


def test_lines_in_quotes_are_read_as_if_they_were_not(answers):
    for text in (HEAD + "a,001,1,2,3\n", (HEAD + "a,001,1,2,3\n").replace(",", ";")):
        found = answers("".join(f'"{line}"\n' for line in text.splitlines()))
        assert found.values.tolist() == [[1, 2, 3]]
        assert found.notes == ("answers.csv: every line stands in quotes, which were left out",)


def test_numbers_cut_in_two_by_their_comma_are_told_even_if_they_fit(answers, faults):
    (fault,) = faults(HEAD.strip() + ",q1_b3\n".replace("q1_b3", "email") + "a,001,0,6950,,\n")
    assert "is 0,6950 one number?" in fault
    assert answers(HEAD + "a,001,1,20,3\nb,002,1,2,3\nc,010,12,345,6\n").values[2].tolist() == [12, 345, 6]


def test_a_spreadsheet_s_number_is_a_variant_too(answers):
    assert answers(HEAD + "a,1.0,,,\nb,002.0,,,\n").variants.tolist() == [0, 1]


ROW = "a,001,1,2,3\n"
FAULTS = {
    "unknown heading": (
        HEAD.replace("dw13", "dw31") + ROW, [':1: column 4: unknown heading "q1_dw31"; did you mean "q1_dw13"?']
    ),
    "heading twice": (
        HEAD.replace("q1_z1_1", "Q1 dw13") + ROW,
        [':1: column 4: "q1_dw13" stands here twice; column 3 is q1_dw13 already'],
    ),
    "no student column": (HEAD.replace("student_id", "name") + ROW, [f":1: {NO_IDS}"]),
    "no variant": (
        HEAD.replace("variant", "name") + ROW, [':1: no column "variant", and no roster to take the variants from']
    ),
    "no answers": ("student_id,variant\na,001\n", [":1: no column of answers; known: q1_z1_1, q1_dw13, q1_new_w11_1"]),
    "not answers": ("First,Last\na,b\n", [':1: "First, Last" ' + NO_HEADING]),
    "one column": ("hello\n", [':1: "hello" ' + NO_HEADING]),
    "long row": (HEAD + "a,001,1,2,3,5\n", [":2: 6 cells, but the heading has 5; is a decimal comma not in quotes?"]),
    "no heading": (HEAD.replace("q1_dw13", "") + ROW, [':2: column 4: "2" stands under no heading']),
    "student twice": (
        HEAD + ROW + "b,1,,,\n" + "a,1,1,2,4\n",
        [':4: student a: stands on line 2 already, q1_new_w11_1 is "3" there; with --last the last one counts'],
    ),
    "nobody": (HEAD + " ,001,1,2,3\n", [":2: has answers but no student_id"]),
    "unknown variant": (HEAD + "a,0022,1,2,3\n", [':2: student a: unknown variant "0022"; did you mean "002"?']),
    "variant missing": (HEAD + "a,,1,2,3\n", [":2: student a: no variant"]),
    "id unseen": (
        HEAD + "a\u200bb,001,1,2,3\n",
        [':2: student id "a\\u200bb": write at most 100 characters that can be seen'],
    ),
    "long: item twice": (
        LONG + "007,001,q1_dw13,-0.5\n", [":6: student 007, item q1_dw13: stands on line 3 already"]
    ),
    "long: two variants": (LONG + "Sö8,010,q1_z1_1,4\n", [':6: student Sö8: variant "010", but "002" on line 4']),
    "long: unknown item": (LONG + "007,001,q1_dw31,5\n", [':6: unknown item "q1_dw31"; did you mean "q1_dw13"?']),
    "long: no item": (LONG + "007,001,,5\n", [":6: has an answer but no item"]),
    "long: nobody": (LONG + ",001,q1_z1_1,5\n", [":6: has an answer but no student_id"]),
    "long: item as a column": (
        LONG.replace("answer", "answer,q1_dw13"),
        [':1: column 5: unknown heading "q1_dw13"; known: student_id, variant, item, answer'],
    ),
    "open quote": (
        HEAD + ROW + 'b,001,"1,2,3\nc,001,1,2,3\n',
        [f":3: {OPEN_QUOTE} (unexpected end of data); the rest of the file was not read"],
    ),
    "stray quote": (
        HEAD + 'a,001,"1"5,2,3\n' + ROW,
        [f":2: {OPEN_QUOTE} (',' expected after '\"'); the rest of the file was not read"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("content,expected", FAULTS.values(), ids=FAULTS.keys())  # noqa: PT006
def test_a_fault_is_one_line_that_names_the_place_and_what_is_accepted(faults, content, expected):
    assert faults(content) == [f"answers.csv{line}" for line in expected]


WHOLE = {
    "empty": (b"", "is empty; give a CSV file"),
    "blank": (b"\n \n,,\n", "is empty; give a CSV file"),
    "bom only": (b"\xef\xbb\xbf", "is empty; give a CSV file"),
    "heading only": (HEAD.encode(), "has a heading, but no student's answers below it"),
    "sheet not filled in": (HEAD.encode() + b",001,,,\n", "has a heading, but no student's answers below it"),
    "long heading only": (LONG.partition("\n")[0].encode(), "has a heading, but no student's answers below it"),
    "NUL": (HEAD.encode() + b"a,001,\0,2,3\n", "has NUL characters, so it is no plain text"),
    "NUL in UTF-16": ((HEAD + "a,001,\0,2,3\n").encode("utf-16"), "has NUL characters"),
    "half a UTF-16 character": (PLAIN.encode("utf-16")[:-1], "is not utf-16; save it as UTF-8"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old (.xls) or encrypted workbook"),
    "PDF": (b"%PDF-1.7\n", "is a PDF; give a CSV file"),
    "gzip": (b"\x1f\x8b\x08", "is a gzip archive; unpack it"),
    "endless line": (HEAD.encode() + b"," * (5 << 20), "has a line of more than 2 MB"),
    "half a workbook": (workbook([["student_id"]])[:500], "is no readable workbook (BadZipFile)"),
    "empty workbook": (workbook([]), "its sheets are empty"),
    "entities": (
        repacked(workbook([["a"]]), SHEET, b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "b">]><worksheet'),
        "its part xl/worksheets/sheet1.xml declares XML entities",
    ),
    "row a billion": (
        repacked(workbook([HEAD.split(","), ["a"]]), SHEET, b'<row r="2">', b'<row r="2000000000">'),
        "has more than 10,000 columns or 1,048,576 rows",
    ),
    "column ZZZ": (
        repacked(workbook([HEAD.split(","), ["a"]]), SHEET, b'r="A2"', b'r="ZZZ2"'),
        "answers.csv:2: has more than 10,000 columns or 1,048,576 rows",
    ),
    "broken sheet": (
        repacked(workbook([HEAD.strip().split(","), ["a", 1]]), SHEET, b"</sheetData>", b""),
        "is no readable workbook (ParseError)",
    ),
}  # fmt: skip


def test_another_exams_answers_are_told_in_one_line(faults):
    other = "student_id,variant,q1_z1_1," + ",".join(f"q7_z{k}" for k in range(60)) + "\n" + "a,001" + ",1" * 61
    assert faults(other) == [
        "answers.csv:1: looks like another exam's answers: 1 of 61 columns are of this one; "
        'not "q7_z0", "q7_z1", "q7_z2"; say which --exam'
    ]


@pytest.mark.parametrize(("count", "known"), [(12, "001, 002, 003, .*, 012"), (13, "001 to 013"), (100, "001 to 100")])
def test_of_many_variants_an_unknown_one_is_told_the_range(tmp_path, count, known):
    (tmp_path / "answers.csv").write_text("student_id,variant,q1_z1\na,xyz,1\n")
    with pytest.raises(InputError, match=rf'unknown variant "xyz"; known: {known}$'):
        read_sheet(tmp_path / "answers.csv", items=["q1_z1"], variants=[f"{k:03d}" for k in range(1, count + 1)])


def test_a_column_item_without_one_of_answers_is_left_out_of_a_wide_table(answers):
    found = answers("student_id,variant,item,q1_z1_1\na,1,x,2\n")
    assert found.values[0, 0] == 2
    assert 'columns that are no items are left out: "item"' in found.notes[0]


@pytest.mark.parametrize("content,expected", WHOLE.values(), ids=WHOLE.keys())  # noqa: PT006
def test_a_file_that_holds_no_table_of_answers_is_one_line(faults, content, expected):
    (line,) = faults(content)
    assert line.startswith("answers.csv:")
    assert expected in line


def test_a_zip_archive_that_is_no_workbook_is_one_line(faults):
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "is a zip archive but no .xlsx or .ods workbook" in faults(file.getvalue())[0]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/workbook.xml", "x" * 1000)
    assert "is compressed as no spreadsheet program does" in faults(file.getvalue())[0]


def test_a_zip_bomb_is_not_unzipped(faults, monkeypatch):
    monkeypatch.setattr("qgen.tables.table.UNZIPPED", 1 << 20)
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * ((1 << 20) + 1))
    assert "unzips to more than 1 MB" in faults(file.getvalue())[0]


def test_a_file_larger_than_any_class_is_refused(faults, monkeypatch):
    monkeypatch.setattr("qgen.tables.table.LARGEST", 1 << 20)
    assert faults(HEAD + "\n" * (1 << 20)) == ["answers.csv: is larger than 1 MB, too large for an answers file"]


def test_more_students_than_any_class_are_refused(faults, monkeypatch):
    monkeypatch.setattr("grader.reading.layouts._MOST", 1)
    assert faults(LONG) == ["answers.csv: has more than 1 students"]


def test_a_missing_file_and_a_folder_are_one_line_each(tmp_path):
    for path, expected in [
        (tmp_path / "no.csv", "no such file"),
        (tmp_path, "is a folder"),
        ("/dev/null", "no such file"),
    ]:
        with pytest.raises(InputError, match=expected) as error:
            read_sheet(path, items=ITEMS, variants=VARIANTS)
        assert len(error.value.faults) == 1


def test_an_encoding_that_does_not_fit_or_does_not_exist_is_one_line(faults):
    assert faults(PLAIN.encode("latin-1"), encoding="utf-8") == [
        "answers.csv: is not utf-8; save it as UTF-8, or say which encoding it has"
    ]
    for name in ("utf-99", "rot13", "hex"):
        assert faults(PLAIN, encoding=name) == [f'unknown encoding "{name}"; write utf-8, utf-16, latin-1 or cp1252']


def test_students_unknown_to_the_roster_are_faults_where_no_variant_is_written(faults):
    assert faults("student_id,q1_z1_1\nX,1\nS8,1\n", students=ROSTER) == [
        'answers.csv:2: no variant, and the roster has no student "X"; known: 007, S08',
        'answers.csv:3: no variant, and the roster has no student "S8"; did you mean "S08"?',
    ]
    assert faults("student_id,q1_z1_1\n7,1\n", students={"7": "9"}) == [
        'answers.csv:2: student 7: unknown variant "9"; known: 001, 002, 010'
    ]


def test_all_faults_of_a_file_are_listed_at_once_by_line(faults):
    content = HEAD + "a,001,1,2,3,4\nb,9,1,2,3\n,1,1,,\nb,1,,,\n" + 'c,1,"1\n'
    assert [re.match(r"answers\.csv:(\d+)", line)[1] for line in faults(content)] == ["2", "3", "4", "5", "6"]
    assert len(faults(HEAD.replace("student_id", "x").replace("q1_dw13", "q1_dw31") + ROW)) == 2


def test_the_faults_shown_are_capped(faults):
    lines = faults(HEAD + "a,001,1,2,3,4\n" * (SHOWN + 1200) + 'b,"')
    assert len(lines) == SHOWN + 1
    assert "is a decimal comma not in quotes?" in lines[0]
    assert "quotation mark" in lines[-2]
    assert lines[-1] == "answers.csv: ... and 1,201 more"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_numbers_are_those_of_an_editor_whatever_stands_in_quotes(faults, end):
    rows = [f's{k},001,"1{end * (k % 3)}",2,3' for k in range(400)] + ["bad,001,1,2,3,4", "", 'worse,001,"4"4,2,3']
    text = end.join([HEAD.strip(), *rows])
    number = [
        1 + text[: text.index(word)].replace("\r\n", "\n").replace("\r", "\n").count("\n") for word in ("bad", "worse")
    ]
    assert [int(line.split(":")[1]) for line in faults(text)] == number


def test_a_workbooks_faults_name_its_rows(faults):
    rows = [HEAD.strip().split(","), [], ["a", 1], [], ["b", 9, 1, 1, 1], ["a", 2], ["c", 1, 1, 1, 1, "x"]]
    assert [line.split(":")[1] for line in faults(workbook(rows))] == ["5", "6", "7"]


def outcome(tmp_path, content: bytes) -> Submissions | None:
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    try:
        return read_sheet(path, items=ITEMS, variants=VARIANTS)
    except InputError as error:
        faults = error.faults
    assert all(line and line.isprintable() for line in faults)
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@settings(max_examples=150)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", HEAD.encode(), LONG.encode(), b"\xff\xfe", b"PK\x03\x04", b"\xef\xbb\xbf"]),
)
def test_random_bytes_are_refused_or_read_but_never_crash(folder, content, start):
    outcome(folder, start + content)


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(["a", "001", "1", "0,5", '"', ",", ";", "\n", "\r", "\t", "-", "q1_dw13", " ", "\0", "é"]),
        max_size=40,
    )
)
def test_a_jumble_of_what_tables_are_made_of_never_crashes_and_no_value_is_invented(folder, parts):
    for head in (HEAD, LONG):
        read_in = outcome(folder, (head + "".join(parts)).encode())
        if read_in:
            for text, value in zip(read_in.written[:].ravel(), read_in.values.ravel(), strict=True):
                assert np.isnan(value) or value in (read(text).value, read(text, comma=True).value)


@pytest.mark.parametrize(
    "whole", [PLAIN.encode(), LONG.encode("utf-16"), PLAIN.replace(",", '","').encode()], ids=["csv", "long", "quoted"]
)
def test_a_file_cut_off_anywhere_gives_no_number_that_was_not_in_it(folder, whole):
    for length in range(len(whole)):
        read_in = outcome(folder, whole[:length])
        if read_in:
            assert set(read_in.values[np.isfinite(read_in.values)]) <= {5.02, 5.0, -0.5, 0.0, -0.0, 1.0}


def test_a_damaged_workbook_never_crashes(folder):
    data = workbook([HEAD.strip().split(","), ["a", 1, 0.5, "=1/4", "x"]])
    pick = random.Random(1)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(pick.randrange(1, 6)):
            damaged[pick.randrange(len(data))] = pick.randrange(256)
        outcome(folder, bytes(damaged))
    for length in range(0, len(data), 97):
        outcome(folder, data[:length])


@pytest.mark.parametrize("unit", [b"1", b'"', b",", b'"\n",', b"a,001,1,2,3\n", b"\n", b"\xf0", b",;", b"1e"])
def test_a_megabyte_of_repetition_is_read_or_refused(folder, unit):
    read_in = outcome(folder, HEAD.encode() + unit * ((1 << 20) // len(unit)))
    assert read_in is None or read_in.students == ("a",)


def test_a_cell_of_ten_thousand_characters_is_unreadable_and_kept(answers):
    read_in = answers(HEAD + f"a,001,{'9' * 10_000},1,2\n")
    assert read_in.kinds.tolist() == [[UNREADABLE, VALUE, VALUE]]
    assert len(read_in.written[0, 0]) == 10_000


def test_many_students_are_read_as_each_alone(answers):
    """Blocks of rows join without a seam."""
    pick = random.Random(2)
    cells = ["1.5", "-0,25", "", "-", "x", "1e-3", "1,234", "=2", "0.0625", "−3"]
    rows = [[pick.choice(cells) for _ in ITEMS] for _ in range(9000)]
    lines = [";".join([f"s{k}", str(k % 2 + 1), *row]) for k, row in enumerate(rows)]
    read_in = answers(HEAD.replace(",", ";") + "\n".join(lines))
    assert read_in.written[:].tolist() == rows
    assert read_in.variants.tolist() == [k % 2 for k in range(9000)]
    for index, text in np.ndenumerate(read_in.written[:]):
        kind = read_in.kinds[index]
        assert (kind == UNREADABLE) == (index in read_in.reasons)
        if kind == VALUE:
            assert read_in.values[index] in (read(text).value, read(text, comma=True).value)
