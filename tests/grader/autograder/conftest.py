"""An autograder's zip, unpacked as Gradescope unpacks it, and the marks of `grader score` to hold against its own."""

import csv
import io
import json
import shutil
import zipfile
from copy import copy
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from grader.autograder import gradescope
from grader.marking.score import score
from grader.reading.answers import read_answers
from grader.rehearsal.simulate import simulate, write_simulated
from qgen.exam.exam import Exam, make_exam, read_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.export.gradescope import write_autograder
from qgen.papers.papers import Papers

SETTINGS = {"by": "item", "visibility": "after_published", "show_expected": False, "attempts": 0}
COUNT = 70


class Box:
    """/autograder of one exam whose students s1@uni.example ... have the ids S001 ..."""

    def __init__(self, root: Path, exam: Exam, folder: Path, roster: Path | None, **settings: object) -> None:
        self.root, self.exam, self.folder = root, exam, folder
        target = root / "gradescope.zip"
        self.notes = write_autograder(exam, folder, target, roster=roster, settings={**SETTINGS, **settings})
        with zipfile.ZipFile(target) as archive:
            archive.extractall(root / "source")
        self.wipe()

    def at(self, root: Path) -> "Box":
        """The same in another folder, where nothing has come in."""
        box = copy(self)
        box.root = root
        (root / "source").symlink_to(self.root / "source")
        box.wipe()
        return box

    def wipe(self) -> None:
        shutil.rmtree(self.root / "submission", ignore_errors=True)
        (self.root / "submission").mkdir()

    def put(self, name: str, content: bytes | str) -> None:
        data = content.encode() if isinstance(content, str) else content
        (self.root / "submission" / name).write_bytes(data)

    def by(self, *emails: str, before: object = ()) -> None:
        users = [{"email": email, "id": 1, "name": "Any Name"} for email in emails]
        metadata = {"id": 1, "users": users, "previous_submissions": list(before)}  # type: ignore[call-overload]
        (self.root / "submission_metadata.json").write_text(json.dumps(metadata))

    def marked(self) -> dict:  # type: ignore[type-arg]
        gradescope.main(self.root)
        return json.loads((self.root / "results" / "results.json").read_text("utf-8"))  # type: ignore[no-any-return]

    def handed_in(self, name: str, content: bytes | str, student: int = 1) -> dict:  # type: ignore[type-arg]
        self.wipe()
        self.put(name, content)
        self.by(f"s{student}@uni.example")
        return self.marked()

    def right(self, variant: int, **more: str) -> dict[str, str]:
        """What a perfect student answers."""
        text = self.exam.spec.rounding.text
        values = zip(self.exam.columns, self.exam.value[:, variant], strict=True)
        return {**{item: text(float(value)) for item, value in values}, **more}

    def paper(self, variant: int, **more: str) -> bytes:
        """The same on the paper itself."""
        answers, out = self.right(variant, **more), io.BytesIO()
        with pikepdf.open(io.BytesIO(Papers(self.exam).question_paper(variant))) as pdf:
            for page in pdf.pages:
                for widget in page.obj.get("/Annots", []):
                    if str(widget.get("/T", "")) in answers:
                        widget.V = pikepdf.String(answers[str(widget.T)])
            pdf.save(out)
        return out.getvalue()


def long(answers: dict[str, str]) -> str:
    """A table of items and answers, as the sheet for students has it."""
    return "item,answer\n" + "".join(f'{item},"{answer}"\n' for item, answer in answers.items())


@pytest.fixture(scope="session")
def listed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An exam folder of 70 students, and the class list with their e-mail addresses."""
    folder = tmp_path_factory.mktemp("listed")
    students = {f"S{k:03d}": f"Ada {k}" for k in range(1, COUNT + 1)}
    (folder / "exam").mkdir()
    write_exam(make_exam(spec_of({"title": "Backprop"}), COUNT, 11, students=students), folder / "exam")
    rows = "".join(f"{s},{name},s{k}@Uni.example\n" for k, (s, name) in enumerate(students.items(), 1))
    (folder / "class.csv").write_text(f"student_id,name,email\n{rows}")
    return folder / "exam", folder / "class.csv"


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit on memory would be that of all tests after these."""
    monkeypatch.setattr(gradescope, "_limit", lambda: None)


@pytest.fixture(scope="session")
def unpacked(listed: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Box:
    folder, roster = listed
    return Box(tmp_path_factory.mktemp("unpacked"), read_exam(folder), folder, roster)


@pytest.fixture
def box(unpacked: Box, tmp_path: Path) -> Box:
    return unpacked.at(tmp_path)


@pytest.fixture(scope="session")
def answered(
    listed: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[list[str]], dict[str, list[float]]]:
    """The simulated answers of all of them, heading first; by student what `grader score` gives for each item."""
    exam, out = read_exam(listed[0]), tmp_path_factory.mktemp("answered")
    write_simulated(simulate(exam, COUNT, np.random.default_rng(3)), out / "answers.csv", out / "truth.csv")
    marks = score(exam, read_answers(out / "answers.csv", exam))
    with (out / "answers.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    return rows, dict(zip(marks.submissions.students, marks.earned().tolist(), strict=True))
