"""One template -> a PDF with the looks of an exam: its paper, its type, its title and course in the margins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgen.exam.spec import Spec
from qgen.papers.notation import Written
from qgen.papers.words import in_template, macro, render
from qgen.typeset.markup.blocks import escape
from qgen.typeset.page.pages import render as typeset


def document(
    template: str, context: Mapping[str, Any], spec: Spec, templates: Path | None, written: Written | None = None,
    *, heading: str, right: str, **more: Any,
) -> bytes:  # fmt: skip
    """The PDF; heading: what it is, after the exam's title; right: at the right of the header, as markup.

    written: how its formulas are written. more: what `pages.render` takes. InputError as it says, with the template's
    line.
    """
    markup = render(template, context, templates, spec.language)
    with in_template(template, templates, spec.language, context):
        return typeset(
            written.markup(markup) if written else markup,
            paper=spec.paper,
            font_size=spec.font_size,
            header=f"{escape(spec.title)} | {right}",
            footer=f"{escape(spec.course)} | {macro('words.txt', 'page', folder=templates, language=spec.language)}",
            title=f"{spec.title}: {heading}",
            language=spec.language,
            **{"drawings": {}, **more},
        )
