"""What one student wrote in one quiz, and the tags by which questions are known again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.reading.students.finder import finder
from grader.reasons import Reason
from qgen.errors import some
from qgen.exam.exam import Exam
from qgen.tables.rows import Row, blank
from qgen.tables.table import Faults, Table

TAG = re.compile(
    r"\[\s*(?P<question>q\d+)(?:_(?P<quantity>[\w.]+))?(?:\s+v(?P<variant>\w+))?"
    r"(?:\s+(?P<exam>[0-9a-f]{8}))?(?:\s+x(?P<times>10{1,20}))?\s*\]",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Tag:
    """[q1_dw13 v007 1a2b3c4d x1000]: an item ("" for a whole question), a variant, an exam, an exponent of ten.

    variant: "" in a form that all students fill in. exam: how its checksum begins; "" in questions of before exams were
    told apart.
    """

    question: str
    item: str
    variant: str
    exponent: int
    exam: str = ""

    @property
    def text(self) -> str:
        """As it stands in the question."""
        exam, times = f" {self.exam}" * bool(self.exam), f" x{10**self.exponent}" if self.exponent else ""
        variant = f" v{self.variant}" * bool(self.variant)
        return f"[{self.item or self.question}{variant}{exam}{times}]"

    def is_of(self, exam: Exam) -> bool:
        """Whether the question may be this exam's."""
        return self.exam in ("", exam.short_checksum)


@dataclass(frozen=True)
class Written:
    """One answer; `variant` "" if the file does not say it; `doubt` says why it cannot be read.

    comma: whether its decimal mark is a comma; None where only what its writer wrote elsewhere tells.
    """

    item: str
    variant: str
    text: str
    doubt: Reason | None = None
    comma: bool | None = None


@dataclass(frozen=True)
class Key:
    """What an LMS knows a user by: a value, and whether it may be anything or only the LMS's own number."""

    value: str
    own: bool = False


@dataclass(frozen=True)
class Attempt:
    """One student's attempt: on `line` of `file`, known by `keys`, the most reliable first, and by a name."""

    file: str
    line: int
    keys: tuple[Key, ...]
    name: str
    answers: tuple[Written, ...]

    @property
    def who(self) -> str:
        """For messages, and the student's id where there is no roster."""
        mails = [key.value for key in self.keys if "@" in key.value]
        return next(iter([*mails, *(key.value for key in self.keys), self.name]), "")


def tag_in(text: str) -> Tag | None:
    """The first tag in a question's text."""
    found = TAG.search(text)
    if found is None:
        return None
    question = found["question"].lower()
    item = f"{question}_{found['quantity'].lower()}" if found["quantity"] else ""
    return Tag(question, item, found["variant"] or "", len(found["times"] or "1") - 1, (found["exam"] or "").lower())


def variant_meant(text: str, exam: Exam) -> str:
    """The variant that is meant, in the exam's spelling; what is none as it stands."""
    index = finder(exam.variants)(text.strip())
    return text.strip() if index is None else exam.variants[index]


def unknown(tag: Tag, exam: Exam) -> str:
    """Why this exam has no such question; "" if it has."""
    if tag.variant and tag.variant not in exam.variants:
        return f'no variant "{tag.variant}" in this exam ({exam.variants[0]} to {exam.variants[-1]})'
    if tag.item and tag.item not in exam.columns:
        return f'no item "{tag.item}" in this exam'
    if tag.question not in items_of(exam):
        return f'no question "{tag.question}" in this exam'
    return ""


def of_another(exams: Iterable[str], exam: Exam) -> str:
    """The fault of a file in which all questions are of other exams."""
    return (
        f"its questions are of another exam, {some(sorted(set(exams)))}, and not of this one, {exam.short_checksum}: "
        "name the folder of the exam that was exported with --exam"
    )


def items_of(exam: Exam) -> dict[str, tuple[str, ...]]:
    """By question its items' ids, in order."""
    return {q.question.id: tuple(item.id for item in q.question.items) for q in exam.spec.questions}


def divided(text: str, exponent: int) -> str:
    """What was typed for a number times a power of ten, as the number itself, with every digit: 46.80e-3."""
    return f"{text}e-{exponent}" if exponent and text else text


def rows_of(table: Table, faults: Faults) -> Iterator[Row]:
    """Lines and cells below the heading; a row that is shorter or longer is filled up, and a fault."""
    width = len(table.heading)
    for line, row in table.rows:
        if len(row) < width or not blank(row[width:]):
            faults.add(line, f"has {len(row)} cells where the heading has {width}; download the file again")
        yield line, [*row, *[""] * (width - len(row))]
