"""The desk's page: one file that may load nothing but what the desk itself sends."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from json import dumps
from typing import Any

from markupsafe import Markup

from grader.desk.labels import Label
from qgen.papers.combs import ID_DIGITS
from qgen.papers.words import TEMPLATES, load, render
from qgen.typeset.page.combs import CELL, Comb

AROUND = 5.0  # mm of the page around a comb in its picture
TIMES = 3  # as large as on paper


def words(language: str) -> Mapping[str, str]:
    """What the page says; English where a language does not."""
    module = load("desk.txt", None, language).module
    return {**load("desk.txt").module.WORDS, **module.WORDS}  # type: ignore[attr-defined]


def comb(one: Comb) -> dict[str, Any]:
    """Where the cells of a comb are in its picture, in hundredths of its width, and how wide that is shown, in mm."""
    width = one.width + 2 * AROUND
    return {
        "signed": one.signed,
        "middles": [round(100 * (AROUND + left + CELL / 2) / width, 3) for left in one.cells],
        "width": round(TIMES * width, 1),
    }


def page(language: str, title: str, labels: Mapping[str, Label], digits: int, students: bool) -> tuple[str, str]:
    """The page, and the policy that it is sent with: the only script and style that run are those of these checksums.

    digits: decimal places of a comb, students: whether marks can be decided on. The page holds no number of the exam.
    """
    say = words(language)
    data = {
        "words": say,
        "labels": {item: asdict(label) for item, label in labels.items()},
        "comb": comb(Comb(digits)),
        "idComb": comb(Comb(ID_DIGITS, signed=False)),
    }
    code = (TEMPLATES / "desk.js").read_text("utf-8")
    script = f"const PAGE={dumps(data, separators=(',', ':'), ensure_ascii=False)};\n{code}"
    script = script.replace("</", "<\\/").replace("<!--", "<\\!--")
    style = (TEMPLATES / "desk.css").read_text("utf-8")
    context = {
        "language": language,
        "title": title,
        "say": say,
        "marks": students,
        "style": Markup(style),
        "script": Markup(script),
    }
    policy = (
        f"default-src 'none'; script-src {_checksum(script)}; style-src {_checksum(style)}; img-src blob: data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return render("desk.html", context, None, language).lstrip(), policy


def _checksum(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
