"""report.html: one file that loads nothing, and is allowed to load nothing."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

from markupsafe import Markup

from grader.class_report.cohort import Cohort
from grader.class_report.findings import findings
from grader.class_report.formulas import Formulas
from grader.class_report.sections import sections
from grader.class_report.telling import Telling
from grader.reasons import Wording
from qgen.papers.words import macro, render
from qgen.version import __version__

SECTIONS = ("scores", "map", "items", "misconceptions", "fairness", "where", "look", "policy")
WORDS = "report_words.txt"


def page(cohort: Cohort, *, mark: float = 50.0, named: bool = False, templates: Path | None = None) -> str:
    """The class's page. mark: to pass, in per cent; named: with students' ids and names.

    templates: a folder whose templates go before the program's. InputError where one of these is at fault.
    """
    language = Wording.of(cohort.exam.spec.language, templates).language if cohort.exam else "en"

    def word(name: str, *arguments: Any) -> Markup:
        return Markup(macro(WORDS, name, *arguments, folder=templates, language=language, html=True))

    told = Telling(cohort, Formulas(cohort, language, templates), word, mark, named)
    style, script = (_sealed(render(name, {}, templates, language)) for name in ("report_css.txt", "report_sort.txt"))
    context = {
        **sections(told),
        **findings(told),
        "language": language,
        "title": cohort.exam.spec.title if cohort.exam else "",
        "sections": SECTIONS,
        "version": __version__,
        "style": style[0],
        "style_hash": style[1],
        "script": script[0],
        "script_hash": script[1],
    }
    return render("report.txt", context, templates, language, html=True)


def _sealed(text: str) -> tuple[Markup, str]:
    """A style or script of ours, and what the page's policy knows it by."""
    text = text.strip()
    return Markup(text), f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
