"""What happens to tables, and to files of tables, on their way: each mutation changes one, by what is drawn."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

from tables_handed_in import Rows

Draw = random.Random
ODD = (
    "\u202e0.5", "０．５", "٠٫٥", "e\u0301", "\U0001f600", "a\u2028b", "\x85", "\x0b0.1", "\x1c", "\ufeff", "\u200b",
    "½", "−0.05", "1,234", "0,5", "1.234,5", "NaN", "inf", "1e400", "-", "n/a", "absent", "present", "?0.0468", "3-Dec",
    "\xa0", "\ufffd", "00", "1/2", "True", "null", "#REF!", "2026-12-03", "0x1A", "१२", "\ufdd0", "\x7f", "\x1b[2J",
)  # fmt: skip
RUN = ("=1+1", "=A1", '=HYPERLINK("x";"y")', "+1", "-1+2", "@SUM(A1)", "\t=1", "'=1", '="0007001"', "'0007001")
QUOTES = ('"', '""', '"0.5"', 'a"b', "'0.5'", "“0.5”", '"\n"', '0.5"', ",", ";", "\t", "|", "0,5;0,6")
HEADINGS = ("Total", "", "Comment", "Q1 Z1 1", "q1_z1_1", "q9_z1_1", "student_id", "variant", "Variante", "Name",
            "ID", "item", "answer", "present",
            "Response 1", "sep=,", "\ufeffstudent_id", "1: [q1_z1_1 v001]", "1.0")  # fmt: skip


def _at(rows: Rows, draw: Draw) -> tuple[int, int]:
    """Any cell."""
    line = draw.choice([at for at, row in enumerate(rows) if row] or [0])
    if not rows[line]:
        rows[line].append("")
    return line, draw.randrange(len(rows[line]))


def swap_cells(rows: Rows, draw: Draw) -> None:
    for _ in range(draw.choice((1, 3, 10))):
        (a, b), (c, d) = _at(rows, draw), _at(rows, draw)
        rows[a][b], rows[c][d] = rows[c][d], rows[a][b]


def empty_cells(rows: Rows, draw: Draw) -> None:
    for _ in range(draw.choice((1, 5, 50))):
        line, column = _at(rows, draw)
        rows[line][column] = draw.choice(("", "", " "))


def write_over(rows: Rows, draw: Draw) -> None:
    """Cells of odd texts; often of one kind."""
    texts = draw.choice((ODD, ODD, RUN, QUOTES))
    for _ in range(draw.choice((1, 3, 20))):
        line, column = _at(rows, draw)
        rows[line][column] = draw.choice(texts)


def add_to_cells(rows: Rows, draw: Draw) -> None:
    for _ in range(draw.choice((1, 3, 20))):
        line, column = _at(rows, draw)
        rows[line][column] += draw.choice(("\n", "\r", "\r\n2", " ", "\xa0", '"', ".0", "E+06", " m", "\u200b", "\x00"))


def very_long(rows: Rows, draw: Draw) -> None:
    line, column = _at(rows, draw)
    rows[line][column] = draw.choice(("9", "a b ", "é", "(", "0.5;", "=")) * draw.choice((200, 40_000, 150_000))


def change_ids(rows: Rows, draw: Draw) -> None:
    """As spreadsheets and hands do."""
    changes: list[Callable[[str], str]] = [
        lambda text: text.lstrip("0"), str.lower, str.upper, lambda text: text + ".0", lambda text: f" {text} ",
        lambda text: f'="{text}"', lambda text: f"'{text}", lambda text: "", lambda text: text[:-1],
    ]  # fmt: skip
    change = draw.choice(changes)
    for row in rows[1:]:
        for at in range(min(6, len(row))):
            if row[at] and draw.random() < 0.4:
                row[at] = change(row[at])


def drop_rows(rows: Rows, draw: Draw) -> None:
    for _ in range(draw.choice((1, 1, 3))):
        if len(rows) > 1:
            del rows[draw.randrange(len(rows))]


def repeat_rows(rows: Rows, draw: Draw) -> None:
    at = draw.randrange(len(rows))
    rows[draw.randrange(len(rows) + 1) : 0] = [list(rows[at]) for _ in range(draw.choice((1, 1, 200)))]


def shuffle_rows(rows: Rows, draw: Draw) -> None:
    """As one sorts a table; sometimes the heading, too."""
    rest = rows[draw.choice((0, 1)) :]
    draw.shuffle(rest)
    rows[len(rows) - len(rest) :] = rest


def shuffle_columns(rows: Rows, draw: Draw) -> None:
    order = list(range(max(map(len, rows))))
    draw.shuffle(order)
    rows[:] = [[row[at] if at < len(row) else "" for at in order] for row in rows]


def drop_columns(rows: Rows, draw: Draw) -> None:
    at, width = draw.randrange(max(map(len, rows)) or 1), draw.choice((1, 1, 5))
    for row in rows:
        del row[at : at + width]


def repeat_columns(rows: Rows, draw: Draw) -> None:
    at, to = draw.randrange(max(map(len, rows)) or 1), draw.randrange(max(map(len, rows)) + 1)
    for row in rows:
        row.insert(to, row[at] if at < len(row) else "")


def shift_row(rows: Rows, draw: Draw) -> None:
    line, column = _at(rows, draw)
    if draw.random() < 0.5:
        rows[line].insert(column, "")
    else:
        del rows[line][column]


def change_headings(rows: Rows, draw: Draw) -> None:
    for _ in range(draw.choice((1, 1, 3))):
        at = draw.randrange(len(rows[0]) or 1)
        if at < len(rows[0]):
            rows[0][at] = draw.choice((draw.choice(HEADINGS), rows[0][at].upper(), rows[0][at].replace("_", " "),
                                       rows[0][at][:-1], f" {rows[0][at]}:", draw.choice(rows[0])))  # fmt: skip


def add_rows(rows: Rows, draw: Draw) -> None:
    """Titles, blank rows, units, totals, notes."""
    width = len(rows[0])
    row = draw.choice((["Exam of 27 November"], [""], [""] * width, ["unit"] * width, ["1"] * width, ["", "", "1"],
                       ["Total", "", "", "0.5", "0.5"], ["Maximum", *["1"] * (width - 1)], ["S0042"]))  # fmt: skip
    rows.insert(draw.choice((0, 1, len(rows), draw.randrange(len(rows) + 1))), list(row))


def ragged(rows: Rows, draw: Draw) -> None:
    """Empty cells at the ends not written; or more of them than the heading has."""
    for row in rows[draw.choice((0, 1)) :]:
        while row and not row[-1]:
            row.pop()
        row += [""] * draw.choice((0, 0, 1, 5)) if draw.random() < 0.3 else []


def number_rows(rows: Rows, draw: Draw) -> None:
    for at, row in enumerate(rows):
        row.insert(0, str(at) if at else draw.choice(("", "#", "No.")))


def turn(rows: Rows, draw: Draw) -> None:
    width = max(map(len, rows))
    rows[:] = [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]


TABLE = (
    swap_cells, empty_cells, empty_cells, write_over, write_over, add_to_cells, very_long, change_ids, drop_rows,
    repeat_rows, shuffle_rows, shuffle_columns, drop_columns, repeat_columns, shift_row, change_headings,
    change_headings, add_rows, add_rows, ragged, number_rows, turn,
)  # fmt: skip


def mixed(data: bytes, draw: Draw) -> bytes:
    """Lines in several encodings, as when files are put together."""
    lines = data.split(b"\n")
    names = ("utf-8", "cp1252", "mac_roman", "utf-16-le", "cp1250", "shift_jis")
    for _ in range(draw.choice((1, 3))):
        at = draw.randrange(len(lines))
        lines[at] = lines[at].decode("utf-8", "replace").encode(draw.choice(names), "replace")
    return b"\n".join(lines)


def marked(data: bytes, draw: Draw) -> bytes:
    """With a byte order mark, right or wrong, at the start or within."""
    marks = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff")
    at = draw.choice((0, 0, draw.randrange(len(data) + 1)))
    return data[:at] + draw.choice(marks) + data[at:]


def in_members(change: Callable[[bytes, Draw], bytes]) -> Callable[[bytes, Draw], bytes]:
    """The change in one part of a workbook, which is packed again whole; or the part is lost, empty or another one."""

    def changed(data: bytes, draw: Draw) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        # mostly where the cells are
        likely = [name for name in parts if "sheet" in name or "shared" in name or name == "content.xml"]
        name = draw.choice(likely if likely and draw.random() < 0.7 else list(parts))
        what = draw.random()
        if what < 0.75:
            parts[name] = change(parts[name], draw) if parts[name] else b"x"
        elif what < 0.85:
            del parts[name]
        elif what < 0.9:
            parts[name] = b""
        else:
            parts[name] = parts[draw.choice(list(parts))]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        return out.getvalue()

    return changed


def tags(data: bytes, draw: Draw) -> bytes:
    """Attributes and texts of an XML part that have changed places, or are others."""
    import re

    found = list(re.finditer(rb'(?<==")[^"]{1,20}(?=")|(?<=>)[^<>]{1,20}(?=<)|<[a-z:]{1,20}/?>', data))
    for match in sorted(draw.sample(found, min(len(found), draw.choice((1, 3, 10)))), key=lambda one: -one.start()):
        other = draw.choice((draw.choice(found)[0], b"", b"0", b"s", b"A1", b"1048576", b"99999999999", b"#N/A", b"b"))
        data = data[: match.start()] + other + data[match.end() :]
    return data
