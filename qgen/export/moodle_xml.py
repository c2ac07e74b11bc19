"""Moodle XML: one Cloze question per question and variant, or one numerical question per item.

Format: docs.moodle.org, "Moodle XML format" and "Embedded Answers (Cloze) question type". Of several matching answers
the first one counts, and is shown as the right one: the key. The second is the accepted range, its tolerance absolute.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from xml.sax.saxutils import escape

from qgen.decimals import plain
from qgen.errors import several
from qgen.exam.exam import Exam
from qgen.export.content import Answer, Content, Group, Texts, cleaned
from qgen.export.ranges import centred, exact, text, weights
from qgen.files import whole_file
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.svg import svg

LONGEST_NAME = 200
WIDTH = 14  # characters of every accepted number: a Cloze box is as wide as the longest, which would tell its sign

Progress = Callable[[int, int], None]


def write_moodle_xml(
    exam: Exam,
    target: str | Path,
    *,
    separate: bool = False,
    templates: str | Path | None = None,
    force: bool = False,
    progress: Progress = lambda done, of: None,
) -> int:
    """The question bank as a file, whole or not at all; returns how many questions it holds."""
    count = 0
    of = len(exam.variants) * (len(exam.items) if separate else len(exam.spec.questions))
    with whole_file(target, force=force) as file:
        for piece in moodle_xml(exam, separate=separate, templates=Path(templates) if templates else None):
            file.write(piece)
            count += piece.startswith((b'<question type="multianswer"', b'<question type="numerical"'))
            progress(count, of)
    return count


def moodle_xml(exam: Exam, *, separate: bool = False, templates: Path | None = None) -> Iterator[bytes]:
    """The question bank, piece by piece: a category per question, then its questions in the variants' order."""
    bank = Bank(exam, templates, separate)
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
    for k in range(len(exam.spec.questions)):
        yield bank.category(k).encode()
        for questions in bank.of_variants(partial(bank.questions, k), partial(bank.texts, k)):
            yield from questions
    yield b"</quiz>\n"


def moodle_steps(exam: Exam, *, separate: bool) -> tuple[str, ...]:
    """How to make a quiz of the bank."""
    opened = "in the course: Question bank > Import > Moodle XML format"
    if separate:
        return (
            opened,
            "add the questions of one variant to a quiz by hand: drawn at random, they would not fit together",
        )
    marks = [f"{plain(sum(item.marks for item in q.question.items))} for {q.question.id}" for q in exam.spec.questions]
    variants = len(exam.variants)
    return (
        opened,
        f'in a quiz: Add > a random question, one from each category below "{folder_of(exam)}"',
        f"type their marks, for a random question has 1: {' and '.join(marks)}",
        "Review options: before the quiz is closed untick all but the attempt: Moodle shows solutions at once",
        f"Moodle draws from the {several(variants, 'variant')} with repetition: five to ten times as many as students "
        "keep neighbours apart",
    )


@dataclass(frozen=True)
class Bank(Content):
    """Writes questions; what the variants share is computed once."""

    layout = "moodle.txt"
    separate: bool = False

    def picture(self, name: str, drawing: Drawing) -> str:
        """A reference to the network's file: of a drawing inside the text Moodle's editor would cut the size."""
        return self.laid_out("picture", self._file(name), drawing.alt)

    def _file(self, name: str) -> str:
        return f"{self.prefix}-{name}.svg"

    @cached_property
    def files(self) -> list[str]:
        """The networks by question, each as an element of a question's text."""
        return [
            f'<file name="{self._file(name)}" path="/" encoding="base64">'
            f"{b64encode(svg(drawing).encode()).decode()}</file>"
            for name, drawing in self.papers.drawings.items()
        ]

    @cached_property
    def weights(self) -> list[list[int]]:
        """Cloze weights, by question and item."""
        return weights([[item.marks for item in q.question.items] for q in self.exam.spec.questions])

    def category(self, k: int) -> str:
        """A question's category below the course's top and the exam's, which no other exam has."""
        path = "/".join(
            name.replace("/", "//") for name in (folder_of(self.exam), self.macro("words.txt", "question", k + 1))
        )
        return (
            f'<question type="category"><category><text>{escape(f"$course$/top/{path}")}</text></category></question>\n'
        )

    def questions(self, k: int, texts: Texts) -> list[str]:
        """The Cloze question of one variant, or its numerical questions."""
        groups, setup = self.solved(k, texts), self.setup(k, texts)
        if self.separate:
            return [self._numerical(k, setup, group, answer, texts) for group in groups for answer in group.answers]
        answers = [answer for group in groups for answer in group.answers]
        fields = {
            answer.row: self._cloze(answer, texts, weight)
            for answer, weight in zip(answers, self.weights[k], strict=True)
        }
        name, number = self.exam.spec.questions[k].question.id, texts["variant"]
        body = self.laid_out("cloze", self.tag(name, texts), setup, groups, fields)
        feedback = self.laid_out("solution", groups)
        identity = f"{self.prefix}-{name}-{number}"
        return [_question("multianswer", f"{name} v{number}", body, self.files[k], feedback, identity)]

    def texts(self, k: int, variant: int) -> dict[Hashable, bytes]:
        """With the numbers of every answer, and how far from each is near enough."""
        found, exam = super().texts(k, variant), self.exam
        for item in exam.spec.questions[k].question.items:
            low, high = (Decimal(found[item.id, end].decode()) for end in ("low", "high"))
            centre, half = centred(low, high)
            padded = text(centre)
            padded += "." * ("." not in padded)
            found[item.id, "key"] = exam.spec.rounding.text(float(exam.value[exam.rows[item.id], variant])).encode()
            found[item.id, "centre"], found[item.id, "half"] = padded.ljust(WIDTH, "0").encode(), text(half).encode()
        return found

    def _numerical(self, k: int, setup: str, group: Group, answer: Answer, texts: Texts) -> str:
        item, number = answer.item, texts["variant"]
        body = self.laid_out("numerical", self.tag(item.id, texts), setup, answer.name, group.place)
        answers = (
            f'<answer fraction="100" format="moodle_auto_format"><text>{centre}</text>'
            f'<feedback format="html"><text></text></feedback><tolerance>{half}</tolerance></answer>\n'
            for centre, half in _accepted(answer, texts)
        )
        rest = (
            f"<defaultgrade>{text(exact(item.marks))}</defaultgrade>\n{''.join(answers)}"
            "<unitgradingtype>0</unitgradingtype>"
            "<unitpenalty>0</unitpenalty><showunits>3</showunits><unitsleft>0</unitsleft>\n"
            f"<tags><tag><text>v{number}</text></tag></tags>"
        )
        identity = f"{self.prefix}-{item.id}-{number}"
        feedback = self.laid_out("item_solution", group.factors, answer)
        return _question("numerical", f"v{number} {item.id}", body, self.files[k], feedback, identity, rest)

    def _cloze(self, answer: Answer, texts: Texts, weight: int) -> str:
        (key, exactly), (centre, half) = _accepted(answer, texts)
        return f"{{{weight}:NUMERICAL:={key}:{exactly}~%100%{centre}:{half}}}"


def _accepted(answer: Answer, texts: Texts) -> tuple[tuple[str, str], tuple[str, str]]:
    """The number and the tolerance of the key, and of the accepted range."""
    key, centre, half = (texts[answer.item.id, what] for what in ("key", "centre", "half"))
    return (key, "0"), (centre, half)


def folder_of(exam: Exam) -> str:
    """The category that holds an exam's questions: its title, and the beginning of its checksum."""
    title = " ".join(cleaned(exam.spec.title or "backprop-exam").split())[:LONGEST_NAME]
    return f"{title} ({exam.short_checksum})"


def _question(kind: str, name: str, body: str, file: str, feedback: str, identity: str, rest: str = "") -> str:
    return (
        f'<question type="{kind}">\n<name><text>{escape(name)}</text></name>\n'
        f'<questiontext format="html"><text>{_cdata(body)}</text>{file}</questiontext>\n'
        f'<generalfeedback format="html"><text>{_cdata(feedback)}</text></generalfeedback>\n'
        f"<penalty>0</penalty><hidden>0</hidden><idnumber>{escape(identity)}</idnumber>\n{rest}</question>\n"
    )


def _cdata(markup: str) -> str:
    return f"<![CDATA[{markup.replace(']]>', ']]]]><![CDATA[>')}]]>"
