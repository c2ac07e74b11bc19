"""What of the answers a scan and a person have read, who read what, and what the audit found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import exp, lgamma, log
from pathlib import Path

from grader.reading.numerals import read
from grader.reading.scan.journal import PAGE, Entry, read_journal
from grader.reading.scan.stored import CREDITED, EMPTY, STUDENT_ID, WAITING, readings

Cell = tuple[str, str]  # the student's id, and the item
SURE = 0.95
LONGEST_PAUSE = 60  # seconds between two decisions that count as work


@dataclass(frozen=True)
class Standing:
    """What a scan or a person left in an answer's cell, and who: "scan", "scan by NAME" or "desk by NAME"."""

    text: str
    by: str


@dataclass(frozen=True)
class Audit:
    """Answers credited by the machine that a person saw without knowing, and how many of them they read otherwise."""

    seen: int
    disagreements: int

    @property
    def bound(self) -> float:
        """The highest share of wrong readings that goes with it (Clopper and Pearson, one-sided, 95 %)."""
        return highest_share(self.disagreements, self.seen)


@dataclass(frozen=True)
class Decided:
    """The journal as it counts.

    latest: the last entry on each answer, of the paper's first id; ids: of papers that got another id, which;
    earlier: what the answers file may say of it before it is brought up to date, machine's marks (?0.31) apart.
    """

    latest: Mapping[Cell, Entry]
    ids: Mapping[str, str]
    earlier: Mapping[Cell, set[str]]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Decided:
        """An id that a paper gets is told by its entry; the entries after it are of that id."""
        latest: dict[Cell, Entry] = {}
        ids: dict[str, str] = {}
        earlier: dict[Cell, set[str]] = {}
        first: dict[str, str] = {}  # of each id that was given the one before
        for entry in entries:
            student = first.get(entry.student_id, entry.student_id)
            said = student if entry.item == STUDENT_ID else entry.read
            earlier.setdefault((student, entry.item), set()).update({said} - {""}, {entry.decided})
            if entry.item == STUDENT_ID and not entry.decided.startswith("?"):
                first.pop(ids.get(student, ""), None)
                ids[student], first[entry.decided] = entry.decided, student
            latest[student, entry.item] = entry
        return cls(latest, ids, earlier)


def standing(answers: str | Path) -> dict[Cell, Standing]:
    """By the student's id as it is now and the item: what an answers file says, unless somebody edited it by hand.

    Of what was scanned, and of what was decided at the desk; all else was typed, or came in a form.
    """
    answers = Path(answers)
    decided = Decided.of(read_journal(answers))
    left = dict(decided.latest)
    found = {}
    for one in readings(answers):
        entry = left.pop((one.student_id, one.item), None)
        if one.item == STUDENT_ID:
            continue
        text = one.read if one.state in (CREDITED, EMPTY) else f"?{one.read or '?'}"
        if entry or one.state in (CREDITED, EMPTY, WAITING):
            said = Standing(entry.decided, f"scan by {entry.by}") if entry else Standing(text, "scan")
            found[decided.ids.get(one.student_id, one.student_id), one.item] = said
    for (student, item), entry in left.items():
        if item != STUDENT_ID and not item.startswith(PAGE):
            found[decided.ids.get(student, student), item] = Standing(entry.decided, f"desk by {entry.by}")
    return found


def read_by(answers: str | Path) -> dict[Cell, str]:
    """Who read each answer of `standing`: "scan", "scan by NAME", or "desk by NAME" where nothing was scanned."""
    return {place: one.by for place, one in standing(answers).items()}


def audit_of(answers: str | Path) -> Audit:
    """Of the answers that the scan had credited, and a person saw all the same."""
    answers = Path(answers)
    latest = Decided.of(read_journal(answers)).latest
    credited = ((one.student_id, one.item) for one in readings(answers) if one.state == CREDITED)
    return audited(latest[place] for place in credited if place in latest)


def audited(entries: Iterable[Entry]) -> Audit:
    """The same of the last entries on such answers."""
    same = [same_number(entry.read, entry.decided) for entry in entries]
    return Audit(len(same), same.count(False))


def same_number(one: str, other: str) -> bool:
    """Whether two texts are one number, written to as many places."""
    first, second = read(one), read(other)
    if "value" not in (first.kind, second.kind):
        return one.strip() == other.strip()
    return (first.kind, first.value, first.decimals) == (second.kind, second.value, second.decimals)


def highest_share(count: int, of: int, sure: float = SURE) -> float:
    """The share at which `count` or fewer out of `of` have a chance of 1 - sure; 1 where nothing was seen."""
    if count >= of:
        return 1.0
    ways = [lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) for k in range(count + 1)]  # log of: k out of `of`
    low, high = 0.0, 1.0
    for _ in range(50):
        share = (low + high) / 2
        chance = sum(exp(ways[k] + k * log(share) + (of - k) * log(1 - share)) for k in range(count + 1))
        low, high = (share, high) if chance > 1 - sure else (low, share)
    return high


def seconds_of_work(entries: Sequence[Entry]) -> float:
    """The time between decisions, of a pause no more than a minute."""
    times = sorted(datetime.fromisoformat(entry.when).timestamp() for entry in entries)
    gaps = (later - earlier for earlier, later in pairwise(times))
    return sum(min(gap, LONGEST_PAUSE) for gap in gaps)
