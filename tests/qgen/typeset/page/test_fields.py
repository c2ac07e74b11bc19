import io

import pypdf
import pytest
from fontTools.agl import AGL2UV
from fontTools.ttLib import TTFont

from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers
from qgen.typeset.fonts import fieldfont
from qgen.typeset.fonts.faces import typeface
from qgen.typeset.page.pages import render


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 1, 1)


@pytest.fixture(scope="module")
def paper(exam):
    return Papers(exam).question_paper(0)


def fields_of(data):
    return pypdf.PdfReader(io.BytesIO(data)).get_fields()


def test_a_paper_has_a_field_for_every_item_and_tells_its_exam_and_variant(exam, paper):
    fields = fields_of(paper)
    assert set(fields) == {"exam", "variant", "seal_1", "seal_2", "name", "student_id", *exam.columns}
    assert fields["variant"]["/V"] == "001"
    assert fields["exam"]["/V"] == exam.checksum[:8]
    assert fields["q1_dw11"]["/TU"] == "partial derivative of L with respect to w 1 1, hidden layer"


def test_a_solution_has_no_fields(exam):
    assert not fields_of(Papers(exam).solution(0))


def test_what_pypdf_fills_in_is_read_back_and_can_be_seen(exam, paper):
    values = {item: f"-{i}.25" for i, item in enumerate(exam.columns)} | {"name": "Zoë Müller", "student_id": "s1"}
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(paper))
    for page in writer.pages:
        writer.update_page_form_field_values(page, values)
    filled = io.BytesIO()
    writer.write(filled)
    fields = fields_of(filled.getvalue())
    assert {name: fields[name]["/V"] for name in values} == values
    shown = b"".join(
        annotation.get_object()["/AP"]["/N"].get_data()
        for page in pypdf.PdfReader(filled).pages
        for annotation in page["/Annots"]
        if "/AP" in annotation.get_object()
    )
    assert all(f"({values[item]}) Tj".encode() in shown for item in exam.columns)


@pytest.mark.parametrize("text", ["−0,0468", "Łódź, Zoë", "Đặng – ß", "李小龙", "Иван ẞ"])
def test_any_script_is_filled_in_with_pypdf_and_what_the_field_s_typeface_has_is_seen(paper, text):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(paper))
    writer.update_page_form_field_values(writer.pages[0], {"name": text})
    filled = io.BytesIO()
    writer.write(filled)
    reader = pypdf.PdfReader(filled)
    assert reader.get_fields()["name"]["/V"] == text
    (field,) = (a.get_object() for a in reader.pages[0]["/Annots"] if a.get_object().get("/T") == "name")
    if all(char in dict(fieldfont.CODES) for char in text):
        codes = bytes(dict(fieldfont.CODES)[char] for char in text)
        assert b"(" + codes + b") Tj" in field["/AP"]["/N"].get_data()
        assert field["/DA"].startswith(f"/{fieldfont.FIELD_FONT} ")


def test_the_field_s_typeface_is_told_in_standard_terms_that_agree(paper):
    form = pypdf.PdfReader(io.BytesIO(paper)).trailer["/Root"]["/AcroForm"]
    font = form["/DR"]["/Font"][f"/{fieldfont.FIELD_FONT}"]
    entries, codes = list(font["/Encoding"]["/Differences"]), dict(fieldfont.CODES)
    named = {chr(AGL2UV[name[1:]]): code for code, name in zip(entries[::2], entries[1::2], strict=True)}
    windows = {char: code for char, code in codes.items() if char.encode("cp1252", "ignore") == bytes([code])}
    assert windows | named == codes
    file = TTFont(io.BytesIO(font["/FontDescriptor"]["/FontFile2"].get_data()))
    (table,) = file["cmap"].tables
    assert (table.platformID, table.platEncID) == (3, 1)
    whole = typeface(fieldfont.FILE).font
    widths = [int(width) for width in font["/Widths"]]
    for char, code in codes.items():
        glyph, original = table.cmap[ord(char)], whole.getBestCmap()[ord(char)]
        assert file["hmtx"][glyph] == whole["hmtx"][original]
        assert widths[code - font["/FirstChar"]] == file["hmtx"][glyph][0]
    assert not font["/FontDescriptor"]["/Flags"] & 4


def test_a_field_lies_on_its_box(paper):
    for page in pypdf.PdfReader(io.BytesIO(paper)).pages:
        drawn = page.get_contents().get_data().decode("latin-1")
        for annotation in page["/Annots"]:
            left, low, right, high = map(float, annotation.get_object()["/Rect"])
            if annotation.get_object().get("/Q") == 1:
                assert f"{right - left:.2f} {high - low:g} re S" in drawn


def test_a_point_in_a_name_makes_a_field_within_a_field_of_the_same_full_name():
    boxes = "@boxes\n$a$ | q1_w10.2_1\n$b$ | q1_w10.3_1\n$c$ | q1_z\n@end\n"
    data = render(boxes, header="", footer="", drawings={}, title="t", form={})
    leaves = {name for name, field in fields_of(data).items() if "/FT" in field}
    assert leaves == {"q1_w10.2_1", "q1_w10.3_1", "q1_z"}


def test_a_name_from_the_roster_is_printed_and_no_field():
    exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 1, 1, students={"s1": "Ada"})
    fields = fields_of(Papers(exam).question_paper(0))
    assert not {"name", "student_id"} & set(fields)
