"""One PDF file: pages of ready operators, with only the typefaces and glyphs they use. No dates, no randomness."""

import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfdoc

from qgen.paper.fonts import CODES, FACES, Glyphs, typeface

rl_config.useA85 = 0
rl_config.invariant = 1


class _Ready(pdfdoc.PDFObject):  # type: ignore[misc]
    """An object whose bytes are known."""

    __RefOnly__ = 1

    def __init__(self, content: bytes) -> None:
        self.content = content

    def format(self, document: Any) -> bytes:
        return self.content


class _Info(pdfdoc.PDFInfo):  # type: ignore[misc]
    """The document's information without dates, which would tell one run from another."""

    def format(self, document: Any) -> bytes:
        known = {
            "Title": self.title,
            "Subject": self.subject,
            "Author": self.author,
            "Producer": self.producer,
        }
        fields = {key: pdfdoc.PDFString(value) for key, value in known.items() if value}
        result: bytes = pdfdoc.PDFDictionary(fields).format(document)
        return result


def _stream(content: bytes, entries: str = "") -> bytes:
    packed = zlib.compress(content, 6)
    return b"<< /Filter /FlateDecode /Length %d %s >>\nstream\n%b\nendstream\n" % (
        len(packed),
        entries.encode(),
        packed,
    )


def _to_unicode(codes: dict[str, int]) -> bytes:
    """PDF 32000-1, 9.10.3."""
    lines = [f"<{code:02X}> <{char.encode('utf-16-be').hex().upper()}>" for char, code in codes.items()]
    blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) "
        "/Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <FF>\nendcodespacerange\n{body}\nendcmap\n"
        "CMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


@lru_cache(maxsize=128)
def _font_parts(file: str, codes: tuple[tuple[str, int], ...]) -> tuple[str, bytes, bytes, str, str]:
    """PostScript name, embedded font file, ToUnicode map, font entries and descriptor entries of one subset."""
    face = typeface(file)
    last = max(code for _, code in codes)
    subset = [0] * (last + 1)
    for char, code in codes:
        subset[code] = ord(char)
    program = face.makeSubset(subset)
    tag = "".join(chr(65 + zlib.crc32(program) // 26**i % 26) for i in range(6))
    name = f"{tag}+{face.name.decode()}"
    widths = " ".join(f"{face.getCharWidth(char):.6g}" if char else "0" for char in subset)
    font = f"/Type /Font /Subtype /TrueType /BaseFont /{name} /FirstChar 0 /LastChar {last} /Widths [{widths}]"
    box = " ".join(f"{edge:.6g}" for edge in face.bbox)
    descriptor = (
        f"/Type /FontDescriptor /FontName /{name} /Flags {face.flags & ~32 | 4} /FontBBox [{box}] "
        f"/ItalicAngle {face.italicAngle:.6g} /Ascent {face.ascent:.6g} /Descent {face.descent:.6g} "
        f"/CapHeight {face.capHeight:.6g} /StemV {face.stemV}"
    )
    return (
        name,
        _stream(program, f"/Length1 {len(program)}"),
        _stream(_to_unicode(dict(codes))),
        font,
        descriptor,
    )


def _add_font(document: Any, resource: str, file: str, codes: tuple[tuple[str, int], ...]) -> Any:
    _, program, unicode, font, descriptor = _font_parts(file, codes)

    def add(content: bytes) -> str:
        reference: bytes = document.Reference(_Ready(content)).format(document)
        return reference.decode()

    described = add(f"<< {descriptor} /FontFile2 {add(program)} >>".encode())
    mapped = add(unicode)
    return document.Reference(_Ready(f"<< {font} /FontDescriptor {described} /ToUnicode {mapped} >>".encode()))


def _subset(face: str, used: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """The part of a face's table to embed: all of ASCII, for the next document's sake, and what else is used."""
    wanted = set(used)
    return tuple((char, code) for char, code in CODES[face].items() if char <= "~" or char in wanted)


def write(
    pages: Iterable[str],
    *,
    width: float,
    height: float,
    used: Iterable[str],
    glyphs: Glyphs,
    title: str,
    subject: str,
    author: str,
    language: str,
) -> bytes:
    """The bytes of a PDF with one page per string of operators.

    `used` names what the pages print: a face's resource name, or that name and a character beyond ASCII.
    """
    document = pdfdoc.PDFDocument(dummyoutline=1, compression=1, invariant=1, pdfVersion=(1, 7), lang=language)
    document.Catalog.Outlines = None
    info = document.info = _Info()
    info.title, info.subject, info.author, info.producer = title, subject, author, "backprop-exam"
    fonts = document.idToObject["BasicFonts"].dict
    printed = set(used)
    for face, (file, _) in FACES.items():
        if face in printed:
            chars = [name[len(face) :] for name in printed if name.startswith(face)]
            fonts[face] = _add_font(document, face, file, _subset(face, chars))
    for resource, (file, codes) in glyphs.subsets.items():
        if resource not in printed:
            continue
        fonts[resource] = _add_font(document, resource, file, tuple(codes.items()))
    resources = document.Reference(pdfdoc.PDFDictionary({"Font": pdfdoc.PDFObjectReference("BasicFonts")}))
    for operators in pages:
        content = operators.encode("latin-1")
        document.updateSignature(content)
        document.addPage(
            pdfdoc.PDFDictionary(
                {
                    "Type": "/Page",
                    "Parent": document.Reference(document.Pages),
                    "MediaBox": pdfdoc.PDFArray([0, 0, width, height]),
                    "Resources": resources,
                    "Contents": document.Reference(_Ready(_stream(content))),
                }
            )
        )
    info.digest(document.signature)
    result: bytes = document.format()
    return result
