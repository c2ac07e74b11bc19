"""PrairieLearn: a course folder, packed, with a question for every question of the exam, drawn from its variants.

Formats: docs.prairielearn.com, "Course configuration", "Question overview", "server.py". The folder serverFilesCourse
is on the Python path of every server.py, so our own files lie in it; what they import in marking, numpy and jinja2, is
among the packages that PrairieLearn promises.
"""

from __future__ import annotations

import html
import json
import uuid
import zipfile
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from qgen.exam.exam import Exam
from qgen.export.archive import put
from qgen.export.content import Content, cleaned
from qgen.export.wheel import license_text, own_files
from qgen.files import whole_file
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.svg import svg

MARKING = "grader.autograder.prairielearn"
TOPIC = {"name": "Backpropagation", "color": "blue2", "description": "Networks by hand."}
SERVER = '''"""Marks as grader score does: by the files in serverFilesCourse."""

from {package} import {module}


def generate(data):
    {module}.generate(data, "{exam}", "{question}")


def parse(data):
    {module}.parse(data, "{exam}", "{question}")


def grade(data):
    {module}.grade(data, "{exam}", "{question}")


def test(data):
    {module}.test(data, "{exam}", "{question}")
'''


def write_course(exam: Exam, folder: Path, target: Path, *, templates: Path | None = None, force: bool = False) -> int:
    """The course as a zip, whole or not at all; returns how many questions it holds."""
    course = Course(exam, templates)
    with whole_file(target, force=force) as file, zipfile.ZipFile(file, "w") as archive:
        for name, content in course.files():
            put(archive, name, content)
        put(archive, f"serverFilesCourse/{course.prefix}/exam.json", (folder / "exam.json").read_bytes())
        for name, data in own_files():
            put(archive, f"serverFilesCourse/{name}", data)
        put(archive, "serverFilesCourse/qgen/LICENSE", license_text())
    return len(exam.spec.questions)


@dataclass(frozen=True)
class Course(Content):
    """Writes the files of a course; `prefix` is the folder of this exam in it."""

    layout = "prairielearn.txt"

    def picture(self, name: str, drawing: Drawing) -> str:
        """The network as a file beside the question."""
        alt = html.escape(drawing.alt)
        return f'<pl-figure file-name="{name}.svg" display="inline" alt="{alt}"></pl-figure>'

    def files(self) -> Iterator[tuple[str, str]]:
        """Every file but the exam and the program, by its path in the course."""
        title = cleaned(self.exam.spec.title or "Backpropagation")
        yield "infoCourse.json", _json({"name": "ML", "title": title, "topics": [TOPIC]})
        here = f"courseInstances/{self.prefix}"
        yield f"{here}/infoCourseInstance.json", _json({"uuid": self._uuid("instance"), "longName": title})
        yield f"{here}/assessments/exam/infoAssessment.json", _json(self._assessment(title))
        for k, q in enumerate(self.exam.spec.questions):
            yield from self._question(k, q.question.id)

    def _assessment(self, title: str) -> dict[str, object]:
        """An exam whose marks nobody sees before it is closed; nobody has access until an instructor says who."""
        questions = [
            {"id": f"{self.prefix}/{q.question.id}", "autoPoints": sum(item.marks for item in q.question.items)}
            for q in self.exam.spec.questions
        ]
        return {
            "uuid": self._uuid("assessment"),
            "type": "Exam",
            "title": title,
            "set": "Exam",
            "number": "1",
            "allowRealTimeGrading": False,
            "shuffleQuestions": False,
            "zones": [{"questions": questions}],
        }

    def _question(self, k: int, name: str) -> Iterator[tuple[str, str]]:
        here, title = f"questions/{self.prefix}/{name}", self.macro("words.txt", "question", k + 1)
        package, _, module = MARKING.rpartition(".")
        yield (
            f"{here}/info.json",
            _json(
                {"uuid": self._uuid(name), "title": title, "topic": TOPIC["name"], "tags": [self.prefix], "type": "v3"}
            ),
        )
        yield f"{here}/question.html", self._page(k)
        yield f"{here}/server.py", SERVER.format(package=package, module=module, exam=self.prefix, question=name)
        yield f"{here}/clientFilesQuestion/{name}.svg", svg(self.papers.drawings[name])
        laid_out = self.of_variants(lambda known: [self.givens(k, known)], partial(self._given, k))
        givens = {number: html.decode() for number, (html,) in zip(self.exam.variants, laid_out, strict=True)}
        formulas = {item.id: rf"\({self.names[k][item.step]}\)" for _, _, items in self.groups[k] for item in items}
        texts = {"formulas": formulas, "givens": givens}
        yield f"serverFilesCourse/{self.prefix}/{name}.json", _json(texts)

    def _given(self, k: int, variant: int) -> dict[Hashable, bytes]:
        numbers = self.papers.questions[k].givens
        return {(k, name): numbers.text(name, variant).encode() for name in numbers.question.givens}

    def _page(self, k: int) -> str:
        """question.html."""
        groups = [
            (place, [(item.id, _still(self.names[k][item.step])) for item in items])
            for place, _, items in self.groups[k]
        ]
        return self.laid_out("question", _still(self._networks[k]), _still(self._rules), groups) + "\n"

    def _uuid(self, of: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.prefix}/{of}/{self.exam.checksum}"))


def _still(text: str) -> str:
    """HTML with formulas in which PrairieLearn sees nothing to be filled in."""
    return text.replace("{{", "{ {")


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
