"""The filled form of one PDF that a student handed in, which may be anything at all: read in a process of its own.

`python -m grader.reading.forms` answers lines of JSON: a file in, its form or a fault out; see sandbox.py. Nothing in a
file is ever run.
"""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterator, Set
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

from grader.reading import zipped
from grader.reading.boxes import Box, box_of, drawn_over, pictured, rectangle
from grader.reading.faults import FormError
from grader.reading.sandbox import serve
from qgen.errors import quoted

MOST_BYTES = 50_000_000  # of a file; a filled paper has 0.1 MB
MOST_MEMORY = 450_000_000
MOST_SECONDS = 10
MOST_FIELDS = 20_000
MOST_ABOVE = 20  # fields within fields
LONGEST = 200
HIDDEN = 2
_HARMLESS = "reported number of objects"  # pdfunite miscounts
_SILENT = ("/Link", "/Popup", "/PrinterMark", "/TrapNet")  # kinds of annotations that show nothing of their own


def read_form(data: bytes) -> dict[str, Any]:
    """What a file holds, in what JSON can say. FormError, or whatever pikepdf raises.

    `pages`: of each page its `fields`, a list of [full name, text, number, typed, drawn, pictured]. Fields with one
    number are one field at several places; `typed` are the texts that somebody put over it with a tool for comments,
    `drawn` tells of lines, `pictured` is what a field shows that holds no text. `beside`: typed texts over no field;
    `drawn`: how many drawings of which kind; `added`: whether a program drew into the page itself. `loose`: fields that
    are on no page. `notes`: what a person should know.
    """
    if not data:
        raise FormError("is empty")
    if len(data) > MOST_BYTES:
        raise FormError(f"is larger than {MOST_BYTES // 1_000_000} MB, far more than a filled paper")
    if b"%PDF-" not in data[:1024]:
        raise FormError("is no PDF")
    if b"%%EOF" not in data[-1024:]:
        raise FormError("breaks off before its end (an unfinished upload?); ask for the file again")
    try:
        with pikepdf.open(
            BytesIO(data), inherit_page_attributes=False
        ) as pdf:  # an owner's password does not keep anybody from reading
            return Form(pdf).content()
    except pikepdf.PasswordError:
        raise FormError("is encrypted; ask for a copy without a password") from None


class Form:
    """The fields of an open PDF: each is visited once, whatever shape their tree has."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.notes: list[str] = []
        self.numbers: dict[object, int] = {}
        self.count = 0

    def content(self) -> dict[str, Any]:
        """See read_form."""
        root = self.pdf.Root
        pages = [self._page(page.obj) for page in self.pdf.pages] if "/Pages" in root else []
        form = root.get("/AcroForm")
        roots = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
        loose = list(self._loose(roots))
        if not loose and not any(page["fields"] for page in pages):
            raise FormError(
                "has no form fields: printed to PDF, flattened or scanned; ask for the saved form, or type it in"
            )
        names = root.get("/Names")
        if "/OpenAction" in root or "/AA" in root or (isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names):
            self.notes.append("holds actions or scripts, which were not run")
        said = [str(complaint).partition(">: ")[2] for complaint in self.pdf.get_warnings()]
        said = [complaint for complaint in said if not complaint.startswith(_HARMLESS)]
        if said:
            self.notes.append(f"is not quite a proper PDF ({said[0][:80]}); check its answers")
        return {"pages": pages, "loose": loose, "notes": list(dict.fromkeys(self.notes))}

    def _page(self, page: Any) -> dict[str, Any]:
        widgets, fields = [], []
        typed: list[tuple[str, Any]] = []
        others: list[tuple[str, Any]] = []
        for annotation in _listed(page.get("/Annots")):
            kind = str(annotation.get("/Subtype"))
            if kind == "/Widget":
                self._counted()
                if field := self._field(annotation):
                    widgets.append(annotation)
                    fields.append([*field, [], False, "" if field[1].strip() else self._cut("", pictured(annotation))])
            elif kind not in _SILENT and not _number(annotation.get("/F")) & HIDDEN:
                (typed if kind == "/FreeText" else others).append((kind, annotation))
        beside = []
        if typed or others:
            boxes = [None if _number(w.get("/F")) & HIDDEN else rectangle(w.get("/Rect")) for w in widgets]
            for _, annotation in typed:
                text, at = self._cut("", _typed(annotation)), box_of(rectangle(annotation.get("/Rect")), boxes)
                if at is None:
                    beside.append(text)
                else:
                    fields[at][3].append(text)
            for kind, annotation in others:
                for at in drawn_over(_strokes(kind, annotation), boxes):
                    fields[at][4] = True
        drawn = Counter(kind.removeprefix("/") for kind, _ in others)
        return {"fields": fields, "beside": beside, "drawn": dict(drawn), "added": _added(page)}

    def _field(self, node: Any) -> list[Any] | None:
        """Name, text and number of the field that a widget belongs to; None if it is no text."""
        parts: list[str] = []
        kind = value = number = None
        for _ in range(MOST_ABOVE):
            keys = node.keys()  # to get what is not there takes longest
            self._listen(node, keys)
            if kind is None and "/FT" in keys:
                kind = node.get("/FT")
            if value is None and "/V" in keys:
                value = node.get("/V")
            if "/T" in keys:
                parts.append(_text(node.get("/T")))
                number = self._number(node) if number is None else number
            node = node.get("/Parent") if "/Parent" in keys else None
            if not isinstance(node, pikepdf.Dictionary):
                break
        name = ".".join(reversed(parts))
        if not parts or str(kind) not in ("/Tx", "/Ch") or len(name) > LONGEST:
            return None
        return [name, self._cut(name, _text(value)), number]

    def _loose(self, roots: Any) -> Iterator[list[Any]]:
        """The fields below `roots` that are on no page."""
        placed, seen = set(self.numbers), set()
        stack = [(node, "", None, None) for node in reversed(_listed(roots))]
        while stack:
            node, above, kind, value = stack.pop()
            key = _key(node)
            if key in seen or (key in placed and "/Kids" not in node):
                continue
            seen.add(key)
            self._counted()
            keys = node.keys()
            self._listen(node, keys)
            part = node.get("/T") if "/T" in keys else None
            name = above if part is None else f"{above}.{_text(part)}" if above else _text(part)
            kind, value = node.get("/FT") if "/FT" in keys else kind, node.get("/V") if "/V" in keys else value
            if "/Kids" in keys:
                stack += [(kid, name, kind, value) for kid in reversed(_listed(node.get("/Kids")))]
            if part is not None and key not in placed and str(kind) in ("/Tx", "/Ch") and len(name) <= LONGEST:
                yield [name, self._cut(name, _text(value)), self._number(node), [], False, ""]

    def _counted(self) -> None:
        self.count += 1
        if self.count > MOST_FIELDS:
            raise FormError(f"has more than {MOST_FIELDS:,} form fields, so it is no paper of ours")

    def _number(self, node: Any) -> int:
        return self.numbers.setdefault(_key(node), len(self.numbers))

    def _listen(self, node: Any, keys: Set[str]) -> None:
        if "/AA" in keys or "/JS" in keys or ("/A" in keys and _acts(node.get("/A"))):
            self.notes.append("holds actions or scripts, which were not run")

    def _cut(self, name: str, text: str) -> str:
        if len(text) <= LONGEST:
            return text
        self.notes.append(
            f"{quoted(name) if name else 'a typed text'} holds {len(text):,} characters, of which {LONGEST} were kept"
        )
        return text[:LONGEST] + "…"


def _key(node: Any) -> object:
    """Of an object: the same for every reference to it."""
    number = node.objgen
    return number if number[0] else (0, bytes(node.unparse(resolved=True)))


def _listed(node: Any) -> list[Any]:
    """The dictionaries in a list."""
    if not isinstance(node, pikepdf.Array):
        return []
    if len(node) > MOST_FIELDS:
        raise FormError(f"has more than {MOST_FIELDS:,} form fields, so it is no paper of ours")
    return [inner for inner in node if isinstance(inner, pikepdf.Dictionary)]


def _acts(action: Any) -> bool:
    return isinstance(action, pikepdf.Dictionary) and any(key in action for key in ("/JS", "/Launch", "/JavaScript"))


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _text(value: Any) -> str:
    """A text, whichever way it is written."""
    if value is None:
        return ""
    if not isinstance(value, pikepdf.String):
        if isinstance(value, pikepdf.Stream):
            value = pikepdf.String(value.read_bytes().decode("latin-1"))
        elif not isinstance(value, pikepdf.Name):
            return f"({type(value).__name__})"
    try:
        return str(value)
    except UnicodeError:  # marked as UTF-8, which it is not
        return bytes(value).decode("latin-1")


def _typed(annotation: Any) -> str:
    """What a text typed onto the page says: plain, or as XHTML without its tags."""
    plain = _text(annotation.get("/Contents"))
    return plain if plain.strip() else re.sub(r"<[^>]*>", " ", _text(annotation.get("/RC")))


def _strokes(kind: str, annotation: Any) -> list[Box]:
    """The places that a drawing covers: the points of its lines, else its middle."""
    lines = annotation.get("/InkList") if kind == "/Ink" else None
    if not isinstance(lines, pikepdf.Array):
        place = rectangle(annotation.get("/Rect"))
        return [] if place is None else [place]
    found = []
    for line in list(lines)[:1000]:
        numbers = [float(number) for number in line][:2000] if isinstance(line, pikepdf.Array) else []
        found += [(x, y, x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=False)]
    return found


def _added(page: Any) -> bool:
    """Whether more is drawn on a page than our papers have: one stream, and no pictures."""
    contents, resources = page.get("/Contents"), page.get("/Resources")
    has = isinstance(resources, pikepdf.Dictionary) and "/XObject" in resources
    pictures = resources.get("/XObject") if has else None
    return (isinstance(contents, pikepdf.Array) and len(contents) > 1) or (
        isinstance(pictures, pikepdf.Dictionary) and len(pictures) > 0
    )


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The form of a `file`, or of one of its entries if it is a ZIP, or its `names`, or {"fault": why}."""
    try:
        path = Path(request["file"])
        if "names" in request:
            return {"names": zipped.names(path)}
        return read_form(zipped.content(path, request["entry"], MOST_BYTES) if "entry" in request else _bytes(path))
    except FormError as fault:
        return {"fault": str(fault)}
    except MemoryError:
        return {"fault": "unpacks to more than is sane for a paper; not read"}
    except Exception as error:  # whatever a broken or hostile file makes a reader raise
        return {"fault": f"is damaged ({type(error).__name__}); ask for the file again"}


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise FormError(f"cannot be read: {error.strerror}") from None


def main() -> None:
    """Answer every line of standard input."""
    gc.set_threshold(100_000)  # a form's objects are many and in no cycles: a quarter of the time
    serve(answer, memory=MOST_MEMORY, seconds=MOST_SECONDS)


if __name__ == "__main__":
    main()
