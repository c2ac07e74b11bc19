"""Papers as they come back: merged, in any order, with pages missing, typed and drawn over: each is read or told."""

import io
import os
import re
import signal
import subprocess
import sys
import time
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from grader.reading import collect as collecting
from grader.reading.boxes import box_of, drawn_over
from grader.reading.collect import collect
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({}), 4, 7)


pytestmark = pytest.mark.usefixtures("one_reader")


@pytest.fixture(scope="module", params=[True, False], ids=["sealed", "of before"])
def either(request, exam):
    """An exam whose papers carry sealed codes, and one of an earlier version."""
    return replace(exam, sealed=request.param)


def answers(exam, variant):
    """What a perfect student writes, by item."""
    at = exam.variants.index(variant)
    return {item: f"{exam.value[k, at]:.4f}" for k, item in enumerate(exam.columns)}


def widgets(pdf):
    """The fields of a paper by name, each with its page."""
    return {str(field.T): (field, page) for page in pdf.pages for field in page.obj.Annots if "/T" in field}


printed = {}


def blank(exam, variant):
    """A paper as it is handed out, open."""
    key = exam.checksum, exam.sealed, variant
    if key not in printed:
        printed[key] = Papers(exam).question_paper(exam.variants.index(variant))
    return pikepdf.open(io.BytesIO(printed[key]))


def filled(exam, variant, **more):
    """The paper of a perfect student, open; S001 has variant 001."""
    pdf, texts = blank(exam, variant), {"student_id": f"S{variant}", **answers(exam, variant), **more}
    for name, (field, _) in widgets(pdf).items():
        if name in texts:
            field.V = String(texts[name])
    return pdf


def merged(*pdfs, rename=lambda name, copy: name, pages=None):
    """Their pages one after another, or these of them, without a list of fields."""
    whole = pikepdf.new()
    for copy, pdf in enumerate(pdfs):
        for field, _ in widgets(pdf).values():
            field.T = String(rename(str(field.T), copy))
    every = [page for pdf in pdfs for page in pdf.pages]
    for k in range(len(every)) if pages is None else pages:
        whole.pages.append(every[k])
    return whole


def with_pypdf(*pdfs):
    writer = pypdf.PdfWriter()
    for pdf in pdfs:
        writer.append(io.BytesIO(saved(pdf)))
    out = io.BytesIO()
    writer.write(out)
    return pikepdf.open(out)


def saved(pdf, **options):
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"):  # that a form lists not all its fields: this is what is tested
        pdf.save(out, **options)
    return out.getvalue()


def typed(page, text, rect, **more):
    """Puts a text onto a page as a tool for comments does."""
    made = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=Array(rect), Contents=String(text), **more)
    page.obj.Annots.append(made)


def line(page, points):
    """Draws a line onto a page; the rectangle is that of the whole page, as some tools write."""
    points = [float(number) for number in points]
    made = Dictionary(Type=Name.Annot, Subtype=Name.Ink, Rect=[0, 0, 595, 842], InkList=Array([Array(points)]))
    page.obj.Annots.append(made)


def taken(exam, folder, **files):
    """What collect says of these files: (student, variant, answers) of each paper, notes and left out without names."""
    for name, pdf in files.items():
        (folder / f"{name}.pdf").write_bytes(pdf if isinstance(pdf, bytes) else saved(pdf))
    result = collect(sorted(folder.iterdir()), exam)
    papers = [(paper.student, paper.variant, paper.answers) for paper in result.papers]
    notes = [note for note in result.notes if note != collecting.UNSEALED]
    assert (collecting.UNSEALED in result.notes) == (bool(papers) and not exam.sealed)
    return papers, *([said.replace(f"{folder}{os.sep}", "") for said in lines] for lines in (notes, result.left_out))


def perfect(exam, *variants):
    return [(f"S{variant}", variant, answers(exam, variant)) for variant in variants]


RENAMED = {
    "as they are": lambda name, copy: name,
    "qpdf": lambda name, copy: f"{name}+{copy}" if copy else name,
    "MuPDF": lambda name, copy: f"{name} [{100 + copy}]" if copy else name,
    "in a form of their own": lambda name, copy: f"form{copy}.{name}",
}


@pytest.mark.parametrize("program", RENAMED)
def test_several_papers_in_one_file_are_each_read(either, tmp_path, program):
    three = [filled(either, variant) for variant in ("003", "001", "002")]
    whole = merged(*three, rename=RENAMED[program])
    assert taken(either, tmp_path, all=whole) == (perfect(either, "001", "002", "003"), [], [])


def test_papers_that_pypdf_merged_are_each_read(either, tmp_path):
    whole = with_pypdf(filled(either, "002"), filled(either, "001"))
    assert taken(either, tmp_path, all=whole) == (perfect(either, "001", "002"), [], [])


def test_papers_whose_fields_were_joined_are_left_out_for_all_say_what_one_said(either, tmp_path):
    whole = merged(filled(either, "001"), filled(either, "001", student_id="S9"))
    first = {}
    for page in whole.pages:
        for field in page.obj.Annots:
            name = str(field.T)
            first.setdefault(
                name, whole.make_indirect(Dictionary(T=field.T, FT=Name.Tx, V=field.get("/V", String(""))))
            )
            del field["/T"], field["/FT"]
            field.Parent = first[name]
    papers, notes, (why,) = taken(either, tmp_path, all=whole)
    assert (papers, notes) == ([], [])
    assert why.startswith("all.pdf: holds several papers whose fields were joined when they were merged")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_a_filled_and_a_blank_copy_the_filled_one_counts(either, tmp_path, order):
    copies = filled(either, "001"), blank(either, "001")
    pages = "1 to 3" if order[0] else "4 to 6"
    papers, notes, left = taken(either, tmp_path, both=merged(*(copies[k] for k in order)))
    assert (papers, left) == (perfect(either, "001"), [])
    assert notes == [f"both.pdf: pages {pages}: a blank copy of variant 001; not counted"]


def test_a_blank_copy_in_another_file_is_not_counted_either(exam, tmp_path):
    exam = replace(exam, students={"S001": "001"}, names={"S001": "Ann"})
    papers, notes, left = taken(exam, tmp_path, a=blank(exam, "001"), b=filled(exam, "001"))
    assert (papers, left) == ([("S001", "001", answers(exam, "001"))], [])
    assert notes[-1] == "a.pdf: a blank copy of b.pdf; not counted"


@pytest.mark.parametrize("order", [(2, 0, 1), (2, 1, 0), (1, 2, 0)])
def test_the_pages_of_one_paper_may_come_in_any_order(either, tmp_path, order):
    assert taken(either, tmp_path, a=merged(filled(either, "001"), pages=order)) == (perfect(either, "001"), [], [])


def test_the_pages_of_several_papers_are_sorted_by_their_sealed_codes(exam, tmp_path):
    whole = merged(filled(exam, "001"), filled(exam, "002"), pages=(5, 0, 4, 2, 1, 3))
    assert taken(exam, tmp_path, a=whole) == (perfect(exam, "001", "002"), [], [])


def test_pages_that_may_belong_to_two_papers_are_left_out(exam, tmp_path):
    one, other = filled(exam, "001"), filled(exam, "001", student_id="T")
    (why,) = taken(exam, tmp_path, a=merged(one, other, pages=(0, 3, 1, 4, 2, 5)))[2]
    assert why == (
        "a.pdf: holds the pages 1, 1, 2, 2, 3, 3 of variant 001 in an order that does not tell which belong together; "
        "ask for one file each"
    )
    before = replace(exam, sealed=False)
    one, other = filled(before, "001"), filled(before, "002")
    papers, _, (why,) = taken(before, tmp_path, a=merged(one, other, pages=(0, 3, 1, 4, 2, 5)))
    assert papers == []
    assert why == "a.pdf: holds several papers, of which page 1 is not a whole one; ask for one file each"


def test_pages_that_are_not_a_whole_paper_are_not_passed_over_for_a_blank_one_among_them(exam, tmp_path):
    before = replace(exam, sealed=False)
    whole, part = filled(before, "001"), filled(before, "002")
    for field, page in widgets(part).values():
        if page.index == 1 and "/V" in field:
            del field.V
    papers, _, (why,) = taken(before, tmp_path, a=merged(whole, part, pages=(0, 1, 2, 3, 4)))
    assert papers == []
    assert why == "a.pdf: holds several papers, of which pages 4, 5 are not a whole one; ask for one file each"


def test_a_paper_among_several_that_says_no_student_is_left_out_and_the_others_are_read(exam, tmp_path):
    whole = merged(filled(exam, "001"), filled(exam, "002", student_id=""))
    papers, _, (why,) = taken(exam, tmp_path, a=whole)
    assert papers == perfect(exam, "001")
    assert why.startswith("a.pdf (pages 4 to 6): states no student id, and is one of several papers in this file")


def test_a_field_that_says_two_things_is_decided_by_a_person(either, tmp_path):
    pdf = filled(either, "001", q1_a3="0.41")
    pdf.Root.AcroForm.Fields.append(pdf.make_indirect(Dictionary(T=String("q1_a3"), FT=Name.Tx, V=String("0.42"))))
    ((_, _, said),), notes, _ = taken(either, tmp_path, a=pdf)
    assert said == {**answers(either, "001"), "q1_a3": "?0.41 or 0.42"}
    assert notes == ['a.pdf: q1_a3 holds "0.41" and "0.42"; decide by hand']


def test_two_student_ids_or_variants_are_decided_by_a_person(exam, tmp_path):
    pdf = filled(exam, "001")
    pdf.Root.AcroForm.Fields.append(pdf.make_indirect(Dictionary(T=String("student_id"), FT=Name.Tx, V=String("S2"))))
    assert taken(exam, tmp_path, a=pdf)[2] == ['a.pdf: says student_id "S001" and "S2"; decide by hand']


@pytest.mark.parametrize("kept", [0, 26, None])
def test_every_box_of_the_pages_counts_whatever_the_list_of_fields_says(either, tmp_path, kept):
    pdf = filled(either, "001")
    if kept is None:
        del pdf.Root.AcroForm
    else:
        pdf.Root.AcroForm.Fields = Array(list(pdf.Root.AcroForm.Fields)[:kept])
    assert taken(either, tmp_path, a=pdf) == (perfect(either, "001"), [], [])


def test_combs_can_be_filled_in_on_a_screen_too(tmp_path):
    combed = make_exam(spec_of({"boxes": "combs"}), 2, 7)
    assert taken(combed, tmp_path, a=filled(combed, "001")) == (perfect(combed, "001"), [], [])


def test_text_typed_over_boxes_is_read(either, tmp_path):
    texts = answers(either, "001")
    over = dict(list(texts.items())[::2])
    pdf = filled(either, "001", **dict.fromkeys(over, ""))
    for name, text in over.items():
        field, page = widgets(pdf)[name]
        left, low, _, high = map(float, field.Rect)
        typed(page, text, [left + 2, low - 6, left + 140, high + 5])  # wider than the box, into the next one
    papers, (note,), left_out = taken(either, tmp_path, a=pdf)
    assert (papers, left_out) == (perfect(either, "001"), [])
    assert sum(map(int, re.findall(r"page \d: (\d+) texts typed over boxes, read as q", note))) == len(over)


def test_text_typed_over_a_box_that_says_something_else_is_decided_by_a_person(exam, tmp_path):
    pdf = filled(exam, "001", q1_a3="0.41")
    field, page = widgets(pdf)["q1_a3"]
    typed(page, "0.42", list(map(float, field.Rect)))
    ((_, _, said),), (note,), _ = taken(exam, tmp_path, a=pdf)
    assert said["q1_a3"] == "?0.41 or 0.42"
    assert 'q1_a3 holds "0.41" and "0.42"; decide by hand' in note


def test_text_typed_elsewhere_or_across_boxes_is_told_and_hidden_text_is_not_there(exam, tmp_path):
    pdf = filled(exam, "001", q1_z3="", q1_a3="")
    field, page = widgets(pdf)["q1_z3"]
    left, low, _, high = map(float, field.Rect)
    typed(page, "0.1 0.2", [left, low, left + 230, high])
    typed(page, "see the last page", [10, 10, 60, 20])
    typed(page, "0.3", [left, low, left + 90, high], F=2)
    ((_, _, said),), notes, _ = taken(exam, tmp_path, a=pdf)
    assert {"q1_z3", "q1_a3"} & set(said) == set()
    assert notes == ['a.pdf: page 1: 2 texts typed beside the boxes: "0.1 0.2", "see the last page"; look at it']


def test_lines_drawn_over_empty_boxes_wait_for_a_person_and_others_are_counted(either, tmp_path):
    pdf = filled(either, "001", q1_z3="", q1_loss="")
    field, page = widgets(pdf)["q1_z3"]
    left, low, _, _ = map(float, field.Rect)
    line(page, [left + 5, low + 5, left + 20, low + 9])
    line(page, [1, 1, 2, 2])
    line(pdf.pages[2], [1, 1, 2, 2])
    ((_, _, said),), notes, _ = taken(either, tmp_path, a=pdf)
    assert (said["q1_z3"], "q1_loss" in said) == ("?drawn", False)
    assert notes == ["a.pdf: page 1: drawn on (2 Ink), over 1 empty box (q1_z3); look at it; "
                     "page 3: drawn on (1 Ink); look at it"]  # fmt: skip


def test_what_an_editor_drew_into_the_page_beside_empty_boxes_is_told(exam, tmp_path):
    pdf = filled(exam, "001", q1_z3="")
    page = pdf.pages[0]
    page.obj.Contents = Array([page.obj.Contents, pdf.make_stream(b"BT ET")])
    notes = taken(exam, tmp_path, a=pdf)[1]
    assert notes == ["a.pdf: page 1: something was added to the page itself, and 1 boxes are empty; look at it"]


@pytest.mark.parametrize(("pages", "told"), [((0,), "(pages 2, 3)"), ((0, 2), "(page 2)"), ((0, 1), "(page 3)")])
def test_missing_pages_are_told_with_the_number_of_their_boxes(either, tmp_path, pages, told):
    papers, (note,), _ = taken(either, tmp_path, a=merged(filled(either, "001"), pages=pages))
    count = len(either.columns) - len(papers[0][2])
    assert 20 < count < 60
    assert note == f"a.pdf: {count} of {len(either.columns)} boxes are not in this file {told}"


def test_pages_that_came_in_files_of_their_own_are_put_together(exam, tmp_path):
    pages = {f"page{k + 1}": merged(filled(exam, "001"), pages=(k,)) for k in range(3)}
    papers, notes, left = taken(exam, tmp_path, **pages)
    assert (papers, left) == (perfect(exam, "001"), [])
    assert notes[-1] == "page1.pdf: put together with page2.pdf, page3.pdf"


def test_pages_without_boxes_are_told(exam, tmp_path):
    pdf = filled(exam, "001")
    pdf.add_blank_page(page_size=(595, 842))
    pdf.add_blank_page(page_size=(595, 842))
    told = ["a.pdf: pages 4, 5 have no box of this exam; look at them"]
    assert taken(exam, tmp_path, a=pdf) == (perfect(exam, "001"), told, [])


@pytest.mark.parametrize("name", ["variant", "exam", "seal_2"])
def test_an_edited_hidden_field_is_found(exam, tmp_path, name):
    pdf, other = filled(exam, "001"), filled(exam, "002")
    edited = {"variant": "002", "exam": "0badf00d", "seal_2": str(widgets(other)["seal_2"][0].V)[:-1] + "X"}
    widgets(pdf)[name][0].V = String(edited[name])
    papers, notes, (why,) = taken(exam, tmp_path, a=pdf)
    assert (papers, notes) == ([], [])
    assert {"variant": 'says variant "002", and its sealed code variant "001": the field was edited',
            "exam": "its sealed code is of this exam, so the field was edited",
            "seal_2": "page 2: code "}[name] in why  # fmt: skip


def test_a_paper_printed_for_a_student_cannot_be_handed_in_as_another_s(exam, tmp_path):
    exam = replace(exam, students={"S001": "001", "S002": "002"}, names={"S001": "Ann", "S002": "Bob"})
    pdf = filled(exam, "001")
    pdf.pages[0].obj.Annots.append(
        pdf.make_indirect(Dictionary(Subtype=Name.Widget, T=String("student_id"), FT=Name.Tx, V=String("S002")))
    )
    assert taken(exam, tmp_path, a=pdf)[2] == [
        'a.pdf: variant 001 is the paper of "S001", but states "S002"; decide by hand'
    ]


@pytest.mark.parametrize("lost", [(1, 2, 3), (2,)])
def test_a_page_without_its_sealed_code_is_no_paper_of_an_exam_whose_papers_carry_it(exam, tmp_path, lost):
    pdf = filled(exam, "001")
    for page in pdf.pages:
        kept = [field for field in page.obj.Annots if str(field.T) not in [f"seal_{k}" for k in lost]]
        page.obj.Annots = Array(kept)
    pdf.Root.AcroForm.Fields = Array([])
    papers, _, (why,) = taken(exam, tmp_path, a=pdf)
    assert papers == []
    assert why.startswith(f"a.pdf: page {lost[0]}: does not carry its sealed code")


def test_an_owner_s_password_is_no_obstacle_and_a_user_s_is_told(exam, tmp_path):
    owner, user = pikepdf.Encryption(owner="secret", user="", R=6), pikepdf.Encryption(owner="x", user="secret", R=6)
    pdfs = {"owner": saved(filled(exam, "001"), encryption=owner), "user": saved(filled(exam, "002"), encryption=user)}
    papers, notes, left = taken(exam, tmp_path, **pdfs)
    assert (papers, notes) == (perfect(exam, "001"), [])
    assert left == ["user.pdf: is encrypted; ask for a copy without a password"]


def test_a_text_lies_on_the_one_box_that_it_covers_and_a_line_on_those_that_it_runs_through():
    boxes = [(0, 0, 100, 20), None, (130, 0, 230, 20), (0, 40, 100, 60)]
    assert box_of((0, 0, 100, 20), boxes) == 0
    assert box_of((-10, -10, 150, 30), boxes) == 0
    assert box_of((140, 2, 160, 10), boxes) == 2
    assert box_of((-10, -10, 150, 70), boxes) is None
    assert box_of((300, 0, 400, 20), boxes) is None
    assert box_of(None, boxes) is None
    assert drawn_over([(5, 5, 5, 5), (0, 40, 200, 80), (50, 50, 50, 50)], boxes) == {0, 3}


def packed(path, files, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in files.items():
            archive.writestr(name, data if isinstance(data, bytes) else saved(data))


def test_a_zip_of_papers_is_read_and_what_is_no_pdf_in_it_is_named(exam, tmp_path):
    files = {
        "Course/Ann Able_123_file/001.pdf": filled(exam, "001"),
        "Course/Bob_124/../../../evil.PDF": filled(exam, "002"),
        "Course/notes.docx": b"x",
        "Course/more.zip": b"x",
        "__MACOSX/Course/._001.pdf": b"x",
        "Course/": b"",
    }
    packed(tmp_path / "all.zip", files)
    papers, notes, left = taken(exam, tmp_path)
    assert (papers, left) == (perfect(exam, "001", "002"), [])
    assert notes == [f"all.zip/Course/{name}: is no PDF file; not read" for name in ("more.zip", "notes.docx")]
    (tmp_path / "inside").mkdir()
    (tmp_path / "all.zip").rename(tmp_path / "inside" / "all.zip")
    assert taken(exam, tmp_path)[0] == papers


def test_a_bad_zip_costs_one_line_and_the_other_files_are_read(exam, tmp_path):
    packed(tmp_path / "bomb.zip", {"a.pdf": b"%PDF-1.7" + b" " * 200_000_000})
    packed(tmp_path / "none.zip", {"a.txt": b"x"})
    (tmp_path / "noise.zip").write_bytes(b"PK\3\4" + bytes(1000))
    packed(tmp_path / "broken.zip", {"a.pdf": filled(exam, "002")})
    data = bytearray((tmp_path / "broken.zip").read_bytes())
    data[5000:5100] = bytes(100)
    (tmp_path / "broken.zip").write_bytes(data)
    packed(tmp_path / "locked.zip", {"a.pdf": filled(exam, "002")})
    data = bytearray((tmp_path / "locked.zip").read_bytes())
    for start in (data.find(b"PK\3\4") + 6, data.find(b"PK\1\2") + 8):
        data[start] |= 1  # says that it needs a password
    (tmp_path / "locked.zip").write_bytes(data)
    started = time.monotonic()
    papers, notes, left = taken(exam, tmp_path, good=filled(exam, "001"))
    assert time.monotonic() - started < 8
    assert papers == perfect(exam, "001")
    assert notes == ["none.zip/a.txt: is no PDF file; not read"]
    assert sorted(line.split(" (")[0] for line in left) == [
        "bomb.zip/a.pdf: is larger than 50 MB, far more than a filled paper",
        "broken.zip/a.pdf: is damaged",
        "locked.zip/a.pdf: is encrypted; ask for a copy without a password",
        "noise.zip: is no ZIP archive, or a damaged one",
        "none.zip: there are no PDFs in this archive",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_a_reader_ends_with_the_process_that_asks(tmp_path):
    script = (
        "import sys, time; from grader.reading.sandbox import readers\n"
        "with readers(60) as them:\n"
        "    them.ask({'file': 'none'}); print(them.free.get().pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    os.kill(child, 0)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    for _ in range(100):
        try:
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the reader lives on")
