"""All papers in one PDF for the print shop: each starts on a new sheet when printed on both sides.

Fonts and drawings that papers share are stored once. Forms and tags are left out: their names would clash, and paper
has no use for them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from qgen.typeset.pdf.objects import text_string

_REFERENCE = re.compile(rb"(\d+) 0 R")


def bind(papers: Iterable[Path], out: Path, title: str) -> int:
    """Writes the papers one after the other, each padded to an even number of pages; the number of pages."""
    with out.open("wb") as file:
        book = _Book(file)
        for path in papers:
            book.add_paper(path.read_bytes())
        return book.finish(title)


@dataclass
class _Paper:
    """A PDF as qgen.typeset.pdf writes it: streams as they are, the rest in one object stream (ISO 32000-1, 7.5.7)."""

    data: bytes
    copied: dict[int, bytes] = field(default_factory=dict)

    @cached_property
    def table(self) -> tuple[bytes, bytes]:
        """The entries and the rows of the table of objects."""
        start = self.data[self.data.rindex(b"startxref") + 9 :].split()[0]
        entries, rows = self.stream(int(start))
        return entries, zlib.decompress(rows)

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """By object number: 1 and its offset, or 2 and the object stream that it is in."""
        entries, rows = self.table
        a, b, c = (int(width) for width in _found(rb"/W\[(\d+) (\d+) (\d+)\]", entries))
        starts = range(0, len(rows), a + b + c)
        return [(int.from_bytes(rows[k : k + a]), int.from_bytes(rows[k + a : k + a + b])) for k in starts]

    @cached_property
    def small(self) -> dict[int, bytes]:
        """The objects of the object stream, by number."""
        holder = next(where for kind, where in self.places if kind == 2)
        entries, packed = self.stream(self.places[holder][1])
        content = zlib.decompress(packed)
        (first,) = _found(rb"/First (\d+)", entries)
        table = [int(word) for word in content[: int(first)].split()]
        numbers, starts = table[::2], table[1::2]
        body = content[int(first) :]
        ends = [*starts[1:], len(body)]
        return {n: body[start:end].strip() for n, start, end in zip(numbers, starts, ends, strict=True)}

    def stream(self, start: int) -> tuple[bytes, bytes]:
        """The entries and the data of the stream that starts here."""
        begin = self.data.index(b"stream\n", start) + 7
        entries = self.data[start : begin - 7].partition(b"obj\n")[2]
        (length,) = _found(rb"/Length (\d+)", entries)
        return entries, self.data[begin : begin + int(length)]

    @property
    def pages(self) -> list[bytes]:
        """The page objects in order."""
        (catalog,) = _found(rb"/Root (\d+) 0 R", self.table[0])
        (root,) = _found(rb"/Pages (\d+) 0 R", self.small[int(catalog)])
        (kids,) = _found(rb"/Kids\[([^\]]*)\]", self.small[int(root)])
        return [self.small[int(number)] for number in _REFERENCE.findall(kids)]


def _found(pattern: bytes, text: bytes) -> tuple[bytes, ...]:
    match = re.search(pattern, text)
    assert match is not None, f"{pattern!r} is not in {text[:200]!r}"
    return match.groups()


class _Book:
    """A PDF being written (ISO 32000-1, 7.5.4): objects go to the file as they come, none twice."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.places: list[int] = []
        self.numbers: dict[bytes, int] = {}
        self.pages: list[int] = []
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self.catalog, self.root = self._reserve(), self._reserve()

    def add_paper(self, data: bytes) -> None:
        """Its pages, and an empty one if they are odd in number."""
        paper = _Paper(data)
        for page in paper.pages:
            (box,) = _found(rb"(/MediaBox\[[^\]]*\])", page)
            drawn = b"".join(
                b"/%b %b" % (name, self._copied(int(_found(rb"/%b (\d+) 0 R" % name, page)[0]), paper))
                for name in (b"Resources", b"Contents")
            )
            self._add_page(box + drawn)
        if len(paper.pages) % 2:
            self._add_page(box + b"/Resources<<>>")

    def finish(self, title: str) -> int:
        """The catalog, the table of objects; the number of pages."""
        kids = b" ".join(b"%d 0 R" % number for number in self.pages)
        self._put(self.root, b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(self.pages), kids))
        self._put(
            self.catalog, b"<</Type/Catalog/Pages %d 0 R/ViewerPreferences<</Duplex/DuplexFlipLongEdge>>>>" % self.root
        )
        info = self._reserve()
        self._put(info, b"<</Title %b/Producer(backprop-exam)>>" % text_string(title).encode())
        start, size = self.file.tell(), len(self.places) + 1
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        self._write(b"".join(b"%010d 00000 n \n" % place for place in self.places))
        self._write(b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\n" % (size, self.catalog, info))
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)
        return len(self.pages)

    def _add_page(self, entries: bytes) -> None:
        number = self._reserve()
        self._put(number, b"<</Type/Page/Parent %d 0 R%b>>" % (self.root, entries))
        self.pages.append(number)

    def _copied(self, number: int, paper: _Paper) -> bytes:
        """A reference to this object of a paper, and to all that it refers to."""
        if number not in paper.copied:
            data = b""
            if number in paper.small:
                entries = paper.small[number]
            else:
                entries, data = paper.stream(paper.places[number][1])
                data = b"stream\n%b\nendstream" % data
            entries = _REFERENCE.sub(lambda match: self._copied(int(match[1]), paper), entries)
            paper.copied[number] = self._once(entries + data)
        return paper.copied[number]

    def _once(self, content: bytes) -> bytes:
        """A reference to an object of this content."""
        digest = sha256(content).digest()
        if digest not in self.numbers:
            self.numbers[digest] = self._reserve()
            self._put(self.numbers[digest], content)
        return b"%d 0 R" % self.numbers[digest]

    def _reserve(self) -> int:
        self.places.append(0)
        return len(self.places)

    def _put(self, number: int, content: bytes) -> None:
        self.places[number - 1] = self.file.tell()
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, content))

    def _write(self, content: bytes) -> None:
        self.file.write(content)
