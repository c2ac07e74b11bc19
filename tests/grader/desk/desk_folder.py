"""A small folder as `qgen make` and `grader scan` leave it: an exam, answers.csv, answers-scans/ with pictures."""

import csv
import struct
import zlib
from dataclasses import astuple
from pathlib import Path

from grader.reading.scan.stored import Reading, ScannedPage
from qgen.exam.exam import make_exam, write_exam

ITEMS = ("q1_z1_1", "q1_a1_1", "q1_z3", "q1_loss", "q1_dw13", "q2_z1", "q2_a3", "q2_loss")


def png(width=400, height=120, grey=255, mark=None):
    """A grey picture; mark: the columns (from, to) of a dark bar in it."""
    row = bytes([0] + [40 if mark and mark[0] <= x < mark[1] else grey for x in range(width)])

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(row * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def reading(paper, item, read, state="waiting", **more):
    fields = {
        "paper": paper, "student_id": f"paper-{paper}", "variant": paper.partition(".")[0], "item": item, "page": "1",
        "read": read, "posterior": "0.312", "second": "", "doubtful": "", "flags": "", "state": state, "crop": "",
    }  # fmt: skip
    return Reading(**{**fields, **more})


def stands(one):
    """What answers.csv says of a reading."""
    if one.state == "missing":
        return f"?page {one.page} is missing"
    return f"?{one.read or '?'}" if one.state == "waiting" else one.read


def write_scans(answers: Path, readings, pages=(), pictures=None):
    """answers.csv and the folder beside it."""
    folder = answers.with_name(f"{answers.stem}-scans")
    folder.mkdir(exist_ok=True)
    for name, kind, rows in (("readings.csv", Reading, readings), ("pages.csv", ScannedPage, pages)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(kind.__annotations__)
            writer.writerows(map(astuple, rows))
    for name, data in (pictures or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    items = list(dict.fromkeys(one.item for one in readings if one.item != "student_id"))
    cells = {}
    for one in readings:
        cells.setdefault((one.student_id, one.variant), {})[one.item] = stands(one)
    with answers.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["student_id", "variant", *items])
        writer.writerows([student, variant, *(row.get(item, "") for item in items)]
                         for (student, variant), row in cells.items())  # fmt: skip
    return folder


def class_folder(folder: Path, papers=3):
    """An exam and scans of some papers: unsure readings, one sure one each, an id comb, a lost page; their answers."""
    exam = make_exam({"boxes": "combs"}, papers, 1)
    (folder / "exam").mkdir()
    write_exam(exam, folder / "exam")
    readings, pictures = [], {"lost.png": png(300, 420, 250), "p1.png": png(300, 420, 240)}
    for k in range(1, papers + 1):
        paper = f"{k:03d}"
        for i, item in enumerate(ITEMS[:5]):
            sure = i in (1, 2)
            crop = f"{paper}/{item}.png"
            pictures[crop] = png(40 * 10, 170, 255, (40 * (i + 2), 40 * (i + 2) + 12))
            readings.append(
                reading(
                    paper, item, f"{'-' * (i % 2)}0.{k}{i}68", "credited" if sure else "waiting", second=f"0.{k}{i}88",
                    posterior=f"0.{90 if sure else 20 + 10 * i}0", doubtful=str(i), flags="above strike" * (i == 4),
                    crop=crop,
                )
            )  # fmt: skip
        gone = k == papers
        for item in ITEMS[5:]:
            state = "missing" if gone else "empty"
            readings.append(reading(paper, item, "", state, page="2", posterior="", doubtful=""))
        pictures[f"{paper}/id.png"] = png(600, 170)
        readings.append(reading(paper, "student_id", f"2026{k}", crop=f"{paper}/id.png", doubtful="4"))
    pages = [
        ScannedPage("a.pdf", "1", "001", "1", "read", "", "p1.png"),
        ScannedPage("a.pdf", "7", "", "", "unidentified", "no code", "lost.png"),
    ]
    answers = folder / "answers.csv"
    write_scans(answers, readings, pages, pictures)
    return exam, answers
