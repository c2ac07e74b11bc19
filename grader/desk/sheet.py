"""An answers file as it lies on the disk: where each answer stands in its text, so that one can be changed alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from grader.reading.columns import Names, columns_of, is_answers
from grader.reading.scan.decided import Cell, Decided
from grader.reading.scan.journal import PAGE, Entry
from grader.reading.scan.stored import STUDENT_ID
from qgen.errors import InputError
from qgen.files import whole_file
from qgen.roster import one_line, student_id
from qgen.tables.delimited import encoding_of, read_delimited
from qgen.tables.encodings import guessed
from qgen.tables.rows import MOST_ABOVE, blank, trimmed
from qgen.tables.spreadsheet import guarded, unguarded
from qgen.tables.table import Faults, Table

_FIELD = r' *"((?:[^"]|"")*)"|([^{0}\r\n]*)'
_PLAIN = re.compile(r"[?-]?[\w.]*", re.ASCII)  # most answers
_END = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """Where a cell stands in the text, and what it says on one line."""

    start: int
    end: int
    says: str


@dataclass(frozen=True)
class Sheet:
    """The bytes and the text of a file, and the places of its cells; a student may have several rows.

    ids: where each student's id stands.
    """

    data: bytes
    text: str
    encoding: str
    delimiter: str
    cells: Mapping[Cell, Sequence[Span]]
    ids: Mapping[str, Sequence[Span]]

    def says(self, place: Cell) -> str | None:
        """What the file says of an answer, None where it has no such cell."""
        spans = self.cells.get(place)
        return spans[0].says if spans else None


class Kept(NamedTuple):
    """Answers that say what was decided; those that somebody edited by hand; those that are not in the file."""

    done: int
    by_hand: tuple[Cell, ...]
    gone: tuple[Cell, ...]


def read_sheet(path: Path, columns: Sequence[str]) -> Sheet:
    """An answers file in CSV, wide or long; columns: the exam's items and tasks. InputError for any other file."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise InputError(f"{path}: cannot be read: {fault.strerror}") from None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(f"{path.name}: is a workbook, and the desk edits CSV files; save it as CSV")

    def heads(row: list[str]) -> bool:
        return is_answers(row, columns)

    rows, delimiter, _, broken = read_delimited(path.name, data, None, heads)
    if broken:
        raise broken
    first = next((at for at, (_, row) in enumerate(rows[:MOST_ABOVE]) if heads(row)), None)
    if first is None:
        raise InputError(
            f"{path.name}: has no heading of answers; write student_id,variant,{','.join(columns[:2])},..."
        )
    encoding = encoding_of(data) or guessed(data)
    text = data.decode(encoding)
    found = [row for row in _scanned(text, delimiter) if not blank(span.says for span in row)]
    line, heading = rows[first]
    if [len(row) for row in found[-len(rows) :]] != [len(row) for _, row in rows]:
        raise InputError(f"{path.name}: is written in a way that the desk cannot edit; save it as a plain CSV file")
    faults = Faults(path.name)
    table = Table(path.name, trimmed(heading), line, rows[first + 1 :], delimiter=delimiter, widest=len(heading))
    names = columns_of(table, columns, faults).names
    faults.stop()
    body = [row for row in found[first - len(rows) + 1 :] if len(row) >= 2] if first + 1 < len(rows) else []
    cells, ids = _places(body, names, [one_line(text) for text in trimmed(heading)], columns)
    return Sheet(data, text, encoding, delimiter, cells, ids)


def _scanned(text: str, delimiter: str) -> Iterator[list[Span]]:
    """The cells of each row, with their places."""
    field, at, row = re.compile(_FIELD.format(re.escape(delimiter))), 0, list[Span]()
    while at <= len(text):
        found = field.match(text, at)
        assert found
        inner = found[2] if found[1] is None else found[1].replace('""', '"')
        start, at = found.span()
        row.append(Span(start, at, inner if _PLAIN.fullmatch(inner) else one_line(unguarded(inner))))
        if text[at : at + 1] == delimiter:
            at += 1
            continue
        yield row
        row = []
        end = _END.match(text, at)
        if not end and at < len(text):
            return  # what follows a quotation mark: told by who reads the cells
        at = end.end() if end else len(text) + 1


def _places(
    body: Iterable[Sequence[Span]], names: Sequence[str], heading: Sequence[str], columns: Sequence[str]
) -> tuple[dict[Cell, list[Span]], dict[str, list[Span]]]:
    cells: dict[Cell, list[Span]] = {}
    ids: dict[str, list[Span]] = {}
    known, who = Names(columns), names.index(STUDENT_ID)
    long = (names.index("item"), names.index("answer")) if {"item", "answer"} <= set(names) else None
    for row in body:
        if len(row) <= who or [span.says for span in row[: len(heading)]] == list(heading):
            continue
        if not (student := student_id(row[who].says)):
            continue
        ids.setdefault(student, []).append(row[who])
        if long and len(row) > max(long) and (item := known.find(row[long[0]].says)):
            cells.setdefault((student, item), []).append(row[long[1]])
        for name, span in zip(names, row, strict=False) if not long else ():
            if name in known.known:
                cells.setdefault((student, name), []).append(span)
    return cells, ids


def edited(sheet: Sheet, entries: Sequence[Entry]) -> tuple[str, Kept]:
    """The text with all that was decided, and how each decision fared.

    A cell is edited only if it says what it said when it was decided: what was read, or what was decided before.
    """
    decided = Decided.of(entries)
    edits: list[tuple[Span, str]] = []
    done, by_hand, gone = 0, list[Cell](), list[Cell]()
    for place, entry in decided.latest.items():
        if place[1].startswith(PAGE) or (place[1] == STUDENT_ID and entry.decided.startswith("?")):
            continue
        row = _row_of(place[0], sheet, decided)
        spans = sheet.ids.get(row, ()) if place[1] == STUDENT_ID else sheet.cells.get((row, place[1]), ())
        if not spans:
            gone.append(place)
            continue
        texts = decided.earlier[place]
        mine = [span for span in spans if span.says in texts or (span.says[:1] == "?" and len(span.says) > 1)]
        edits += [(span, entry.decided) for span in mine if span.says != entry.decided]
        if mine or any(span.says == entry.decided for span in spans):
            done += 1
        else:
            by_hand.append(place)
    parts, at = [], 0
    for span, text in sorted(edits):
        parts += [sheet.text[at : span.start], _cell(text, sheet.delimiter)]
        at = span.end
    return "".join([*parts, sheet.text[at:]]), Kept(done, tuple(by_hand), tuple(gone))


def _row_of(student: str, sheet: Sheet, decided: Decided) -> str:
    """The id that a paper's row has in the file by now: its first one, its last one, or one in between.

    One in between may be another paper's by now: then that one has its row by its first id still.
    """
    last, owners = decided.ids.get(student, student), {name: first for first, name in decided.ids.items()}
    between = decided.earlier.get((student, STUDENT_ID), ())
    names = (student, last, *(name for name in between if owners.get(name, name) in sheet.ids))
    return next((name for name in names if name in sheet.ids), last)


def _cell(text: str, delimiter: str) -> str:
    text = guarded(text)
    return '"' + text.replace('"', '""') + '"' if re.search(rf'[{re.escape(delimiter)}"\r\n]|^ ', text) else text


def bring_up_to_date(path: Path, columns: Sequence[str], entries: Sequence[Entry]) -> Kept:
    """Writes into an answers file all that was decided, whole or not at all, if anything of it is not there yet.

    InputError where the file cannot be read or written, or somebody saves it meanwhile.
    """
    entries = list(entries)
    sheet = read_sheet(path, columns)
    text, kept = edited(sheet, entries)
    if text == sheet.text:
        return kept
    with whole_file(path, force=True) as file:
        if path.read_bytes() != sheet.data:  # as it is from here on, or `whole_file` tells
            sheet = read_sheet(path, columns)
            text, kept = edited(sheet, entries)
        try:
            file.write(text.encode(sheet.encoding))
        except UnicodeEncodeError:
            file.write(text.encode("utf-8-sig"))
        file.flush()
        if os.name == "posix":
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
        os.fsync(file.fileno())
    return kept
