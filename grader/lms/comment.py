"""The comment that goes along with a grade, where the LMS can take one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from grader.lms.cells import number, plain
from grader.lms.results import Lost, Score

LONGEST = 3000


def comment(score: Score, maxima: Mapping[str, Decimal], lost: Sequence[Lost]) -> str:
    """Marks per layer, then each lost item with its note, in one line that begins with a digit.

    So no spreadsheet runs it; semicolons become commas, since many spreadsheets split cells there.
    """
    layers = ", ".join(f"{name.replace('_', ' ')} {number(got)}/{number(maxima[name])}"
                       for name, got in score.layers.items() if name in maxima)  # fmt: skip
    parts = [f"{number(score.score)} of {number(score.max_score)}", *([layers] if layers else [])]
    blank = [part.item for part in lost if part.verdict == "blank" and not part.note.strip()]
    rest = [part for part in lost if part.item not in blank]
    told = 0
    for part in rest:
        line = f"{part.item}: {part.verdict.replace('_', ' ')}, {number(part.marks)}/{number(part.max_marks)}"
        note = one_sentence(part.note)
        parts.append(f"{line}, {note}" if note else line)
        if sum(map(len, parts)) > LONGEST:
            parts.pop()
            break
        told += 1
    if told < len(rest):
        parts.append(f"And {len(rest) - told} more items lost marks")
    if blank:
        parts.append("Left blank: " + ", ".join(blank))
    return plain(". ".join(parts).replace(";", ",") + ".")


def one_sentence(note: str) -> str:
    """A note on one line, without its full stop."""
    return " ".join(note.split()).rstrip(".")
