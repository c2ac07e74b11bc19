"""The answer sheets: what a spreadsheet could harm is text, and names stand beside ids where there are any."""

import io
import re
import zipfile

import openpyxl
import pytest

from grader.reading.answers import read_answers
from qgen.errors import InputError
from qgen.exam.exam import Exam, make_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.exam.stored.answer_sheet import answer_sheet, answer_workbook
from qgen.make import make

CLASS = {"0007": "Ann Able", "1E5": "=cmd|x", "=1+1": "Bo & <Co>"}


@pytest.fixture(scope="module")
def exam() -> Exam:
    return make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 4, 1, students=CLASS)


def test_the_workbook_has_ids_variants_and_names_as_text_and_frozen_headings(exam):
    sheet = openpyxl.load_workbook(io.BytesIO(answer_workbook(exam))).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=4)]
    assert table[0] == ["student_id", "variant", "name", "q1_z1"]
    assert [row[:3] for row in table[1:]] == [
        *([student, f"00{k}", name] for k, (student, name) in enumerate(CLASS.items(), 1)), [None, "004", None]
    ]  # fmt: skip
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert sheet.freeze_panes == "D2"
    assert {cell.number_format for cell in sheet["A"][:4]} == {"@"}


def test_empty_cells_of_the_workbook_are_texts_too(exam):
    with zipfile.ZipFile(io.BytesIO(answer_workbook(exam))) as book:
        assert book.testzip() is None
        content = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'<col min="(\d+)" max="\1" [^>]*style="1"', content) == [
        str(k) for k in range(1, 4 + len(exam.columns))
    ]


def test_the_workbook_is_the_same_bytes_every_time(exam):
    assert answer_workbook(exam) == answer_workbook(exam)


def test_answers_typed_into_the_workbook_are_read_as_those_of_the_csv(exam, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(answer_workbook(exam)))
    for place, text in (("D2", "0.6950"), ("D3", "0,5"), ("D4", "3-12"), ("A5", "late"), ("D5", "1")):
        book.active[place] = text
    book.save(tmp_path / "answers.xlsx")
    read = read_answers(tmp_path / "answers.xlsx", exam)
    assert read.students == (*CLASS, "late")
    assert read.written[:, 0].tolist() == ["0.6950", "0,5", "3-12", "1"]
    assert answer_sheet(exam).splitlines()[2].startswith("1E5,002,'=cmd|x,")


def test_without_a_roster_there_are_no_names(tmp_path):
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 2, 1)
    assert answer_sheet(exam).startswith("student_id,variant,q1_z1")
    assert openpyxl.load_workbook(io.BytesIO(answer_workbook(exam))).active.freeze_panes == "C2"


def test_a_sheet_with_names_alone_is_not_filled_in_and_a_workbook_with_answers_is_never_replaced(exam, tmp_path):
    out = tmp_path / "exam"
    make(exam.spec, 1, out, seed=1, students={"7": "Ann"})
    make(exam.spec, 1, out, seed=1, students={"7": "Ann"}, force=True)
    book = openpyxl.load_workbook(out / "answers.xlsx")
    book.active["E2"] = "0.5"
    book.save(out / "answers.xlsx")
    with pytest.raises(InputError, match="holds answers; move it away"):
        make(exam.spec, 1, out, seed=1, students={"7": "Ann"}, force=True)


def test_what_xml_cannot_hold_is_visibly_replaced(tmp_path):
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 1, 1, students={"a\uffffb": "N"})
    write_exam(exam, tmp_path)
    assert openpyxl.load_workbook(tmp_path / "answers.xlsx").active["A2"].value == "a\ufffdb"
