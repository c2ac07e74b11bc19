"""All papers in one PDF for the print shop: each starts on a new sheet when printed on both sides.

Fonts and drawings that papers share are stored once. Forms and tags are left out: their names would clash, and paper
has no use for them.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from qgen.typeset.pdf.metadata import PRODUCER

LEFT_OUT = ("/Annots", "/StructParents", "/Tabs", "/Resources", "/Contents")


def bind(
    papers: Iterable[Path], out: Path | BinaryIO, title: str, filling: Callable[[int], bytes] | None = None
) -> int:
    """Writes the papers one after the other, each padded to an even number of pages; the number of pages.

    filling: the PDF of one page that pads a paper, by its place among them; a blank page if None.
    """
    with pikepdf.new() as book:
        kept: dict[bytes, Any] = {}
        for place, path in enumerate(papers):
            with pikepdf.open(path) as paper:
                _add(paper, book, kept)
            if len(book.pages) % 2 and filling:
                with pikepdf.open(BytesIO(filling(place))) as page:
                    _add(page, book, kept)
            elif len(book.pages) % 2:
                size = book.pages[-1].mediabox
                book.add_blank_page()
                book.pages[-1].mediabox = size
                del book.pages[-1].obj.Contents
        book.Root.ViewerPreferences = Dictionary(Duplex=Name.DuplexFlipLongEdge)
        book.docinfo["/Title"], book.docinfo["/Producer"] = title, PRODUCER
        book.save(out, min_version="1.7", deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(book.pages)


def _add(paper: pikepdf.Pdf, book: pikepdf.Pdf, kept: dict[bytes, Any]) -> None:
    """Adds all pages of a paper to the book."""
    for page in paper.pages:
        resources, contents = page.obj.Resources, page.obj.Contents
        for entry in LEFT_OUT:
            if entry in page.obj:
                del page.obj[entry]
        book.pages.append(page)
        book.pages[-1].obj.Contents = _once(contents, book, kept)
        book.pages[-1].obj.Resources = Dictionary(
            {
                kind: Dictionary({name: _once(thing, book, kept) for name, thing in things.items()})
                for kind, things in resources.items()
            }
        )


def _once(thing: Any, book: pikepdf.Pdf, kept: dict[bytes, Any]) -> Any:
    """The object in the book: the first one with this content."""
    content = sha256(_content(thing)).digest()
    if content not in kept:
        kept[content] = book.copy_foreign(thing)
    return kept[content]


def _content(thing: Any) -> bytes:
    """All that an object and those that it refers to hold: the same for objects that are the same."""
    if isinstance(thing, Array):
        return b"[" + b" ".join(map(_content, thing)) + b"]"
    if not isinstance(thing, Dictionary | Stream):
        return thing.unparse() if isinstance(thing, pikepdf.Object) else repr(thing).encode()
    entries = b" ".join(name.encode() + b" " + _content(value) for name, value in sorted(thing.items()))
    return b"<<" + entries + b">>" + (thing.read_raw_bytes() if isinstance(thing, Stream) else b"")
