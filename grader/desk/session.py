"""What happens at the desk: which question is next, what a decision must be, and that it is kept before the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from grader.desk.questions import ANSWER, GONE, ID, IDENTITY, WRITTEN, Question, Scanned, queue
from grader.desk.sheet import Sheet
from grader.reading.numerals import LONGEST, read
from grader.reading.scan.decided import Audit, Cell, Decided, audited, same_number, seconds_of_work
from grader.reading.scan.journal import FOREIGN, ILLEGIBLE, Entry, Journal
from grader.reading.scan.stored import STUDENT_ID
from grader.reasons import Reason
from qgen.roster import LONGEST_ID, one_line

_IDENTITY = re.compile(r"(\S+?)(?:\s*[,/]\s*|\s+)(?:[pPsS]\.?\s*)?(\d{1,3})")  # 017 2, 017 P2, 017/2, 017 S. 2
SET, BLANK, UNREADABLE, NOT_OURS = "set", "blank", "unreadable", "foreign"


@dataclass(eq=False)
class DecisionError(Exception):
    """A decision that cannot be kept as it is: a word of the page, and what fills it; `sure`: it may be repeated."""

    word: str
    filling: tuple[str, ...] = ()
    sure: bool = False
    reason: Reason | None = None


@dataclass
class Session:
    """The questions and what was decided of them; variant: which one a text means, None for none of the exam's."""

    scan: Scanned
    written: Sequence[Question]
    sheet: Sheet
    journal: Journal
    by: str
    variant: Callable[[str], str | None]
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()
    numbers: dict[tuple[str, Cell], int] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    def __post_init__(self) -> None:
        decided = Decided.of(self.journal.entries)
        self.latest, self.ids = dict(decided.latest), dict(decided.ids)
        self._ask()

    def _ask(self) -> None:
        """The order of the questions; each keeps its number."""
        found = queue(self.scan, self.written, self._named(), self.says, lambda place: place in self.latest)
        for one in found:
            key = (one.kind, one.place)
            if key not in self.numbers:
                self.numbers[key] = len(self.asked)
                self.asked.append(one)
            self.asked[self.numbers[key]] = one
        self.order = [self.numbers[one.kind, one.place] for one in found]
        self.left = [n for n in self.order if not self._is_decided(self.asked[n])][::-1]

    def _is_decided(self, one: Question) -> bool:
        """A typed answer is asked once more where somebody has typed something else that cannot be read."""
        entries = [self.latest.get(cell) for cell in one.cells]
        return all(e is not None and (one.kind != WRITTEN or one.read in (e.read, e.decided)) for e in entries)

    def _named(self) -> dict[Cell, str]:
        """The pictures of pages that a person has named, and of those whose boxes were not found."""
        found = dict(self.scan.unplaced)
        for one in self.scan.pages:
            entry = self.latest.get(one.place)
            if entry and (match := _IDENTITY.fullmatch(entry.decided)):
                found[match[1], match[2]] = one.picture
        return found

    def says(self, place: Cell) -> str | None:
        """What the answers file said of a cell when the desk began."""
        student, item = place
        names = (self.ids.get(student, student), student)
        if item == STUDENT_ID:
            return next((name for name in names if name in self.sheet.ids), None)
        return next((text for name in names if (text := self.sheet.says((name, item))) is not None), None)

    def next(self) -> int | None:
        """The number of the first question that is not decided; None after the last."""
        return self.left[-1] if self.left else None

    def after(self, number: int) -> int | None:
        """The one that is likely to come next."""
        return next((n for n in reversed(self.left[-2:]) if n != number), None)

    def back(self, number: int) -> int | None:
        """The one that was decided before this one, or last; None where there is none."""
        decided = list(dict.fromkeys((e.student_id, e.item) for e in reversed(self.journal.entries)))
        firsts = {last: first for first, last in self.ids.items()}
        at = {cell: n for n in self.order for cell in self.asked[n].cells}
        numbers = [at[place] for student, item in decided if (place := (firsts.get(student, student), item)) in at]
        numbers = list(dict.fromkeys(numbers))
        rest = numbers[numbers.index(number) + 1 :] if number in numbers else numbers
        return rest[0] if rest else None

    def before(self, one: Question) -> str | None:
        """What was decided of it, None where nothing was."""
        entry = self.latest.get(one.cells[0]) if one.cells else None
        return entry.decided if entry else None

    def decide(self, number: int, action: str, text: str = "", *, sure: bool = False) -> None:
        """Keeps a decision: what has returned is on the disk. DecisionError, OSError, IndexError (no such question)."""
        if number < 0:
            raise IndexError(number)
        one = self.asked[number]
        decided = self._checked(one, action, one_line(text), sure)
        when = self.now().isoformat(timespec="seconds")
        student = self.ids.get(one.student, one.student)
        read = one.read if one.kind != GONE else ""
        entries = [Entry(student, item, read, one.posterior, decided, when, self.by) for _, item in one.cells]
        self.journal.add(entries)
        for cell, entry in zip(one.cells, entries, strict=True):
            self.latest[cell] = entry
        if one.kind == ID and not decided.startswith("?"):
            self.ids[one.student] = decided
        if one.kind == IDENTITY:
            self._ask()
        elif number in self.left:
            self.left.remove(number)

    def _checked(self, one: Question, action: str, text: str, sure: bool) -> str:
        """What is written for it."""
        if action == UNREADABLE:
            return ILLEGIBLE
        if action == NOT_OURS and one.kind == IDENTITY:
            return FOREIGN
        if action == BLANK and one.kind in (ANSWER, WRITTEN, GONE):
            return ""
        if action != SET or one.kind == GONE:
            raise DecisionError("not_here")
        if one.kind == IDENTITY:
            return self._identity(text, sure)
        if not text:
            raise DecisionError("nothing")
        if "?" in text:
            raise DecisionError("question_mark")
        if one.kind == ID:
            return self._id(one, text)
        if len(text) > LONGEST:
            raise DecisionError("too_long", (str(LONGEST),))
        said = read(text)
        if said.kind == "blank":
            raise DecisionError("nothing")
        if said.kind == "unreadable" and not sure:
            raise DecisionError("no_number", (text,), sure=True, reason=said.reason)
        return text

    def _identity(self, text: str, sure: bool) -> str:
        found = _IDENTITY.fullmatch(text)
        if not found:
            raise DecisionError("identity")
        paper, page = found[1], str(int(found[2]))
        name = paper if paper in self.scan.papers else self.variant(paper)
        if name is None:
            raise DecisionError("no_variant", (paper,))
        lacking = {(row.paper, row.page) for rows in self.scan.missing.values() for row in rows}
        lacking |= {(row.variant, row.page) for rows in self.scan.missing.values() for row in rows}
        if (name, page) not in lacking and not sure:
            raise DecisionError("not_missing", (name, page), sure=True)
        return f"{name} P{page}"

    def _id(self, one: Question, text: str) -> str:
        if len(text) > LONGEST_ID or not text.isprintable():
            raise DecisionError("too_long", (str(LONGEST_ID),))
        others = {self.ids.get(student, student) for student in self.sheet.ids if student not in self.ids.values()}
        others |= set(self.ids.values())
        if text in others - {self.ids.get(one.student, one.student)}:
            raise DecisionError("taken", (text,))
        return text

    @property
    def summary(self) -> Summary:
        """What was done until now."""
        asked = {cell for n in self.order for cell in self.asked[n].cells if self.asked[n].kind != IDENTITY}
        cells = {place: entry for place, entry in self.latest.items() if place in asked}
        changed = sum(not same_number(entry.read, entry.decided) for entry in cells.values())
        audit = audited(entry for place, entry in cells.items() if place in self.scan.audited)
        return Summary(len(cells), changed, len(self.left), seconds_of_work(self.journal.entries), audit)


@dataclass(frozen=True)
class Summary:
    """cells: decided, of them changed; left: questions; seconds: of work."""

    seen: int
    changed: int
    left: int
    seconds: float
    audit: Audit
