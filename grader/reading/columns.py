"""What each column of an answers file is: a student's id, a variant, an item; the others are left out, and named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from grader.reading.responses.attempts import tag_in
from qgen.errors import InputError, nearest, quoted, some
from qgen.headings import Kind
from qgen.headings import columns as columns_called
from qgen.headings import loose as bare
from qgen.tables.table import Faults, Table

LONG = ("student_id", "variant", "item", "answer")
PRESENT, ABSENT = "present", "absent"  # what a row may say of a student
_ATTENDANCE = {  # how people say so
    **dict.fromkeys(("present", "anwesend", "présent", "présente", "presente", "aanwezig"), PRESENT),
    **dict.fromkeys(("absent", "abwesend", "nichtanwesend", "nichterschienen", "noshow", "absente", "ausente"), ABSENT),
    **dict.fromkeys(("assente", "afwezig"), ABSENT),
}
UNNAMED = "\0unnamed"  # a column without a heading
_PEOPLE = {"name", "first_name", "last_name", "full_name", "student_name", "surname", "email", "e_mail"}
_HELD = {  # what a question asks for, in a heading of several words, loosely
    "student_id": re.compile(
        r"\b(?:student|matriculation|registration)[\s_-]?(?:id|number|no|nr)\b|matrikel[\s-]?(?:nummer|nr)"
        r"|studente?n?nummer|\bmatricola\b|\bmatrícula\b|\bnuméro (?:d['’])?étudiant"
    ),
    "variant": re.compile(r"\bvariante?\b"),
}
# Headings about an answer or a question, which are not it.
_ABOUT = re.compile(
    r"\b(?:points?|scores?|feedback|comments?|time|marks?|grade|max|punkte?|note|kommentar|remarks?|confirm|again)\b",
    re.IGNORECASE,
)
_LONGEST = 100  # characters of a heading that may be an item: the search for longer ones takes their square
# What looks like an item's id.
_ITEM = re.compile(r"q[0-9]+_\w+|\w+_(?:[te][0-9]_)?(?:(?:new_|d)?[zawb][0-9][0-9._]*|loss)")


@dataclass(frozen=True)
class Columns:
    """`names`: of each column a name of LONG, an item, "" for one to leave out, or UNNAMED; `left_out`: headings.

    notes: remarks.
    """

    names: list[str]
    left_out: list[str]
    notes: Sequence[str] = ()


class Names:
    """Known names, matched as they are or loosely: without case, with other marks or none for underscores."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = dict.fromkeys(known)
        self.loose: dict[str, str | None] = {}
        for form in (_loose, _squeezed):
            forms: dict[str, str | None] = {}
            for name in self.known:
                forms[form(name)] = None if form(name) in forms else name
            self.loose = forms | self.loose

    def find(self, text: str) -> str | None:
        """The one known name that a text can be."""
        stripped = text.strip()
        return stripped if stripped in self.known else self.loose.get(_loose(text)) or self.loose.get(_squeezed(text))


def attendance(text: str) -> str:
    """Whether a cell says PRESENT or ABSENT, in any language; else ""."""
    return _ATTENDANCE.get(bare(text), "")


def _loose(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFKC", text).strip().casefold())


def _squeezed(text: str) -> str:
    """As LimeSurvey has it, whose codes are letters and digits: q1z11, q1[z11]."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def is_answers(heading: Sequence[str], items: Iterable[str], ids: str | None = None) -> bool:
    """Whether a row is the heading of answers: an item, or items and answers, beside who wrote them."""
    if ids is not None and bare(ids) in map(bare, heading):
        heading = ["student_id", *heading]
    names = Names(items)
    found = {_loose(cell) for cell in heading}
    answers = {"item", "answer"} <= found or any(map(names.find, heading))
    return answers and ("student_id" in found or bool(columns_called(heading, "id", "login", "email")))


def columns_of(table: Table, items: Sequence[str], faults: Faults) -> Columns:
    """What stands where; what looks like an item but is none of this exam's is a fault, as is a heading twice."""
    loose = [_loose(heading) for heading in table.heading]
    long = {"item", "answer"} <= set(loose)
    names = Names(LONG if long else [*LONG[:2], *items])
    forms = {_loose(item) for item in items}  # a quiz may say more of each: "Points - q1_z1"
    columns: list[str] = []
    strange: list[tuple[int, str]] = []
    left_out: list[str] = []
    for number, (heading, key) in enumerate(zip(table.heading, loose, strict=True), 1):
        name = names.find(heading)
        columns.append("" if key else UNNAMED)
        if name is not None and name in columns:
            before = f"column {columns.index(name) + 1} is {name} already"
            faults.add(table.line, f"column {number}: {quoted(heading.strip())} stands here twice; {before}")
        elif name is not None:
            columns[-1] = name
        elif len(key) <= _LONGEST and _ITEM.fullmatch(key) and not any(key.endswith(f"_{item}") for item in forms):
            strange.append((number, heading.strip()))
        elif key and key not in _PEOPLE and attendance(key) != PRESENT:
            left_out.append(heading.strip())
    if "student_id" in columns and _is_blank(table, at := columns.index("student_id")):  # is there a better one?
        columns[at] = ""
        left_out.append(table.heading[at].strip())
    _find(table, columns, left_out, "student_id", ("id", "login", "email"))
    _find(table, columns, left_out, "variant", ("variant",))
    notes = [] if long or strange else _within(table, columns, left_out, items)
    known = set(columns) & set(items)
    if len(strange) > max(2, len(known)) and not long and set(columns) & set(names.known):
        shown = ", ".join(quoted(heading) for _, heading in strange[:3])
        raise InputError(
            f"{table.name}:{table.line}: looks like another exam's answers: {len(known)} of "
            f"{len(known) + len(strange)} columns are of this one; not {shown}; say which --exam"
        )
    for number, heading in strange:
        faults.add(table.line, f"column {number}: unknown heading", heading, names.known)
    _needed(table, columns, items, faults, long)
    return Columns(columns, left_out, notes)


def _within(table: Table, columns: list[str], left_out: list[str], items: Sequence[str]) -> list[str]:
    """Takes headings for what stands in them among other words, where no other says the same; remarks on these."""
    wanted = {item: _token(item) for item in items if item not in columns}
    wanted |= {name: _HELD[name] for name in LONG[:2] if name not in columns}
    held: dict[str, list[int]] = {}
    for at, heading in enumerate(table.heading):
        if columns[at] or len(heading) > _LONGEST or _ABOUT.search(heading):
            continue
        text = unicodedata.normalize("NFKC", heading).strip().casefold()
        found = [name for name, pattern in wanted.items() if pattern.search(text)]
        if len(found) == 1:
            held.setdefault(found[0], []).append(at)
    taken = {places[0]: name for name, places in held.items() if len(places) == 1}
    if "student_id" not in columns and "student_id" not in taken.values():
        taken |= dict.fromkeys(_ids_alone(table, columns, taken), "student_id")
    for at, name in taken.items():
        columns[at] = name
        left_out[:] = [heading for heading in left_out if heading != table.heading[at].strip()]
    said = some([f"{quoted(table.heading[at].strip())} is {name}" for at, name in sorted(taken.items())], 4)
    return [f"columns known by what their headings hold: {said}"] * bool(taken)


def _ids_alone(table: Table, columns: Sequence[str], taken: Collection[int]) -> list[int]:
    """The column "ID" of a table that somebody made; in an export it numbers the rows."""
    people = columns_called(table.heading, "name", "first", "middle", "last", "room", "seat")
    own = columns_called(table.heading, "own")
    rest = [at for at, name in enumerate(columns) if not name and at not in (*own, *people, *taken)]
    return own[:1] if not rest else []


def _token(item: str) -> re.Pattern[str]:
    """Finds an item among other words; without underscores as LimeSurvey has it: [q1z11], or "q1z11. The text"."""
    spaced, code = re.escape(item.casefold()).replace("_", r"[\s_-]"), re.escape(_squeezed(item))
    return re.compile(rf"(?<!\w){spaced}(?!\w)|\[{code}\]|^{code}\.(?!\S)")


def _find(table: Table, columns: list[str], left_out: list[str], name: str, kinds: tuple[Kind, ...]) -> None:
    """Where no column is called student_id or variant: the one that a roster would have them in."""
    if name in columns:
        return
    places = [place for place in columns_called(table.heading, *kinds) if not columns[place]]
    places.sort(key=partial(_is_blank, table))
    for place in places[:1]:
        columns[place] = name
        left_out[:] = [heading for heading in left_out if bare(heading) != bare(table.heading[place])]


def _is_blank(table: Table, at: int) -> bool:
    """Whether nothing is written below a heading."""
    return not any(at < len(cells) and cells[at].strip() for _, cells in table.body)


def _needed(table: Table, columns: list[str], items: Sequence[str], faults: Faults, long: bool) -> None:
    """Faults where the columns are missing without which nothing can be read."""
    if asked := next((tag.text for cell in table.heading if (tag := tag_in(cell)) and tag.exam), ""):
        raise InputError(
            f"{table.name}:{table.line}: asks questions of a quiz, such as {asked}, but is not as Canvas has it: "
            "download its Student Analysis again, and leave the column of points after each question"
        )
    known = Names(items)
    turned = [cells[0].strip() for _, cells in table.body if cells and known.find(cells[0])]
    if len(turned) > 1 and not set(columns) & set(items) and not long:
        raise InputError(
            f"{table.name}:{table.line}: {quoted(turned[0])}, {quoted(turned[1])} ... stand below each other: turn the "
            "table, so that each student has a row (copy it; paste special, transpose)"
        )
    if not set(columns) & {*LONG, *items}:
        expected = ", ".join([*LONG[:2], *items[:2]])
        found = quoted(", ".join(table.heading[:20]))
        raise InputError(f"{table.name}:{table.line}: {found} is no heading of answers; write {expected}, ...")
    if "student_id" not in columns:
        faults.add(table.line, 'no column "student_id"; say which one has the ids: --id COLUMN')
    if not long and not set(columns) & set(items):
        faults.add(table.line, f"no column of answers; {nearest('', items)}")
