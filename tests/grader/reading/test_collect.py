"""Filled forms come back as an answers file; whatever else is handed in costs one line and stops nothing."""

import io
import json
import time
import zlib
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.mark import mark
from grader.reading import forms, sandbox
from grader.reading.answers import read_sheet
from grader.reading.collect import collect, write_answers
from qgen.day.printing import print_papers
from qgen.exam.exam import make_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers
from qgen.papers.seal import Seal, seal_text


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({}), 4, 7)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "back").mkdir()
    return tmp_path / "back"


def pdf(objects, trailer="", start="%PDF-1.7"):
    """A PDF of these objects, the first of them the catalog."""
    out = f"{start}\n".encode()
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        body = body if isinstance(body, bytes) else body.encode("latin-1")
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(places) + 1
    return (
        out
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n"
            f"<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n"
        ).encode()
    )


def catalog(fields):
    """That of a file without pages."""
    return f"<< /Type /Catalog /Pages << /Type /Pages /Kids [] /Count 0 >> /AcroForm << /Fields [{fields}] >> >>"


def filled(fields, extra="", form=""):
    """A form with these text fields."""
    kids = " ".join(f"{k} 0 R" for k in range(3, 3 + len(fields)))
    return pdf(
        [
            f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{kids}] {form} >> {extra} >>",
            "<< /Type /Pages /Kids [] /Count 0 >>",
            *(
                f"<< /FT /Tx /T ({name}) /V <FEFF{value.encode('utf-16-be').hex()}> >>"
                for name, value in fields.items()
            ),
        ]
    )


def reply(fields, *notes):
    """What a reader says of a form."""
    loose = [[name, text, number, [], False, ""] for number, (name, text) in enumerate(fields.items())]
    return {"pages": [], "loose": loose, "notes": notes}


def answered(monkeypatch, replies):
    """Readers say this of whatever they are asked."""
    monkeypatch.setattr(sandbox.Readers, "answers", lambda self, requests: iter(replies))


def read(folder):
    """What the form a.pdf in a folder holds: texts by field, and notes."""
    form = forms.read_form((folder / "a.pdf").read_bytes())
    fields = [field for page in form["pages"] for field in page["fields"]] + form["loose"]
    return {"fields": {name: text for name, text, *_ in fields}, "notes": form["notes"]}


def right(exam, variant, /, **more):
    """What a perfect student fills in."""
    at = exam.variants.index(variant)
    answers = {item: f"{exam.value[k, at]:.4f}" for k, item in enumerate(exam.columns)}
    seal = {"seal_1": seal_text(exam, Seal(variant, 1))}
    return {"exam": exam.checksum[:8], "variant": variant, "student_id": f"S{variant}", **seal, **answers, **more}


@pytest.mark.usefixtures("one_reader")
def test_what_was_filled_in_is_what_is_read_back(exam, folder):
    odd = {"q1_z1_1": "-0,5", "q1_z2_1": "−0.25", "q1_loss": "=1+1", "q1_a3": 'say "0.5"', "q2_loss": "-1e-3"}
    (folder / "a.pdf").write_bytes(filled(right(exam, "002", **odd)))
    (folder / "b.pdf").write_bytes(filled(right(exam, "001")))
    collected = collect([folder], exam)
    assert [p.student for p in collected.papers] == ["S001", "S002"]
    assert collected.papers[1].answers == {k: v for k, v in right(exam, "002", **odd).items() if k.startswith("q")}
    assert (collected.left_out, collected.notes) == ([], [])
    out = folder / "answers.csv"
    write_answers(collected.papers, exam, out)
    read = read_sheet(out, items=exam.columns, variants=exam.variants)
    values = dict(zip(exam.columns, read.values[1].tolist(), strict=True))
    assert values["q1_z1_1"] == -0.5
    assert values["q1_z2_1"] == -0.25
    assert values["q2_loss"] == -1e-3
    assert values["q1_dw13"] == round(float(exam.value[exam.columns.index("q1_dw13"), 1]), 4)


@pytest.mark.usefixtures("one_reader")
def test_no_cell_is_one_that_a_spreadsheet_would_run(exam, folder):
    bad = {
        "q1_z1_1": "=cmd|' /C calc'!A0",
        "q1_z2_1": "@SUM(1)",
        "q1_a3": "＝1",
        "student_id": "=1+1",
        "q1_loss": "-0,5",
    }
    (folder / "a.pdf").write_bytes(filled(right(exam, "001", **bad)))
    write_answers(collect([folder], exam).papers, exam, folder / "answers.csv")
    row = (folder / "answers.csv").read_text("utf-8").splitlines()[1].split(",")
    assert [cell for cell in row if cell[:1] in "=@＝"] == []
    assert row[0] == "'=1+1"


@pytest.mark.usefixtures("one_reader")
def test_a_form_that_pypdf_filled_is_read(exam, folder):
    writer = pypdf.PdfWriter(io.BytesIO(blank_form(exam)))
    writer.update_page_form_field_values(writer.pages[0], {"q1_dw13": "-0.1234", "student_id": "S7"})
    writer.write(folder / "a.pdf")
    (paper,) = collect([folder], replace(exam, sealed=False)).papers
    assert paper.answers == {"q1_dw13": "-0.1234"}


@pytest.mark.usefixtures("one_reader")
def test_papers_filled_in_earn_the_marks_that_the_same_answers_earn_in_a_table(exam, tmp_path, folder):
    write_exam(exam, tmp_path)
    print_papers(Papers(exam), tmp_path)
    rows = [",".join(("student_id", "variant", *exam.columns))]
    for k, variant in enumerate(exam.variants[:2]):
        fields = right(exam, variant, q1_dw13="0.5", q1_z1_1="", q2_loss="abc", q1_a3="-0,5")
        writer = pypdf.PdfWriter(tmp_path / "papers" / f"{variant}.pdf")
        fields |= {"exam": None, "variant": None, "seal_1": None}
        values = {name: text for name, text in fields.items() if text is not None}
        for page in writer.pages:
            writer.update_page_form_field_values(page, values, auto_regenerate=False)
        writer.write(folder / f"{k}.pdf")
        cells = [f'"{fields[item]}"' for item in exam.columns]
        rows.append(",".join((f"S{variant}", variant, *cells)))
    (tmp_path / "typed.csv").write_text("\n".join(rows))
    collected = collect([folder], exam)
    assert (collected.left_out, collected.notes) == ([], [])
    write_answers(collected.papers, exam, tmp_path / "collected.csv")
    for name in ("typed", "collected"):
        mark(tmp_path / f"{name}.csv", tmp_path, tmp_path / name, feedback=False)
    for file in ("marks.csv", "scores.csv"):
        typed, read = (
            (tmp_path / name / file).read_text("utf-8").replace(",'-0,5", ",-0,5") for name in ("typed", "collected")
        )
        assert typed == read


def blank_form(exam):
    """An unfilled form as reportlab makes them."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.acroForm.textfield(name="variant", value="001", fieldFlags="readOnly", x=20, y=20)
    for k, name in enumerate(("student_id", "q1_dw13", "q1_z1_1")):
        canvas.acroForm.textfield(name=name, x=20, y=60 + 40 * k)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.usefixtures("one_reader")
def test_the_file_names_the_student_where_nothing_else_does_and_this_is_said(exam, folder):
    (folder / "S 07.pdf").write_bytes(filled(right(exam, "003", student_id=" ")))
    collected = collect([folder / "S 07.pdf"], exam)
    assert collected.papers[0].student == "S 07"
    assert collected.notes == [f'{folder / "S 07.pdf"}: states no student id; taken from the file name: "S 07"']
    (folder / "x.pdf").write_bytes(filled(right(exam, "003", student_id="", name="Ann Able")))
    collected = collect([folder / "x.pdf"], exam)
    assert collected.papers[0].student == "Ann Able"
    assert collected.notes == [f'{folder / "x.pdf"}: states no student id; taken from the name on it: "Ann Able"']
    (folder / "x.pdf").unlink()
    for k in range(8, 14):
        (folder / f"S {k:02}.pdf").write_bytes((folder / "S 07.pdf").read_bytes())
    notes = collect([folder], exam).notes
    assert sum("states no student id" in note for note in notes) == 5
    assert "... and 2 more with ids from file names" in notes


def test_who_waits_is_told_after_each_file_how_many_are_read(exam, folder, monkeypatch):
    answered(monkeypatch, [reply({}), {"fault": "is damaged"}])
    for name in ("a", "b"):
        (folder / f"{name}.pdf").write_bytes(b"%PDF-")
    told = []
    collect([folder], exam, progress=lambda *done: told.append(done))
    assert told == [("reading", 1, 2), ("reading", 2, 2)]


@pytest.mark.usefixtures("one_reader")
def test_with_a_roster_the_variant_tells_the_student(exam, folder):
    exam = replace(exam, students={"ann": "001", "bob": "002"}, names={"ann": "Ann", "bob": "Bob"})
    (folder / "x.pdf").write_bytes(filled(right(exam, "002", student_id="")))
    (folder / "y.pdf").write_bytes(filled(right(exam, "001", student_id="bob")))
    collected = collect([folder], exam)
    assert [p.student for p in collected.papers] == ["bob"]
    (fault,) = collected.left_out
    assert fault.endswith('y.pdf: variant 001 is the paper of "ann", but states "bob"; decide by hand')
    assert collected.notes == [f'{folder / "x.pdf"}: states no student id; that of variant 002 is assumed: "bob"']


@pytest.mark.usefixtures("one_reader")
def test_a_paper_printed_for_its_student_asks_for_no_id_and_needs_no_note(exam, folder):
    exam = replace(exam, students={"ann": "001"}, names={"ann": "Ann"})
    fields = {name: text for name, text in right(exam, "001").items() if name != "student_id"}
    (folder / "ann.pdf").write_bytes(filled(fields))
    collected = collect([folder], exam)
    assert [p.student for p in collected.papers] == ["ann"]
    assert (collected.left_out, collected.notes) == ([], [])


def bomb():
    """A form in an object stream that unpacks to 120 MB."""
    packed = zlib.compress(b"3 0 << /FT /Tx /T (q1_loss) >> " + b" " * 120_000_000, 1)
    objects = [
        catalog("2 0 R"),
        f"<< /FT /Tx /T (q1_loss) /V 3 0 R /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
        + packed
        + b"\nendstream",
        f"<< /Length {len(packed)} /Filter /FlateDecode /Type /ObjStm /N 1 /First 4 >>\nstream\n".encode()
        + packed
        + b"\nendstream",
    ]
    return pdf(objects)


def encrypted(data, password):
    writer = pypdf.PdfWriter(io.BytesIO(data))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def hostile(exam):
    """Files that are no filled paper of this exam, and what is said of each."""
    good = filled(right(exam, "001"))
    catalog = "<< /Type /Catalog /Pages 2 0 R >>"
    return {
        "empty": (b"", "is empty"),
        "photo": (b"\xff\xd8\xff\xe0" * 100, "is no PDF"),
        "cut": (good[: len(good) // 2], "breaks off before its end"),
        "flat": (pdf([catalog, "<< /Type /Pages /Kids [] /Count 0 >>"]), "has no form fields: printed to PDF"),
        "foreign": (filled({"Name": "x", "q9_z1": "1"}), "is a form, but has no field of this exam"),
        "other": (filled(right(exam, "001", exam="0badf00d")), 'belongs to another exam ("0badf00d"; this one is'),
        "stranger": (
            filled(right(exam, "001", variant="044")),
            'says variant "044", and its sealed code variant "001": the field was',
        ),
        "nameless": (filled(right(exam, "001", seal_1="")), "does not carry its sealed code"),
        "locked": (encrypted(good, "secret"), "is encrypted; ask for a copy without a password"),
        "many": (filled({f"f{k}": "1" for k in range(20_001)}), "has more than 20,000 form fields"),
        "root": (pdf(["null"]), "is damaged"),
        "loop": (pdf(["<< /AcroForm 2 0 R >>", "2 0 R"]), "is damaged"),
        "noise": (b"%PDF-1.7\n" + bytes(range(256)) * 50 + b"%%EOF", "is damaged"),
        "id": (filled(right(exam, "001", student_id="x" * 150)), "student id"),
        "large": (b"%PDF-1.7" + b" " * 50_000_001, "is larger than 50 MB"),
    }


def test_each_hostile_file_gets_one_line_and_the_others_are_read(exam, folder):
    files = hostile(exam)
    for name, (data, _) in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    (folder / "good.PDF").write_bytes(filled(right(exam, "004")))
    collected = collect([folder, folder / "absent.pdf"], exam)
    assert [p.variant for p in collected.papers] == ["004"]
    said = {Path(line.partition(": ")[0]).stem: line.partition(": ")[2] for line in collected.left_out}
    assert said.keys() == {*files, "absent"}
    assert {name: said[name] for name, (_, why) in files.items() if not said[name].startswith(why)} == {}
    assert len(collected.left_out) == len(said)
    assert all("\n" not in line for line in collected.left_out)


@pytest.mark.usefixtures("one_reader")
def test_what_is_odd_but_readable_is_read_and_noted(exam, folder):
    answers = right(exam, "001", student_id="")
    files = {
        "script": (
            filled({**answers, "student_id": "s"}, extra="/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
            "were not run",
        ),
        "blank": (
            filled({**dict.fromkeys(answers, ""), "seal_1": answers["seal_1"], "student_id": "b"}),
            "no answer is filled in",
        ),
        "huge": (
            filled({**answers, "student_id": "huge", "q1_loss": "9" * 20_000}),
            '"q1_loss" holds 20,000 characters, of which 200',
        ),
        "owner": (encrypted(filled({**right(exam, "002"), "student_id": "o"}), ""), ""),
    }
    for name, (data, _) in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    collected = collect([folder], exam)
    assert collected.left_out == []
    assert sorted(Path(p.file).stem for p in collected.papers) == sorted(files)
    for name, (_, note) in files.items():
        said = [line for line in collected.notes if Path(line.partition(": ")[0]).stem == name]
        assert [note in line for line in said] == [True] * bool(note), name
    (huge,) = (p for p in collected.papers if p.student == "huge")
    assert len(huge.answers["q1_loss"]) == 201


def test_a_field_tree_that_bites_its_tail_ends(tmp_path):
    data = pdf(
        [
            catalog("2 0 R 2 0 R 3 0 R"),
            "<< /T (a) /Kids [3 0 R 2 0 R] >>",
            "<< /T (b) /FT /Tx /V (1) /Kids [2 0 R] /Parent 2 0 R >>",
        ]
    )
    (tmp_path / "a.pdf").write_bytes(data)
    assert read(tmp_path)["fields"] == {"a.b": "1"}


def test_kids_inherit_kind_and_value_and_names_are_joined(tmp_path):
    data = pdf(
        [
            catalog("2 0 R"),
            "<< /T (q1_dw10) /FT /Tx /V (7) /Kids [3 0 R] >>",
            "<< /T (2_1) /Parent 2 0 R /Kids [<< /Subtype /Widget >>] >>",
        ]
    )
    (tmp_path / "a.pdf").write_bytes(data)
    assert read(tmp_path)["fields"]["q1_dw10.2_1"] == "7"


def test_a_bomb_and_a_file_that_takes_for_ever_are_left_out_in_time(exam, folder):
    (folder / "bomb.pdf").write_bytes(bomb())
    (folder / "good.pdf").write_bytes(filled(right(exam, "001")))
    started = time.monotonic()
    collected = collect([folder], exam)
    assert time.monotonic() - started < 8
    assert [p.variant for p in collected.papers] == ["001"]
    started = time.monotonic()
    late = collect([folder], exam, seconds=0.01)
    assert [line.partition(": ")[2] for line in late.left_out] == [
        "takes more than 0.01 s to read, so it is no paper of ours"
    ] * 2
    assert time.monotonic() - started < 2


def test_a_reader_that_dies_is_replaced(exam, folder, monkeypatch):
    for variant in ("001", "002"):
        (folder / f"{variant}.pdf").write_bytes(filled(right(exam, variant)))
    from grader.reading import sandbox as module

    real = module.subprocess.Popen
    calls = []

    def once_broken(command, **options):
        calls.append(command)
        return real([command[0], "-c", "import sys; sys.stdin.readline()"] if len(calls) == 1 else command, **options)

    monkeypatch.setattr(module.subprocess, "Popen", once_broken)
    collected = collect([folder], exam)
    assert [p.variant for p in collected.papers] == ["002"]
    assert collected.left_out == [f"{folder / '001.pdf'}: brings the reader down; not read"]


@pytest.mark.usefixtures("one_reader")
def test_the_same_paper_twice_counts_once_and_two_different_ones_not_at_all(exam, folder):
    for name, loss in (("a", "1"), ("a again", "1"), ("b", "1"), ("b again", "2")):
        fields = right(exam, "001" if name[0] == "a" else "002", student_id=name[0], q1_loss=loss)
        (folder / f"{name}.pdf").write_bytes(filled(fields))
    collected = collect([folder], exam)
    assert [p.student for p in collected.papers] == ["a"]
    assert collected.notes == [f"{folder / 'a.pdf'}: says the same as {folder / 'a again.pdf'}; counted once"]
    b, again = folder / "b.pdf", folder / "b again.pdf"
    assert sorted(collected.left_out) == sorted(
        f'{one}: student "b" sent {other} too, with other answers; remove all but one'
        for one, other in ((b, again), (again, b))
    )


@pytest.mark.usefixtures("one_reader")
def test_one_variant_from_two_students_is_noted(exam, folder):
    for student in ("a", "b"):
        (folder / f"{student}.pdf").write_bytes(filled(right(exam, "001", student_id=student)))
    assert collect([folder], exam).notes == ['variant 001: handed in by "a" and "b"']


def test_the_command_writes_the_others_and_exits_1_if_a_file_was_left_out(exam, folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    Path("exam").mkdir()
    write_exam(exam, Path("exam"))
    (folder / "a.pdf").write_bytes(filled(right(exam, "001")))
    run = CliRunner().invoke
    done = run(app, ["collect", "back"])
    assert (done.exit_code, done.stdout) == (0, "1 paper collected in answers.csv; then: grader score answers.csv\n")
    (folder / "b.pdf").write_bytes(b"hello")
    done = run(app, ["collect", "back/a.pdf", "back/b.pdf", "--out", "more.csv"])
    assert done.exit_code == 1
    assert "1 paper collected in more.csv; 1 file left out" in done.stdout
    assert done.stderr == "back/b.pdf: is no PDF\n"
    assert Path("more.csv").read_text("utf-8").count("\n") == 2
    done = run(app, ["collect", "back/b.pdf", "--out", "none.csv"])
    assert done.stderr.splitlines()[-1] == "no paper could be read; nothing was written"
    assert not Path("none.csv").exists()
    done = run(app, ["collect", "back/a.pdf"])
    assert done.stderr == "answers.csv: exists; choose another name, or replace it with --force\n"


@pytest.mark.usefixtures("one_reader")
def test_papers_of_which_not_one_is_filled_in_are_told_as_perhaps_those_to_hand_out(exam, folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    Path("exam").mkdir()
    write_exam(exam, Path("exam"))
    for variant in exam.variants[:2]:
        (folder / f"{variant}.pdf").write_bytes(filled(right(exam, variant, **dict.fromkeys(exam.columns, ""))))
    done = CliRunner().invoke(app, ["collect", "back"])
    assert done.exit_code == 0
    assert "not one of these papers is filled in: are they those that you handed out?" in done.stderr


def test_the_reader_answers_lines_of_json(exam, folder, monkeypatch, capsys):
    (folder / "a.pdf").write_bytes(filled({"x": "1"}))
    lines = [{"file": str(folder / name)} for name in ("a.pdf", "none.pdf")]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(line) + "\n" for line in lines)))
    monkeypatch.setattr(sandbox, "_limit", lambda memory: None)
    monkeypatch.setattr(sandbox, "_limit_time", lambda seconds: None)
    monkeypatch.setattr(forms.gc, "set_threshold", lambda most: None)
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    forms.main()
    replies = [json.loads(line) for line in out.getvalue().splitlines()]
    loose = [["x", "1", 0, [], False, ""]]
    assert replies == [
        {"pages": [], "loose": loose, "notes": []},
        {"fault": "cannot be read: No such file or directory"},
    ]


@pytest.mark.usefixtures("one_reader")
def test_what_a_form_says_can_always_be_read_back_and_control_characters_are_spaces(exam, folder):
    fields = right(exam, "001", **{exam.columns[0]: "0.\x005\x01", exam.columns[1]: "\x000.25"})
    (folder / "a.pdf").write_bytes(filled(fields))
    collected = collect([folder], exam)
    write_answers(collected.papers, exam, folder / "answers.csv")
    read = read_sheet(folder / "answers.csv", items=exam.columns, variants=exam.variants)
    assert read.written[0, :2].tolist() == ["0. 5", "0.25"]


@pytest.mark.usefixtures("one_reader")
def test_a_folder_s_files_that_are_no_pdfs_are_told(exam, folder):
    (folder / "a.pdf").write_bytes(filled(right(exam, "001")))
    for name in ("anna", "b.docx", "c.pdf.part", ".hidden"):
        (folder / name).write_text("x")
    (folder / "gone.pdf").symlink_to(folder / "nowhere.pdf")
    notes = collect([folder], exam).notes
    assert [Path(note.partition(": ")[0]).name for note in notes] == ["anna", "b.docx", "c.pdf.part", "gone.pdf"]


@pytest.mark.usefixtures("one_reader")
def test_lines_on_a_crowd_of_papers_stay_short(exam, folder):
    for k in range(40):
        (folder / f"{k}.pdf").write_bytes(filled(right(exam, "001", **{exam.columns[0]: str(k), f"x{k}" * 90: "y"})))
    collected = collect([folder], exam)
    assert len(collected.left_out) == 40
    assert max(map(len, [*collected.left_out, *collected.notes])) < 8 * len(str(folder))


def test_a_field_holds_200_characters_and_whatever_is_longer_is_cut_and_told(tmp_path):
    whole, cut = "7" * 200, "8" * 201
    objects = [
        catalog("2 0 R 3 0 R 4 0 R 5 0 R"),
        f"<< /T (a) /FT /Tx /V ({whole}) >>",
        f"<< /T (b) /FT /Tx /V ({cut}) >>",
        f"<< /T ({'n' * 200}) /FT /Tx /V (1) >>",
        f"<< /T ({'m' * 201}) /FT /Tx /V (1) >>",
    ]
    (tmp_path / "a.pdf").write_bytes(pdf(objects))
    said = read(tmp_path)
    assert said["fields"] == {"a": whole, "b": cut[:200] + "…", "n" * 200: "1"}
    assert said["notes"] == ['"b" holds 201 characters, of which 200 were kept']


def test_a_form_may_have_so_many_fields_and_no_more(tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_bytes(filled({"a": "1", "b": "2", "c": "3"}))
    monkeypatch.setattr(forms, "MOST_FIELDS", 3)
    assert read(tmp_path)["fields"] == {"a": "1", "b": "2", "c": "3"}
    monkeypatch.setattr(forms, "MOST_FIELDS", 2)
    assert "has more than 2 form fields" in forms.answer({"file": str(tmp_path / "a.pdf")})["fault"]


@pytest.mark.parametrize("script", ["/JS (x)", "/A << /S /JavaScript /JS (x) >>", "/AA << >>", "/A << /Launch 1 >>"])
def test_a_script_at_a_field_is_told(tmp_path, script):
    objects = [
        catalog("2 0 R 3 0 R"),
        "<< /T (a) /FT /Tx /V (1) /A << /S /GoTo >> >>",
        f"<< /T (b) /FT /Tx /V (2) {script} >>",
    ]
    (tmp_path / "a.pdf").write_bytes(pdf(objects))
    assert read(tmp_path)["notes"] == ["holds actions or scripts, which were not run"]
    (tmp_path / "a.pdf").write_bytes(pdf([*objects[:2], "<< /T (b) /FT /Tx /V (2) >>"]))
    assert read(tmp_path)["notes"] == []


def test_eight_notes_on_a_file_are_shown_and_of_a_students_other_papers_three(exam, folder, monkeypatch):
    def said(notes, texts):
        fields = [right(exam, "001", **{exam.columns[0]: text}) for text in texts]
        answered(monkeypatch, [reply(f, *["odd"] * notes) for f in fields])
        monkeypatch.chdir(folder)
        return collect([Path(f"{k}.pdf") for k in range(len(fields))], exam)

    assert said(8, "1").notes == ["0.pdf: " + "; ".join(["odd"] * 8)]
    assert said(9, "1").notes == ["0.pdf: " + "; ".join(["odd"] * 8) + " ..."]
    for count, end in ((4, "1.pdf, 2.pdf, 3.pdf too"), (5, "1.pdf, 2.pdf, 3.pdf and 1 more too")):
        assert said(0, "12345"[:count]).left_out[0].startswith(f'0.pdf: student "S001" sent {end}, with other answers')
    assert said(0, "1").notes == []


def test_a_variant_that_is_not_of_the_exam_is_told_with_those_that_are(exam, folder, monkeypatch):
    for variant, line in (
        ("009", 'a.pdf: variant "009" is not of this exam (001 to 004)'),
        ("", "a.pdf: does not say its variant; type its answers in by hand"),
    ):
        answered(monkeypatch, [reply({**right(exam, "001"), "variant": variant, "seal_1": ""})])
        assert collect([Path("a.pdf")], replace(exam, sealed=False)).left_out == [line]


def test_two_papers_of_one_variant_are_noted_and_one_is_not(exam, folder, monkeypatch):
    said = (("a", "001"), ("b", "001"), ("c", "002"))
    answered(monkeypatch, [reply(right(exam, variant, student_id=student)) for student, variant in said])
    assert collect([Path(f"{student}.pdf") for student, _ in said], exam).notes == [
        'variant 001: handed in by "a" and "b"'
    ]


def shown_alone(item, operators):
    """A form on whose page one field has a picture and no value."""
    return pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R 5 0 R] >> >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Annots [4 0 R 5 0 R] >>",
            f"<< /Subtype /Widget /FT /Tx /T ({item}) /Rect [1 1 9 9] /AP << /N 6 0 R >> >>",
            "<< /Subtype /Widget /FT /Tx /T (variant) /V (001) /Rect [0 0 0 0] /F 2 >>",
            f"<< /Subtype /Form /BBox [0 0 9 9] /Length {len(operators)} >>\nstream\n{operators}\nendstream",
        ]
    )


@pytest.mark.parametrize(
    ("operators", "read", "said"),
    [
        ("/Tx BMC BT /F 9 Tf (0.4684) Tj ET EMC", "?0.4684", '"0.4684"'),
        ("BT [(-0.4) -20 (684)] TJ ET", "?-0.4684", '"-0.4684"'),
        ("BT <00170018> Tj ET", "?picture", '"picture"'),
        ("q /Im0 Do Q", "?picture", '"picture"'),
        ("/Tx BMC q BT ET Q EMC", None, ""),
        ("0.9 g 0 0 9 9 re f", None, ""),
    ],
)
@pytest.mark.usefixtures("one_reader")
def test_a_cell_that_shows_something_and_has_no_value_waits_for_a_person(exam, folder, operators, read, said):
    (folder / "S1.pdf").write_bytes(shown_alone("q1_z1_1", operators))
    collected = collect([folder], replace(exam, sealed=False))
    assert [paper.answers.get("q1_z1_1") for paper in collected.papers] == [read]
    told = [note for note in collected.notes if "only in the picture of a field" in note]
    assert [f"q1_z1_1 {said}" in note for note in told] == [True] * bool(read)
