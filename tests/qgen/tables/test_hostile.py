"""Files that ask for more time or memory than any class needs are refused at once, with the reason."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator

import pytest

MOST_SECONDS, MOST_MEGABYTES = 2, 300
MANY = 100_000_000
READ = """
import re, sys, time
from itertools import cycle
from pathlib import Path
from grader.decisions.overrides import read_overrides
from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.roster import read_roster
from qgen.tables.table import read_tables

exam = make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 1, 1)
reads = cycle((read_tables, read_roster, lambda path: read_overrides(path, exam, ["S1"])))
for path, read in zip(sys.argv[1:], reads, strict=False):
    began = time.process_time()
    try:
        read(path)
    except InputError as fault:
        most = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
        print(time.process_time() - began, int(most[1]) / 1024, fault)
"""
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ODS = " ".join(
    f'xmlns:{space}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"' for space in ("office", "table", "text")
)


def zipped(parts: dict[str, Iterator[bytes]]) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, chunks in parts.items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.writelines(chunks)
    return data.getvalue()


def xlsx(*rows: bytes, shared: bytes = b"") -> bytes:
    book = f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    to = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for key, kind, target in (
            ("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "sharedStrings", "sharedStrings.xml")
        )
    )  # fmt: skip
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    content = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{types}.sharedStrings+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>'
    )
    top = f'<Relationships {RELATIONS}><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    return zipped(
        {
            "[Content_Types].xml": iter([content.encode()]),
            "_rels/.rels": iter([f"{top}</Relationships>".encode()]),
            "xl/workbook.xml": iter([book.encode()]),
            "xl/_rels/workbook.xml.rels": iter([f"<Relationships {RELATIONS}>{to}</Relationships>".encode()]),
            "xl/sharedStrings.xml": iter([f"<sst {MAIN}>".encode(), shared, b"</sst>"]),
            "xl/worksheets/sheet1.xml": iter(
                [f"<worksheet {MAIN}><sheetData>".encode(), *rows, b"</sheetData></worksheet>"]
            ),
        }
    )


def ods(*rows: bytes) -> bytes:
    start = f'<office:document-content {ODS}><office:body><office:spreadsheet><table:table table:name="T">'
    end = b"</table:table></office:spreadsheet></office:body></office:document-content>"
    return zipped({"content.xml": iter([start.encode(), *rows, end])})


def repeated(columns: int, rows: int) -> bytes:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}"><text:p>x</text:p></table:table-cell>'
    return f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'.encode()


FAR = b"".join(b'<row r="%d"><c r="NTO%d"><v>1</v></c></row>' % (k, k) for k in range(1, 2000))
SHARED = b'<row r="1">' + b'<c t="s"><v>0</v></c>' * 60 + b"</row>"
HOSTILE = {
    "lines.csv": (lambda: b"\n" * MANY, "100,000,000 lines"),
    "old lines.csv": (lambda: b"\r" * MANY, "100,000,000 lines"),
    "heading.csv": (lambda: b"student_id,name\n" + b"\r\n" * (MANY // 2), "50,000,001 lines"),
    "line.csv": (lambda: b"1" * MANY, "a line of more than 2 MB"),
    "commas.csv": (lambda: (b"," * 1_000_000 + b"\n") * 20, "20,000,000 separators"),
    "zeros.csv": (lambda: bytes(MANY), "a line of more than 2 MB"),
    "bomb.xlsx": (lambda: xlsx(*[b" " * 10_000_000] * 14), "unzips to more than 128 MB"),
    "rows.xlsx": (lambda: xlsx(b"<row/>" * 1_100_000), "has a million cells"),
    "far.xlsx": (lambda: xlsx(FAR), "more than 2,000,000 cells"),
    "shared.xlsx": (lambda: xlsx(SHARED, shared=b"<si><t>" + b"a" * 200_000 + b"</t></si>"), "more than 131,072"),
    "strings.xlsx": (lambda: xlsx(shared=b"<si><t>a</t></si>" * 310_000), "has a million cells"),
    "nested.xlsx": (lambda: xlsx(b"<x>" * 310_000 + b"</x>" * 310_000), "has a million cells"),
    "bomb.ods": (lambda: ods(*[b" " * 10_000_000] * 14), "unzips to more than 128 MB"),
    "rows.ods": (lambda: ods(repeated(1, 1_000_000)), "more than 2,000,000 cells"),
    "wide.ods": (lambda: ods(repeated(9000, 2200)), "more than 2,000,000 cells"),
    "tags.ods": (lambda: ods(b"<a/>" * 310_000), "has a million cells"),
    "tables.ods": (lambda: ods(b"</table:table><table:table>" * 310_000), "has a million cells"),
}  # fmt: skip


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one process says of the files, read in turn as answers, roster and overrides."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = [folder / name for name in HOSTILE]
    for path in paths:
        path.write_bytes(HOSTILE[path.name][0]())
    done = subprocess.run([sys.executable, "-c", READ, *paths], capture_output=True, text=True, check=True)
    for path in paths:
        path.unlink()
    lines = done.stdout.splitlines()
    assert len(lines) == len(paths), done.stdout
    return dict(zip(HOSTILE, lines, strict=True))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured otherwise there")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_asks_for_too_much_is_refused_at_once(refused: dict[str, str], name: str) -> None:
    seconds, megabytes, fault = refused[name].split(" ", 2)
    assert fault.startswith(f"{name}:")
    assert HOSTILE[name][1] in fault
    assert float(seconds) < MOST_SECONDS
    assert float(megabytes) < MOST_MEGABYTES
