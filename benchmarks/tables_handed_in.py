"""Tables as classes hand them in: answers in every layout, and rosters; and the files that they are saved as."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from qgen.exam.exam import Exam

Rows = list[list[str]]
IDS = {"0007001": "Ann Able", "0007002": "Bo Öz", "S0003": "Chloé Dupont", "0007004": "Ann Abel", "s5e2": "Èva Ñu",
       "S0006": "Nobody Came"}  # fmt: skip
DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman", "cp850")
LIKELY = ("utf-8", "utf-8", "utf-8-sig", "cp1252")


@dataclass(frozen=True)
class Handed:
    """A table, its heading first; `ids`: the heading of its ids; `layout`: how the answers stand in it."""

    rows: Rows
    ids: str
    layout: str


def answers(exam: Exam, draw: random.Random) -> dict[str, dict[str, str]]:
    """What each student wrote, some cells blank; one student nothing."""
    found = {}
    for at, student in enumerate(list(IDS)[: len(exam.variants)]):
        texts = (f"{value:.4f}" if draw.random() < 0.7 else "" for value in exam.value[:, at].tolist())
        found[student] = dict(zip(exam.columns, [""] * len(exam.columns) if at == 5 else texts, strict=False))
    return found


def wide(exam: Exam, draw: random.Random) -> Handed:
    rows = [["student_id", "name", "variant", *exam.columns]]
    for at, (student, cells) in enumerate(answers(exam, draw).items()):
        rows.append([student, IDS[student], exam.variants[at], *cells.values()])
    return Handed(rows, "student_id", "wide")


def long(exam: Exam, draw: random.Random) -> Handed:
    rows = [["student_id", "variant", "item", "answer"]]
    for at, (student, cells) in enumerate(answers(exam, draw).items()):
        rows += [[student, exam.variants[at], item, text] for item, text in cells.items() if draw.random() < 0.9]
    return Handed(rows, "student_id", "long")


def google_form(exam: Exam, draw: random.Random) -> Handed:
    rows = [["Timestamp", "Email Address", "Score", "Student ID", "Variant", *exam.columns]]
    for at, (student, cells) in enumerate(answers(exam, draw).items()):
        mail = f"u{at}@uni.example"
        rows.append(["11/27/2026 9:14:01", mail, "0 / 66", student, exam.variants[at], *cells.values()])
    return Handed(rows, "Student ID", "wide")


def microsoft_form(exam: Exam, draw: random.Random) -> Handed:
    rows = [["ID", "Start time", "Completion time", "Email", "Name", "Matriculation number", "Variant"]]
    rows[0] += [part for item in exam.columns for part in (item, f"Points - {item}")]
    for at, (student, cells) in enumerate(answers(exam, draw).items()):
        row = [str(at + 1), "11/27/26 9:00", "11/27/26 9:14", f"u{at}@uni.example", IDS[student], student]
        row += [exam.variants[at], *(part for text in cells.values() for part in (text, ""))]
        rows.append(row)
    return Handed(rows, "Matriculation number", "wide")


_MOODLE = ["Last name", "First name", "ID number", "Email address", "Status", "Started", "Completed", "Duration"]


def _attempt(student: str, at: int) -> list[str]:
    first, last = IDS[student].split()
    when = ["Finished", "27 November 2026 8:27 AM", "27 November 2026 8:57 AM", "30 mins", "12.50"]
    return [last, first, student, f"u{at}@uni.example", *when]


def moodle_items(exam: Exam, draw: random.Random) -> Handed:
    """Each item a question of its own."""
    head = [*_MOODLE, "Grade/20.00"]
    head += [text for at in range(1, len(exam.columns) + 1) for text in (f"Question {at}", f"Response {at}")]
    rows = [head]
    for at, (student, cells) in enumerate(answers(exam, draw).items()):
        row = _attempt(student, at)
        for item, text in cells.items():
            row += [f"[{item} v{exam.variants[at]}] What is it?", text or draw.choice(("", "-"))]
        rows.append(row)
    return Handed(rows, "ID number", "moodle")


def moodle_cloze(exam: Exam, draw: random.Random) -> Handed:
    """Each network a question of many parts."""
    names = [question.question.id for question in exam.spec.questions]
    head = [*_MOODLE, "Grade/20.00"]
    rows = [head + [text for at in range(1, len(names) + 1) for text in (f"Question {at}", f"Response {at}")]]
    for at, (student, cells) in enumerate(answers(exam, draw).items()):
        row = _attempt(student, at)
        for name in names:
            texts = [text for item, text in cells.items() if item.startswith(name + "_")]
            parts = "; ".join(f"part {k}: {text}" for k, text in enumerate(texts, 1))
            row += [f"[{name} v{exam.variants[at]}] A network.", parts]
        rows.append(row)
    return Handed(rows, "ID number", "cloze")


def canvas(exam: Exam, draw: random.Random) -> Handed:
    head = ["name", "id", "sis_id", "section", "section_id", "section_sis_id", "submitted"]
    few = draw.sample(exam.columns, 8)
    for at, variant in enumerate(exam.variants):
        for k, item in enumerate(few):
            head += [f"{100 * at + k}: [{item} v{variant}{draw.choice(('', ' x1000'))}] = ?", "1.0"]
    rows = [[*head, "n correct", "n incorrect", "score"]]
    for at, student in enumerate(list(IDS)[: len(exam.variants)]):
        cells = [""] * 2 * len(few) * len(exam.variants)
        for k, item in enumerate(few):
            place = 2 * (at * len(few) + k)
            text = f"{exam.value[exam.columns.index(item), at]:.4f}" if draw.random() < 0.7 else ""
            cells[place : place + 2] = [text, "1.0" if text else "0.0"]
        row = [IDS[student], str(9000 + at), student, "Group 1", "12", "", "2026-11-27 08:57:00 UTC"]
        rows.append([*row, *cells, "4", "4", "4.0"])
    return Handed(rows, "sis_id", "canvas")


ANSWERS = (wide, wide, wide, long, google_form, microsoft_form, moodle_items, moodle_cloze, canvas)
_ROSTERS = (
    (("student_id", "name"), lambda at, one: (one, IDS[one])),
    (("Matrikelnummer", "Nachname", "Vorname"), lambda at, one: (one, *reversed(IDS[one].split()))),
    (("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Exam (123)"),
     lambda at, one: (", ".join(reversed(IDS[one].split())), str(9000 + at), one, f"u{at}", "Group 1", "")),
    (("First name", "Last name", "ID number", "Email address"),
     lambda at, one: (*IDS[one].split(), one, f"u{at}@uni.example")),
    (("OrgDefinedId", "Last Name", "First Name", "End-of-Line Indicator"),
     lambda at, one: ("#" + one, *reversed(IDS[one].split()), "#")),
    (("SID", "Name", "Email", "variant"), lambda at, one: (one, IDS[one], f"u{at}@uni.example", f"00{at + 1}")),
)  # fmt: skip


def roster(exam: Exam, draw: random.Random) -> Handed:
    heading, row = draw.choice(_ROSTERS)
    ids = next(name for name in ("student_id", "Matrikelnummer", "SIS User ID", "ID number", "OrgDefinedId", "SID")
               if name in heading)  # fmt: skip
    return Handed([list(heading), *(list(row(at, one)) for at, one in enumerate(IDS))], ids, "roster")


def as_csv(rows: Sequence[Sequence[str]], delimiter: str, encoding: str, draw: random.Random) -> bytes:
    """As some program saves it."""
    out = io.StringIO()
    quoting = draw.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    end = draw.choice(("\n", "\r\n", "\r\n", "\r"))
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    start = f"sep={delimiter}{end}" if draw.random() < 0.05 else ""
    return (start + out.getvalue()).encode(encoding, "replace")


_NO_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 65534, 65535])


def as_xlsx(sheets: dict[str, Rows], draw: random.Random) -> bytes:
    """With numbers, texts, dates, booleans, errors, formulas and merged cells."""
    import datetime

    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for line, row in enumerate(rows, 1):
            for column, text in enumerate(row, 1):
                if not text:
                    continue
                cell = sheet.cell(line, column)
                plain = text.translate(_NO_XML)[:32_000]
                cell.value = plain
                if text.startswith("="):
                    continue
                cell.data_type = "s"
                if line > 1 and draw.random() < 0.5 and text.replace(".", "", 1).removeprefix("-").isdigit():
                    cell.value = float(text)
                elif line > 1 and draw.random() < 0.003:
                    day = datetime.datetime(2026, 12, 3)
                    cell.value = draw.choice((day, day.time(), True, False))  # type: ignore[assignment]
                elif line > 1 and draw.random() < 0.003:
                    cell.value, cell.data_type = "#DIV/0!", "e"
        if draw.random() < 0.1:
            at = draw.randrange(1, len(rows) + 1)
            sheet.merge_cells(start_row=at, end_row=at + draw.choice((0, 1)), start_column=1, end_column=2)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def as_ods(sheets: dict[str, Rows], draw: random.Random) -> bytes:
    """As LibreOffice has it: numbers with their values, empty cells as a repeated one."""

    def cell(text: str) -> str:
        text = text.translate(_NO_XML)
        number = draw.random() < 0.5 and text.replace(".", "", 1).removeprefix("-").isdigit()
        kind = f'float" office:value="{text}' if number else "string"
        shown = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))
        return f'<table:table-cell office:value-type="{kind}">{shown}</table:table-cell>' if text else empty

    empty = "<table:table-cell/>"
    tables = []
    for title, rows in sheets.items():
        lines = "".join(
            f"<table:table-row>{''.join(map(cell, row))}"
            '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
            for row in rows
        )
        tables.append(f'<table:table table:name="{title}">{lines}</table:table>')
    content = f"<office:document-content {_SPACES}><office:body><office:spreadsheet>{''.join(tables)}"
    content += "</office:spreadsheet></office:body></office:document-content>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return out.getvalue()
