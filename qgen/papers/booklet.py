"""All papers in one PDF for the print shop: each starts on a new sheet when printed on both sides.

Fonts and drawings that papers share are stored once. Forms and tags are left out: their names would clash, and paper
has no use for them.
"""

from collections.abc import Iterable
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from qgen.typeset.pdf.metadata import PRODUCER

DEPTH = 5  # from a page's resources to a font's file: objects are the same once those that they refer to are


def bind(papers: Iterable[Path], out: Path, title: str) -> int:
    """Writes the papers one after the other, each padded to an even number of pages; the number of pages."""
    book = PdfWriter()
    book.pdf_header = "%PDF-1.7"
    for path in papers:
        for page in PdfReader(path).pages:
            for entry in ("/Annots", "/StructParents", "/Tabs"):
                page.pop(entry, None)
            book.add_page(page)
        if len(book.pages) % 2:
            book.add_blank_page()
    for _ in range(DEPTH):
        book.compress_identical_objects()
    book.create_viewer_preferences()[NameObject("/Duplex")] = NameObject("/DuplexFlipLongEdge")
    book.add_metadata({"/Title": title, "/Producer": PRODUCER})
    book.write(out)
    return len(book.pages)
