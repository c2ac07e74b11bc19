"""Objects -> the bytes of a PDF file (ISO 32000-1), with small objects packed in an object stream (7.5.7).

A tagged form has a thousand small objects. reportlab writes each of them out by itself, which makes a file three times
as large and takes longer than everything else on a paper.
No dates, no randomness: the same objects are the same bytes.
"""

import re
import zlib
from hashlib import md5

LEVEL = 2  # level 4 takes half as long again for 8 % less, level 6 three times as long for 15 %


def text_string(text: str) -> str:
    """A string that people read (7.9.2.2): literal if ASCII, else UTF-16 in hexadecimal."""
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return f"({escaped})"
    return f"<feff{text.encode('utf-16-be').hex()}>"


def packed(content: bytes, entries: str = "") -> bytes:
    """A compressed stream, ready to be added to a file."""
    data = zlib.compress(content, LEVEL)
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (entries.encode(), len(data), data)


def plain(content: bytes, entries: str) -> bytes:
    """A stream as it is."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries.encode(), len(content), content)


def is_unchanged(data: bytes) -> bool:
    """Whether a file is one that File.finish made, byte for byte: it ends in a digest of all that is before."""
    found = re.search(rb"startxref\n(\d{1,12})\n%%EOF\n\Z", data)
    at = int(found[1]) if found else 0
    return found is not None and _digest(data[:at]).encode() in data[at : found.start()]


def page_count(data: bytes) -> int:
    """The number of pages of a file that this program made."""
    for found in re.finditer(rb"/Type/ObjStm/[^>]*/Length (\d+)>>stream\n", data):
        objects = zlib.decompress(data[found.end() : found.end() + int(found[1])])
        if count := re.search(rb"<</Type/Pages/Count (\d+)/Kids\[", objects):
            return int(count[1])
    raise ValueError("this file has no pages, or is none of ours")


def _digest(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()


class File:
    """Objects by number, from 1; a reference to one is `5 0 R`."""

    def __init__(self) -> None:
        self.count = 0
        self.streams: list[tuple[int, bytes]] = []
        self.objects: list[tuple[int, str]] = []
        # Objects that only screen readers need, in a stream of their own: to show or fill in a page is faster.
        self.tags: list[tuple[int, str]] = []

    def reserve(self, count: int = 1) -> int:
        """The first of so many new numbers, whose objects come later."""
        self.count += count
        return self.count - count + 1

    def put(self, number: int, content: str) -> None:
        """The object of a reserved number."""
        self.objects.append((number, content))

    def add(self, content: str) -> int:
        """A new object and its number."""
        self.put(number := self.reserve(), content)
        return number

    def stream(self, content: bytes) -> int:
        """A new stream, made by `packed` or `plain`, and its number."""
        self.streams.append((number := self.reserve(), content))
        return number

    def finish(self, root: int, info: int) -> bytes:
        """The whole file; `root` and `info` are the numbers of the catalog and the document's information."""
        groups = [group for group in (self.objects, self.tags) if group]
        rows = [b"\0\0\0\0\xff\xff"] * (self.count + len(groups) + 2)
        for group in groups:
            places, at = [], 0
            for number, content in group:
                places.append(f"{number} {at}")
                at += len(content) + 1
            table = " ".join(places) + "\n"
            body = "\n".join(content for _, content in group)
            entries = f"/Type/ObjStm/N {len(places)}/First {len(table)}"
            holder = b"\2" + self.stream(packed((table + body).encode("latin-1"), entries)).to_bytes(3, "big")
            for index, (number, _) in enumerate(group):
                rows[number] = holder + index.to_bytes(2, "big")
        parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
        at = len(parts[0])
        for number, data in self.streams:
            rows[number] = b"\1" + at.to_bytes(3, "big") + b"\0\0"
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, data))
            at += len(parts[-1])
        digest = _digest(b"".join(parts))
        number = self.count + 1
        rows[number] = b"\1" + at.to_bytes(3, "big") + b"\0\0"
        trailer = f"/Type/XRef/Size {number + 1}/W[1 3 2]/Root {root} 0 R/Info {info} 0 R/ID[<{digest}><{digest}>]"
        parts.append(b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, packed(b"".join(rows), trailer), at))
        return b"".join(parts)
