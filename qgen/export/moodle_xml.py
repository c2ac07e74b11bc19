"""Moodle XML: one Cloze question per question and variant, or one numerical question per item.

Format: docs.moodle.org, "Moodle XML format" and "Embedded Answers (Cloze) question type". Tolerances are absolute,
so that centre and half-width come from the accepted range; of several matching answers the first one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from xml.sax.saxutils import escape

from qgen.engine.steps import Role
from qgen.exam.exam import Exam
from qgen.export.content import Answer, Content, Group, cleaned
from qgen.export.ranges import centred, exact, text, weights, wider
from qgen.files import whole_file
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.svg import svg

# The percentages that an answer of a numerical question may have.
GRADES = (
    "100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20",
    "16.66667", "14.28571", "12.5", "11.11111", "10", "5",
)  # fmt: skip
LONGEST_NAME = 200
ROOM = "\0"
CLOZE_SPECIAL = re.compile(r'([}#~/"\\])')

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
        for variant in range(len(exam.variants)):
            for question in bank.questions(k, variant):
                yield question.encode()
    yield b"</quiz>\n"


@dataclass(frozen=True)
class Bank(Content):
    """Writes questions; what the variants share is computed once."""

    layout = "moodle.txt"
    separate: bool = False

    def picture(self, name: str, drawing: Drawing) -> str:
        """The network as a part of the question."""
        return svg(drawing)

    @cached_property
    def weights(self) -> list[list[int]]:
        """Cloze weights, by question and item."""
        return weights([[item.marks for item in q.question.items] for q in self.exam.spec.questions])

    @cached_property
    def remarks(self) -> dict[str, str]:
        """What Moodle says to a student beside a grade that is not full."""
        return {name: self.say(name) for name in ("few_digits", "unchanged")}

    def category(self, k: int) -> str:
        """A question's category below the course's top; a slash in a name is written twice."""
        names = [self.exam.spec.title or "backprop-exam", self.macro("words.txt", "question", k + 1)]
        path = "/".join(" ".join(cleaned(name).split())[:LONGEST_NAME].replace("/", "//") for name in names)
        return (
            f'<question type="category"><category><text>{escape(f"$course$/top/{path}")}</text></category></question>\n'
        )

    def questions(self, k: int, variant: int) -> Iterator[str]:
        """The Cloze question of one variant, or its numerical questions."""
        groups, setup = self.solved(k, variant), self.setup(k, variant)
        if self.separate:
            for group in groups:
                for answer in group.answers:
                    yield self._numerical(setup, group, answer, variant)
            return
        answers = [answer for group in groups for answer in group.answers]
        fields = {
            answer.row: self._cloze(answer, variant, weight)
            for answer, weight in zip(answers, self.weights[k], strict=True)
        }
        name, number = self.exam.spec.questions[k].question.id, self.exam.variants[variant]
        body = self.laid_out("cloze", f"{name} v{number}", setup, groups, fields)
        feedback = self.laid_out("solution", groups)
        yield _question("multianswer", f"{name} v{number}", body, feedback, f"{self.prefix}-{name}-{number}", "")

    def _numerical(self, setup: str, group: Group, answer: Answer, variant: int) -> str:
        item, number = answer.item, self.exam.variants[variant]
        # every item's question repeats the setup, which is long: it is put in where the template has left room for it
        body = self.laid_out("numerical", f"{item.id} v{number}", ROOM, answer.name, group.place).replace(ROOM, setup)
        answers = "".join(
            f'<answer fraction="{grade}" format="moodle_auto_format"><text>{text(centre)}</text>'
            f'<feedback format="html"><text>{escape(self.remarks.get(remark, ""))}</text></feedback>'
            f"<tolerance>{text(half)}</tolerance></answer>\n"
            for grade, centre, half, remark in self._accepted(answer, variant, nearest_grade)
        )
        rest = (
            f"<defaultgrade>{text(exact(item.marks))}</defaultgrade>\n{answers}<unitgradingtype>0</unitgradingtype>"
            "<unitpenalty>0</unitpenalty><showunits>3</showunits><unitsleft>0</unitsleft>\n"
        )
        identity = f"{self.prefix}-{item.id}-{number}"
        feedback = self.laid_out("item_solution", group.factors, answer)
        return _question("numerical", f"v{number} {item.id}", body, feedback, identity, rest, tags=(f"v{number}",))

    def _cloze(self, answer: Answer, variant: int, weight: int) -> str:
        parts: list[str] = []
        for grade, centre, half, remark in self._accepted(answer, variant, lambda share: str(round(100 * share))):
            sign = "=" if grade == "100" and not parts else f"%{grade}%"
            feedback = "#" + CLOZE_SPECIAL.sub(r"\\\1", self.remarks[remark]) if remark else ""
            parts.append(f"{sign}{text(centre)}:{text(half)}{feedback}")
        return f"{{{weight}:NUMERICAL:{'~'.join(parts)}}}"

    def _accepted(
        self, answer: Answer, variant: int, percentage: Callable[[float], str]
    ) -> Iterator[tuple[str, Decimal, Decimal, str]]:
        """Percentage, centre, half-width and remark of each answer, the first the accepted range.

        Then, where marks are given for too few digits, the range of answers with one digit fewer. An updated
        parameter's old value is worth nothing even there.
        """
        exam = self.exam
        low, high = exact(float(exam.low[answer.row, variant])), exact(float(exam.high[answer.row, variant]))
        yield "100", *centred(low, high), ""
        grade = percentage(exam.spec.marking.imprecise)
        value = exact(float(exam.value[answer.row, variant]))
        wide = wider(low, high, value, exam.spec.rounding) if grade != "0" else None
        if wide is None:
            return
        old = self._old(answer, variant)
        if old is not None and wide[0] <= old <= wide[1]:
            yield "0", old, Decimal(0), "unchanged"
        yield grade, *centred(*wide), "few_digits"

    def _old(self, answer: Answer, variant: int) -> Decimal | None:
        """What an updated parameter was before, as a student would write it."""
        batch = self.batches[answer.item.id]
        step = batch.question.by_id[answer.item.step]
        if step.role != Role.UPDATE:
            return None
        name = step.needs[0]
        numbers = batch.givens[name] if name in batch.givens else batch.values[name]
        return Decimal(self.exam.spec.rounding.text(float(numbers[variant])))


def nearest_grade(share: float) -> str:
    """The nearest percentage of Moodle's list, or 0."""
    return min(("0", *GRADES), key=lambda grade: abs(float(grade) - 100 * share))


def _question(
    kind: str, name: str, body: str, feedback: str, identity: str, rest: str, tags: tuple[str, ...] = ()
) -> str:  # fmt: skip
    tagged = "".join(f"<tag><text>{escape(tag)}</text></tag>" for tag in tags)
    return (
        f'<question type="{kind}">\n<name><text>{escape(name)}</text></name>\n'
        f'<questiontext format="html"><text>{_cdata(body)}</text></questiontext>\n'
        f'<generalfeedback format="html"><text>{_cdata(feedback)}</text></generalfeedback>\n'
        f"<penalty>0</penalty><hidden>0</hidden><idnumber>{escape(identity)}</idnumber>\n"
        f"{rest}{f'<tags>{tagged}</tags>' if tags else ''}</question>\n"
    )


def _cdata(markup: str) -> str:
    return f"<![CDATA[{markup.replace(']]>', ']]]]><![CDATA[>')}]]>"
