"""A zip of feedback PDFs: every file goes to its student, by the name that the system knows it by."""

import csv
import re
import zipfile

import pytest

from grader.lms.feedback_files import feedback_files
from qgen.errors import InputError
from qgen.files import safe_name


@pytest.fixture
def handed(results, people):
    """The results with a PDF for everybody who was graded, whose text says whose it is."""
    folder = results / "feedback"
    folder.mkdir()
    for person in people:
        if person.score is not None:
            (folder / f"{safe_name(person.sid)}.pdf").write_text(f"%PDF of {person.sid}")
    return results


def table(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def worksheet(tmp_path, people):
    heading = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Feedback comments"]
    rows = [[f"Participant {p.uid.replace(',', '')}", p.name, p.email, "", "", "40.00", ""] for p in people]
    return heading, rows


def by_moodle(name):
    """Who gets a file, as Moodle's importer takes its name apart: five parts, the second the participant's number."""
    _, number, plugin, kind, rest = name.split("_", 4)
    assert (plugin, kind, rest) == ("assignfeedback", "file", "feedback.pdf")
    return number


def mailed(results, people):
    """The same results with e-mail addresses for ids."""
    for name in ("scores.csv", "marks.csv"):
        text = (results / name).read_text()
        for p in people:
            text = text.replace(f'\n"{p.sid}",', f"\n{p.email},").replace(f"\n{p.sid},", f"\n{p.email},")
        (results / name).write_text(text)
    for p in people:
        old = results / "feedback" / f"{safe_name(p.sid)}.pdf"
        if old.exists():
            old.rename(results / "feedback" / f"{safe_name(p.email)}.pdf")


def test_moodle_hands_every_file_to_its_student(handed, worksheet, people, tmp_path):
    mailed(handed, people)
    heading, rows = worksheet
    done = feedback_files("moodle", handed, table(tmp_path / "w.csv", [heading, *rows]), partial=True)
    graded = {p.uid.replace(",", ""): p.sid for p in people if p.score is not None}
    with zipfile.ZipFile(done.files[0]) as archive:
        got = {by_moodle(name): archive.read(name).decode() for name in archive.namelist()}
    assert got == {number: f"%PDF of {sid}" for number, sid in graded.items()}
    assert [one.who for one in done.unmatched_roster] == ["away@example.edu"]


def test_canvas_hands_every_file_back_under_the_name_that_was_handed_in(handed, canvas_roster, people, tmp_path):
    submissions = tmp_path / "submissions.zip"
    with zipfile.ZipFile(submissions, "w") as archive:
        for k, p in enumerate(people):
            late = "_LATE" * (k % 3 == 0)
            archive.writestr(
                f"name{k}{late}_{p.uid.replace(',', '')}_55{k}_my paper_1.{'docx' if k == 1 else 'pdf'}", ""
            )
    done = feedback_files("canvas", handed, submissions, roster=canvas_roster, partial=True)
    with zipfile.ZipFile(done.files[0]) as archive:
        got = {name: archive.read(name).decode() for name in archive.namelist()}
    for k, p in enumerate(people):
        if p.score is None:
            continue
        name = f"name{k}{'_LATE' * (k % 3 == 0)}_{p.uid}_55{k}_my paper_1.{'docx.pdf' if k == 1 else 'pdf'}"
        assert got.pop(name) == f"%PDF of {p.sid}"
    assert got == {}


def test_who_has_no_pdf_or_no_partner_is_named_and_nothing_is_written(handed, canvas_roster, people, tmp_path):
    (handed / "feedback" / "S10.pdf").unlink()
    folder = tmp_path / "submissions"
    folder.mkdir()
    for p in people[:-1]:
        (folder / f"x_{p.uid}_1_a.pdf").write_text("")
    done = feedback_files("canvas", handed, folder, roster=canvas_roster)
    assert done.files == ()
    why = {one.who: one.why for one in done.unmatched_results}
    assert "has no S10.pdf" in why["S10"]
    assert why[people[-1].sid] == "has no file there to be named like"


@pytest.mark.parametrize(
    ("lms", "content", "fault"),
    [
        ("sakai", "", "takes no feedback files"),
        ("moodle", "First name,Email address\nAnn,ann@example.edu\n", 'has "Participant 123"'),
        ("moodle", "Identifier,Full name\nParticipant 1,Ann\n", "has no column of ID numbers"),
        ("moodle", "Identifier,Full name,Email address\nParticipant 5,A,a@b\nParticipant 5,B,b@b\n", "in several rows"),
        ("canvas", "no zip", "is no zip"),
    ],
)
def test_other_files_are_refused_with_what_is_needed(handed, canvas_roster, tmp_path, lms, content, fault):
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(InputError, match=re.escape(fault)):
        feedback_files(lms, handed, path, roster=canvas_roster)


def test_nothing_is_overwritten_and_the_same_pdfs_give_the_same_bytes(handed, worksheet, people, tmp_path):
    mailed(handed, people)
    heading, rows = worksheet
    sheet = table(tmp_path / "w.csv", [heading, *rows])
    (file,) = feedback_files("moodle", handed, sheet, partial=True).files
    before = file.read_bytes()
    with pytest.raises(InputError, match=r"moodle-feedback\.zip: exists"):
        feedback_files("moodle", handed, sheet, partial=True)
    assert feedback_files("moodle", handed, sheet, partial=True, force=True).files[0].read_bytes() == before
