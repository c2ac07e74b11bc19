"""<stem>-decisions.csv: what a person decided of answers, a line each. It only grows; of two lines the later holds."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass
from io import StringIO
from pathlib import Path
from typing import Self

from qgen.errors import InputError, quoted
from qgen.tables.spreadsheet import cell, unguarded

ILLEGIBLE = "?illegible"  # what stands in the answers where nobody can read it
FOREIGN = "foreign"  # the identity of a page that is none of the exam's
PAGE = "page:"  # begins the item of a page without identity: page:<file>#<number>


@dataclass(frozen=True)
class Entry:
    """A line: what was read and how surely, and what goes to the answers.

    student_id: of the row as it stood in the answers by then; when: ISO 8601.
    """

    student_id: str
    item: str
    read: str
    posterior: str
    decided: str
    when: str
    by: str


COLUMNS = tuple(Entry.__annotations__)


def journal_of(answers: Path) -> Path:
    """The journal of an answers file."""
    return answers.with_name(f"{answers.stem}-decisions.csv")


def read_journal(answers: Path) -> list[Entry]:
    """All decisions in their order, none where there is no journal. A last line that was cut short does not count."""
    path = journal_of(answers)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as fault:
        raise InputError(f"{path}: cannot be read: {fault.strerror}") from None
    try:
        text = StringIO(data[: data.rfind(b"\n") + 1].decode("utf-8-sig"), newline="")
        heading, *rows = list(csv.reader(text)) or [[]]
    except (UnicodeDecodeError, csv.Error) as fault:
        raise InputError(f"{path}: cannot be read: {fault}") from None
    if heading and tuple(heading) != COLUMNS:
        raise InputError(f"{path}:1: the header is {quoted(','.join(heading))}, not {','.join(COLUMNS)}")
    for line, row in enumerate(rows, 2):
        if row and len(row) != len(COLUMNS):
            raise InputError(f"{path}:{line}: has {len(row)} cells, not {len(COLUMNS)}")
    return [Entry(*map(unguarded, row)) for row in rows if row]


class Journal:
    """The file, open for more lines: what `add` has returned from is on the disk."""

    def __init__(self, answers: Path) -> None:
        self.path = journal_of(answers)
        self.entries = read_journal(answers)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            self._file = os.open(self.path, flags, 0o600)
            self._size = self._after_last_line()
            if not self._size:
                self._write(",".join(COLUMNS) + "\n")
                _sync_folder(self.path.parent)
        except OSError as fault:
            raise InputError(f"{self.path}: cannot be written: {fault.strerror}") from None

    def _after_last_line(self) -> int:
        """Cuts off a line that a fault of the power cut short, which nobody was told of."""
        with self.path.open("rb") as file:
            size = file.read().rfind(b"\n") + 1
        os.ftruncate(self._file, size)
        return size

    def add(self, entries: Iterable[Entry]) -> None:
        """Writes these and waits for the disk. OSError, and none of them is written, where it takes no more."""
        entries = list(entries)
        self._write("".join(",".join(map(cell, astuple(entry))) + "\n" for entry in entries))
        self.entries += entries

    def _write(self, text: str) -> None:
        data = text.encode()
        try:
            if os.write(self._file, data) != len(data):
                raise OSError(28, "the disk is full")
            os.fsync(self._file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(data)

    def close(self) -> None:
        """Nothing more comes."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _sync_folder(folder: Path) -> None:
    """The name of a new file, too, is on the disk."""
    if os.name == "posix":
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)
