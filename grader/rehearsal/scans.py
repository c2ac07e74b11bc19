"""The pages of a simulated class: each student's paper, printed, written on by hand and scanned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

import numpy as np
import pikepdf

from grader.reading.numerals import read
from grader.rehearsal.digits import Digits, Grey, shipped
from grader.rehearsal.hand import Hand, Rect
from grader.rehearsal.ink import mishap_of, write
from grader.rehearsal.pen import MM_PER_INCH, Sheet
from grader.rehearsal.scanned_pdf import POINTS, ScannedPdf, packed
from grader.rehearsal.scanner import Scanner, scan
from grader.rehearsal.simulate import Simulated
from qgen.engine.rounding import Rounding
from qgen.exam.exam import Exam
from qgen.papers.combs import STUDENT, combs_of
from qgen.papers.papers import Papers
from qgen.parallel import Progress, each, unheard, worthwhile

DPI = 300  # of a page before it is scanned


def pages_of(
    exam: Exam, variant: int, written: Mapping[str, str], hand: Hand, rng: np.random.Generator, scanner: Scanner,
    digits: Digits, student: str = "", papers: Papers | None = None, mishaps: Mapping[str, str] | None = None,
    upside_down: bool = False,
) -> list[Grey]:  # fmt: skip
    """The scanned pages of one paper, `written` (by item) into its boxes as plain decimals.

    The place for the student's id takes `student` where nobody is named on the paper and the id is digits. What goes
    wrong with an item is drawn by chance unless `mishaps` says it.
    """
    combs = combs_of(exam)
    texts = {**written, STUDENT: student if student.isdecimal() and not exam.students else ""}
    pages = []
    for sheet, boxes in sheets((papers or Papers(exam)).question_paper(variant)):
        for item, rect in boxes.items():
            mishap = mishap_of(rng) if mishaps is None else mishaps.get(item, "")
            write(sheet, rect, texts.get(item, ""), combs.get(item), hand, digits, rng, mishap)
        pages.append(scan(sheet, scanner, rng, upside_down=upside_down))
    return pages


def write_scans(
    simulated: Simulated, scans: BinaryIO, rng: np.random.Generator, scanner: Scanner, progress: Progress = unheard
) -> int:
    """A PDF of all papers, in the order of the students, one in thirty upside down; returns the number of pages.

    On paper numbers are plain decimals. A student's hand and mishaps hang on the generator, not on the others.
    """
    exam, papers, digits = simulated.exam, Papers(simulated.exam), shipped()
    generators, pdf = rng.spawn(len(simulated.students)), ScannedPdf(scans)

    def scanned(s: int) -> list[tuple[tuple[bytes, str], tuple[int, int]]]:
        own, written = generators[s], dict(zip(exam.columns, simulated.written[s], strict=True))
        texts = {item: on_paper(text, exam.spec.rounding) for item, text in written.items()}
        hand, flipped = Hand.draw(own), bool(own.random() < 1 / 30)
        with one_thread():
            pages = pages_of(
                exam, int(simulated.variants[s]), texts, hand, own, scanner, digits, simulated.students[s], papers,
                upside_down=flipped,
            )  # fmt: skip
            return [(packed(p, scanner.jpeg, bilevel=scanner.bilevel), (p.shape[1], p.shape[0])) for p in pages]

    count = len(simulated.students)
    for s, pages in enumerate(each(scanned, range(count), worthwhile(count, 2))):
        for picture, size in pages:
            pdf.add(picture, size, scanner.dpi[0])
        progress("writing and scanning papers", s + 1, count)
    pdf.close()
    return len(pdf.pages)


def numbered(simulated: Simulated, rng: np.random.Generator) -> Simulated:
    """The same class with ids of seven digits, which go into cells, in place of S001, S002, ...; a roster's stay."""
    if simulated.exam.students:
        return simulated
    ids = rng.choice(9_000_000, len(simulated.students), replace=False) + 1_000_000
    return replace(simulated, students=tuple(map(str, ids.tolist())))


def on_paper(text: str, rounding: Rounding) -> str:
    """A number, however it is spelt, as a plain decimal with a point; "" where it is none.

    Noughts beyond the decimal places asked for are left out.
    """
    numeral = read(text, comma="," in text)
    if numeral.kind != "value":
        return ""
    plain = f"{numeral.value:.{max(0, numeral.decimals)}f}"
    while rounding.kind == "dp" and plain.endswith("0") and len(plain.partition(".")[2]) > rounding.digits:
        plain = plain[:-1]
    return plain


@contextmanager
def one_thread() -> Iterator[None]:
    """OpenCV on one processor: every other one has work of its own, and a copied process has no threads."""
    import cv2

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def sheets(paper: bytes, dpi: float = DPI) -> Iterator[tuple[Sheet, dict[str, Rect]]]:
    """The printed pages of a paper, and where the fields of each stand, by name."""
    import pypdfium2

    with pikepdf.open(BytesIO(paper)) as pdf, pypdfium2.PdfDocument(paper) as drawn:
        for page, picture in zip(pdf.pages, drawn, strict=True):
            image = picture.render(scale=dpi / POINTS, grayscale=True, may_draw_forms=False).to_numpy()
            yield Sheet(np.array(image).reshape(image.shape[:2]), dpi), fields(page.obj)


def fields(page: pikepdf.Object) -> dict[str, Rect]:
    """The rectangles of a page's form fields in millimetres from its upper left corner."""
    left, _, _, high = (float(edge) for edge in page.MediaBox)
    mm = MM_PER_INCH / POINTS
    found = {}
    for box in page.get("/Annots", []):
        if "/T" in box and not int(box.get("/F", 0)) & 2:
            x, y, end, top = (float(edge) for edge in box.Rect)
            found[str(box.T)] = ((x - left) * mm, (high - top) * mm, (end - left) * mm, (high - y) * mm)
    return found
