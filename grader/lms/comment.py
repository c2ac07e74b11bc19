"""The comment that goes along with a grade, where the LMS can take one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

from grader.lms.cells import number, plain
from grader.lms.results import Lost, Score
from grader.reasons import Wording
from qgen.errors import InputError
from qgen.papers.words import macro
from qgen.tables.spreadsheet import runs

LONGEST = 3000


def comment(
    score: Score,
    maxima: Mapping[str, Decimal],
    lost: Sequence[Lost],
    templates: Path | None = None,
    language: str = "en",
) -> str:
    """Marks per layer, then each lost item and why, on one line, in the words of the templates comment and reasons.

    Semicolons become commas, since many spreadsheets split cells there. InputError where its start would run in one.
    """
    wording = Wording(language, templates)
    say = partial(macro, "comment.txt", folder=templates, language=language)
    total = say("total", number(score.score), number(score.max_score))
    if runs(total):
        raise InputError(
            f'comment.txt: the total "{total}" would run in a spreadsheet; begin it with a letter or digit'
        )
    layers = [say("layer", *name.split("_", 1), number(got), number(maxima[name]))
              for name, got in score.layers.items() if name in maxima and name not in score.unmarked]  # fmt: skip
    parts = [total, *([", ".join(layers)] if layers else [])]
    blank = [part.item for part in lost if part.verdict == "blank" and not part.decision]
    rest = [part for part in lost if part.item not in (*blank, *score.unmarked)]
    told = 0
    for part in rest:
        marks = {"marks": number(part.marks), "max_marks": number(part.max_marks)}
        why = part.decision or part.reason
        note = wording.plain(why, part.answer) if why else ""
        parts.append(say("lost", {**marks, "item": part.item, "verdict": part.verdict, "note": note}).rstrip("."))
        if sum(map(len, parts)) > LONGEST:
            parts.pop()
            break
        told += 1
    if told < len(rest):
        parts.append(say("more", len(rest) - told))
    if blank:
        parts.append(say("left_blank", blank))
    if score.unmarked:
        parts.append(say("not_yet_marked", score.unmarked))
    return plain(". ".join(parts).replace(";", ",") + ".")
