"""Tables read without any leniency, to hold what the program reads against them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from tables_handed_in import Rows


def plain_csv(data: bytes, delimiter: str, encoding: str) -> list[Rows]:
    try:
        text = data.decode(encoding, "replace").removeprefix("\ufeff")
        return [list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))]
    except (csv.Error, UnicodeError):
        return []


def plain_workbook(data: bytes) -> list[Rows]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        if "content.xml" in parts:
            return list(_plain_ods(ElementTree.fromstring(parts["content.xml"])))
        shared = parts.get("xl/sharedStrings.xml", b"<x/>")
        texts = ["".join(one.itertext()) for one in ElementTree.fromstring(shared)]
        sheets = [xml for name, xml in parts.items() if name.startswith("xl/worksheets/sheet")]
        return [_plain_xlsx(ElementTree.fromstring(xml), texts) for xml in sheets]
    except Exception:
        return []


def _plain_xlsx(root: ElementTree.Element, shared: Sequence[str]) -> Rows:
    rows: dict[int, dict[int, str]] = {}
    line = column = 0
    for cell in root.iter():
        if cell.tag.endswith("}row"):
            column = 0
        if not cell.tag.endswith("}c"):
            continue
        if found := re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", cell.get("r", "")):
            line, column = int(found[2]), 0
            for letter in found[1]:
                column = 26 * column + ord(letter) - 64
        elif column and not cell.get("r"):  # it stands after the one before
            column += 1
        else:
            continue
        text = "".join("".join(part.itertext()) for part in cell if part.tag.endswith(("}v", "}is")))
        formula = "".join(part.text or "" for part in cell if part.tag.endswith("}f"))
        if cell.get("t") == "s" and text:
            text = shared[int(text)]
        if cell.get("t") == "b" and text:
            text = str(text == "1")
        if column <= 1000 and line <= 5000:
            rows.setdefault(line, {})[column - 1] = text or ("=" + formula if formula else "")
    return [[rows[line].get(at, "") for at in range(max(rows[line]) + 1)] for line in sorted(rows)]


def _plain_ods(root: ElementTree.Element) -> Iterator[Rows]:
    def many(element: ElementTree.Element, what: str) -> int:
        return int(next((value for name, value in element.items() if name.endswith(f"number-{what}-repeated")), 1))

    for table in (one for one in root.iter() if one.tag.endswith("}table")):
        rows: Rows = []
        for row in (one for one in table.iter() if one.tag.endswith("}table-row")):
            cells: list[str] = []
            for cell in row:
                value = next((text for name, text in cell.items() if name.endswith("}value")), None)
                text = "\n".join("".join(part.itertext()) for part in cell) if value is None else value
                cells += [text] * min(many(cell, "columns"), 1000)
            rows += [cells] * min(many(row, "rows"), 1000)
        yield rows
