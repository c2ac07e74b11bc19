"""What students wrote by hand, as pictures beside their marks: of what lost marks, and of all that a person read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from grader.marking.origins import BY_A_PERSON
from grader.marking.verdicts import IS_BLANK, Marks, Place
from qgen.engine.symbols import latex_name
from qgen.errors import quoted, several
from qgen.papers.papers import Papers
from qgen.papers.words import macro
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.drawing.shapes import Photo
from qgen.typeset.math.speech import speak
from qgen.typeset.pdf.jpeg import MOST_BYTES, Jpeg, read_jpeg

WIDE, HIGH = 113.0, 57.0  # points, the most: 40 x 20 mm


def handwriting(marks: Marks) -> tuple[dict[Place, Jpeg], list[str]]:
    """The pictures that feedback shows; and a remark, where some are not there, or cannot be shown."""
    crops, faults = marks.origins.crops, []
    if not crops:
        return {}, []
    full = np.isclose(marks.earned(), [item.marks for item in marks.exam.items]) | (marks.verdicts == IS_BLANK)
    found = {}
    for place, name in crops.items():
        if full[place] and not marks.origins.read_by.get(place, "").startswith(BY_A_PERSON):
            continue
        try:
            found[place] = read_jpeg(_content(marks.origins.folder, name))
        except (OSError, ValueError) as fault:
            faults.append(f"{quoted(name)} {fault if isinstance(fault, ValueError) else 'is not there'}")
    if not faults:
        return found, []
    remark = f"{marks.origins.folder.name}: feedback lacks {several(len(faults), 'picture')} of what was written"
    return found, [f"{remark}: {faults[0]}{' ...' * (len(faults) > 1)}"]


def drawing(cell: Place, marks: Marks, picture: Jpeg, papers: Papers) -> Drawing:
    """The picture as feedback places it, with words for who cannot see it."""
    spoken = speak(latex_name(marks.exam.items[cell[1]].step), words=papers.speech)
    answer = str(marks.submissions.written[cell])[:60]
    alt = macro("words.txt", "handwriting", spoken, answer, folder=papers.templates, language=marks.exam.spec.language)
    scale = min(WIDE / picture.width, HIGH / picture.height)
    width, height = scale * picture.width, scale * picture.height
    return Drawing(width, height, (Photo(0, 0, width, height, picture),), alt)


def _content(folder: Path, name: str) -> bytes:
    """A file of the folder. ValueError for a name that leads out of it."""
    if "\0" in name or "\\" in name or ":" in name:
        raise ValueError("is no name of a picture")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("is not in that folder")
    if not path.is_file():
        raise ValueError("is not there")
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
