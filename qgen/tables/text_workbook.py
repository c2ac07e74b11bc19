"""A workbook (.xlsx) of texts: no cell runs, and a spreadsheet keeps what is typed into it as it is typed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from html import escape  # xml.sax.saxutils imports all of urllib

_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LOST = "\ufffd"  # in place of a character that XML cannot hold
TEXT, HEADING = 1, 2  # styles: the number format "@", and the same in bold

_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
    f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    "<left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def text_workbook(sheet: str, heading: Sequence[str], rows: Iterable[Sequence[str]], frozen: int) -> bytes:
    """One sheet: the heading, and the first `frozen` columns, stay in sight; rows may end early. Always the same bytes.

    All cells are texts, the empty ones too: 007 stays 007, and no answer becomes a date.
    """
    widths = [max(9, len(text) + 2) if at >= frozen else 14 for at, text in enumerate(heading)]
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" style="{TEXT}" customWidth="1"/>'
        for at, width in enumerate(widths, start=1)
    )
    pane = (
        f'<pane xSplit="{frozen}" ySplit="1" topLeftCell="{_letters(frozen)}2" activePane="bottomRight" '
        'state="frozen"/><selection pane="bottomRight"/>'
    )
    lines = [_row(1, heading, HEADING), *(_row(at, row, TEXT) for at, row in enumerate(rows, start=2))]
    content = (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData></worksheet>"
    )
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**_PARTS, "xl/workbook.xml": book, "xl/worksheets/sheet1.xml": content}.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # tells neither time nor machine
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(info, _START + part)
    return data.getvalue()


def _row(number: int, texts: Sequence[str], style: int) -> str:
    cells = "".join(
        f'<c r="{_letters(at)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(_NO_XML.sub(LOST, text), quote=False)}</t></is></c>"
        for at, text in enumerate(texts)
        if text
    )
    return f'<row r="{number}">{cells}</row>'


def _letters(column: int) -> str:
    """A, ..., Z, AA, ... of a column counted from 0."""
    name = ""
    while column >= 0:
        name = chr(65 + column % 26) + name
        column = column // 26 - 1
    return name
