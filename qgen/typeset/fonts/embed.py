"""The typefaces of one document as PDF objects: subsets with a map to Unicode, shared by all pages and fields."""

import unicodedata
import zlib
from functools import lru_cache

from qgen.typeset.fonts import fieldfont
from qgen.typeset.fonts.faces import CODES, FACES, typeface
from qgen.typeset.fonts.font import Cluster, Font
from qgen.typeset.fonts.glyphs import Glyphs
from qgen.typeset.fonts.subset import cff, truetype
from qgen.typeset.pdf.objects import File, packed

Codes = tuple[tuple[str, int], ...]


def embed(file: File, used: frozenset[str], glyphs: Glyphs, *, form: bool) -> str:
    """The dictionary of font resources for what a document prints, all of them embedded.

    used: resource names, and resource names followed by a character. form: there are fields to fill in.
    """
    fonts = []
    for resource, font, codes in _subsets(used):
        fonts.append(f"/{resource} {_add(file, font, codes)} 0 R")
    if form:
        field = _add(file, fieldfont.FILE, fieldfont.CODES, fieldfont.ENCODING)
        fonts.append(f"/{fieldfont.FIELD_FONT} {field} 0 R")
    for resource, (found, clusters) in glyphs.found.items():
        if resource in used:
            fonts.append(f"/{resource} {_add_found(file, found, clusters)} 0 R")
    return f"<<{''.join(fonts)}>>"


@lru_cache(maxsize=64)
def _subsets(used: frozenset[str]) -> tuple[tuple[str, str, Codes], ...]:
    """Of every fixed face that is used: its resource name, its file, and the part of its table to embed."""

    def wanted(face: str, char: str) -> bool:
        return face + char in used or (face == "R" and char <= "~")  # all of ASCII for names

    return tuple(
        (face, file, tuple((char, code) for char, code in CODES[face].items() if wanted(face, char)))
        for face, (file, _) in FACES.items()
        if face in used
    )


@lru_cache(maxsize=128)
def _parts(file: str, codes: Codes, encoding: str) -> tuple[str, str, bytes, bytes]:
    """The entries of a font and of its descriptor, the embedded font file and the ToUnicode map of one subset."""
    font, chars = typeface(file), {code: char for char, code in codes}
    program = truetype(font, chars, unicode=bool(encoding))
    first, last = 32 if encoding else 1, max(chars)
    widths = " ".join(f"{1000 * font.width(chars[k]):.6g}" if k in chars else "0" for k in range(first, last + 1))
    name = f"{_tag(program)}+{file}"  # its name table has 10 kB of licence, and takes long to read
    entries = f"/Type/Font/Subtype/TrueType/BaseFont/{name}/FirstChar {first}/LastChar {last}/Widths[{widths}]"
    return (
        entries + encoding,
        _descriptor(font, name, 32 if encoding else 4),  # in a standard encoding, or in codes of ours
        packed(program, f"/Length1 {len(program)}"),
        packed(_to_unicode(codes)),
    )


def _descriptor(font: Font, name: str, flags: int) -> str:
    return f"/Type/FontDescriptor/FontName/{name}/Flags {flags}{font.descriptor}"


def _add(file: File, font: str, codes: Codes, encoding: str = "") -> int:
    entries, descriptor, program, unicode = _parts(font, codes, encoding)
    described = file.add(f"<<{descriptor}/FontFile2 {file.stream(program)} 0 R>>")
    return file.add(f"<<{entries}/FontDescriptor {described} 0 R/ToUnicode {file.stream(unicode)} 0 R>>")


def _add_found(file: File, font: Font, clusters: tuple[Cluster, ...]) -> int:
    """A composite font (ISO 32000-1, 9.7) whose codes are the numbers of its glyphs."""
    name, streams, widths = _found_parts(font, clusters)
    data, unicode = (file.stream(stream) for stream in streams)
    descriptor = file.add(f"<<{_descriptor(font, name, 4)}/FontFile3 {data} 0 R>>")
    descendant = file.add(
        f"<</Type/Font/Subtype/CIDFontType0/BaseFont/{name}/FontDescriptor {descriptor} 0 R/DW 1000/W[1[{widths}]]"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
    )
    return file.add(
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]"
        f"/ToUnicode {unicode} 0 R>>"
    )


@lru_cache(maxsize=128)
def _found_parts(font: Font, clusters: tuple[Cluster, ...]) -> tuple[str, tuple[bytes, bytes], str]:
    """Name, font file and ToUnicode map, and widths of a few glyphs."""
    data = cff(font, clusters)
    unicode = _to_unicode(tuple((cluster.text, code) for code, cluster in enumerate(clusters, 1)), 4)
    streams = packed(data, "/Subtype/CIDFontType0C"), packed(unicode)
    return f"{_tag(data)}+{font.name}", streams, " ".join(f"{c.width:g}" for c in clusters)


def _tag(program: bytes) -> str:
    """Six letters that tell one subset of a typeface from another (9.6.4)."""
    return "".join(chr(65 + zlib.crc32(program) // 26**i % 26) for i in range(6))


def _to_unicode(codes: Codes, digits: int = 2) -> bytes:
    """ISO 32000-1, 9.10.3; the codes have so many hexadecimal digits."""
    lines = [f"<{code:0{digits}X}> <{_letter(char).encode('utf-16-be').hex().upper()}>" for char, code in codes]
    blocks = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) "
        "/Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<{'0' * digits}> <{'F' * digits}>\nendcodespacerange\n{body}\nendcmap\n"
        "CMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def _letter(char: str) -> str:
    """An Arabic letter's form is read as the letter."""
    is_form = "\ufb1d" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefc"
    return unicodedata.normalize("NFKC", char) if is_form or char == "\xa0" else char
