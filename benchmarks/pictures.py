"""Pictures of the pages that someone should look at after a change of layout: python benchmarks/pictures.py FOLDER

One PNG for every page of a paper and of its solution: both networks, three iterations, a 5-6-6-4 network, US Letter,
combs, German, and a class list with the hardest names.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pypdfium2 import PdfDocument

from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers.papers import Papers

WIDE = {
    "inputs": 5,
    "layers": [
        {"units": 6, "activation": "tanh"},
        {"units": 6, "activation": "relu"},
        {"units": 4, "activation": "identity"},
    ],
}
LARGE = {
    "network": WIDE,
    "loss": "squared-error",
    "weights": {"low": -0.39, "high": 0.39, "step": 0.01, "smallest": 0.1},
    "targets": [0.1, 0.5, 0.9],
}
SPECS: dict[str, dict[str, Any]] = {
    "both-networks": {},
    "three-iterations": {"questions": [{"network": "tanh-heads", "iterations": 3}]},
    "5-6-6-4": {"questions": [LARGE], "certify": {"tolerance": 1, "copying": 1, "misconceptions": False}},
    "letter": {"paper": "letter", "course": "CS 231", "instructions": "No phones. Show your work on extra sheets."},
    "combs": {"boxes": "combs"},
    "combs-large-german": {"boxes": "combs", "font_size": 16, "language": "de"},
    "german": {"language": "de", "course": "Maschinelles Lernen, Wintersemester"},
}
NAMES = (
    "W" * 200,
    "Anna-Lena von und zu der Freifrau Müller-Lüdenscheidt-Österreicher, geb. Wolfeschlegelsteinhausenbergerdorff",
    'Bob "Robert\'); DROP TABLE" $x_1$ | *b* \\frac{1}{2} # @end << >> {page}',
    "Nguyễn Thị Ánh Nguyệt",
    "Ἀριστοτέλης Παπαδόπουλος",
    "Анна Сергеевна Ковалевська",
    "Łukasz Żółć-Škvorecký Þórðardóttir",
    "欧阳娜娜 山田太郎 김민준",
    "สมชาย ใจดี प्रिया शर्मा தமிழ்",
    "محمد بن سلمان",
    "יעל כהן-לוי",
)


def main(folder: Path) -> None:
    """Makes them all; what cannot be printed is said and left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in SPECS.items():
        _pictures(folder, name, table, {})
    for k, student in enumerate(NAMES, 1):
        _pictures(folder, f"name-{k:02d}", {"questions": [{"network": "tanh-heads"}]}, {f"S{k:02d}": student}, last=1)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def _pictures(folder: Path, name: str, table: dict[str, Any], students: dict[str, str], last: int = 99) -> None:
    try:
        exam = make_exam(spec_of(table), 1, 1, students=students)
        papers = Papers(exam)
        kinds = {"paper": papers.question_paper, "solution": papers.solution, "key": papers.key}
        pdfs = {kind: pdf(*exam.papers[0]) for kind, pdf in kinds.items()}
    except InputError as fault:
        print(f"{name}: {fault}", file=sys.stderr)
        return
    for kind, content in pdfs.items():
        with PdfDocument(content, autoclose=True) as document:
            for number, page in enumerate(list(document)[:last], 1):
                page.render(scale=80 / 72).to_pil().save(folder / f"{name}-{kind}-{number}.png")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
