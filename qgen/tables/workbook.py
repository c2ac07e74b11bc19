"""The sheets of a workbook, .xlsx or .ods, which may be broken or hostile."""

from __future__ import annotations

import io
import zipfile

from qgen.errors import InputError
from qgen.tables.excel import read_xlsx
from qgen.tables.opendocument import read_ods
from qgen.tables.rows import ACCEPTED, Sheet

MOST_PARTS = 10_000
_KINDS = {"xl/workbook.xml": read_xlsx, "content.xml": read_ods}
_OTHERS = {  # parts, or how their names begin -> what such an archive is
    "Index": "a document of Apple Numbers, Pages or Keynote; in Numbers choose File, Export To, CSV or Excel",
    "xl/workbook.bin": "a binary workbook (.xlsb); save it as .xlsx or CSV",
    "word/": f"a text document (.docx); give {ACCEPTED}",
    "ppt/": f"a presentation (.pptx); give {ACCEPTED}",
}


def read_workbook(name: str, data: bytes, largest: int) -> list[Sheet]:
    """The sheets, rows without empty cells at their ends. It may unzip to `largest` bytes.

    Numbers are stored as floats: each is written as the shortest text that gives it again.
    """
    try:
        parts = _unzipped(name, data, largest)
        read = next((read for part, read in _KINDS.items() if part in parts), None)
        if read is None:
            told = next((what for start, what in _OTHERS.items() if any(part.startswith(start) for part in parts)), "")
            what = told or f"a zip archive but no .xlsx or .ods workbook; unpack it and give {ACCEPTED}"
            raise InputError(f"{name}: is {what}")
        return read(name, data, parts)
    except InputError:
        raise
    except Exception as error:  # whatever a broken workbook makes zipfile, an XML parser or a library raise
        raise InputError(
            f"{name}: is no readable workbook ({type(error).__name__}); save it again, or save it as CSV"
        ) from None


def _unzipped(name: str, data: bytes, largest: int) -> dict[str, bytes]:
    """The parts, but for pictures. None may unzip to more than is sane, or bring its own XML entities.

    No spreadsheet program writes a DOCTYPE: none is let through at all.
    """
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > largest or len(parts) > MOST_PARTS:
            raise InputError(
                f"{name}: unzips to more than {largest >> 20} MB or {MOST_PARTS:,} parts, too large for answers"
            )
        for part in parts:
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise InputError(f"{name}: is compressed as no spreadsheet program does; save it again")
            if part.filename.startswith(("xl/media/", "Pictures/")):
                continue
            xml = found[part.filename] = archive.read(part)
            if any("<!DOCTYPE".encode(code) in xml for code in ("ascii", "utf-16-le", "utf-16-be")):
                raise InputError(f"{name}: its part {part.filename} declares XML entities; save it again")
    return found
