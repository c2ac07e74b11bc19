"""Moodle's "right answer" where "response" was not ticked: it would give everybody all the marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.reading.responses.attempts import Attempt, Written
from qgen.exam.exam import Exam
from qgen.export.ranges import centred, exact
from qgen.headings import loose

FEWEST = 4  # answers that are not all right by chance
GRADE = re.compile(r"[\d.,]+")
PRINTED = re.compile(r"-?\d+([.,](0|\d*[1-9]))?(E-\d+)?", re.ASCII)  # by Moodle: without zeros at the end
RIGHT_ANSWER = set(map(loose, (
    "Right answer", "Richtige Antwort", "Bonne réponse", "Réponse correcte", "Respuesta correcta", "Risposta corretta",
    "Juiste antwoord", "Resposta correta", "Resposta certa", "Poprawna odpowiedź", "Правильный ответ", "正解",
    "正确答案", "Rätt svar", "Rigtigt svar", "Riktig svar", "Správná odpověď", "Doğru cevap",
)))  # fmt: skip


def are_right_answers(attempts: Sequence[Attempt], grades: Sequence[str], exam: Exam) -> bool:
    """Whether all of all attempts is as Moodle prints right answers, though not all have the best of the `grades`.

    grades: the cells of that column, headed by their maximum, such as "Grade/20.00".
    """
    best, *got = ([text.replace(",", ".") for text in GRADE.findall(cell)] for cell in grades)
    everybody_has_all = bool(got) and all(number[-1:] == best[-1:] for number in got)
    count = sum(len(attempt.answers) for attempt in attempts)
    return count >= FEWEST and not everybody_has_all and all(_printed(attempt.answers, exam) for attempt in attempts)


def _printed(answers: Sequence[Written], exam: Exam) -> bool:
    """Whether every answer is its variant's; where that is not known, that of any one variant."""
    known = any(answer.variant for answer in answers)
    variants = [""] if known else exam.variants
    return any(all(_is_printed(answer, answer.variant or variant, exam) for answer in answers) for variant in variants)


def _is_printed(answer: Written, variant: str, exam: Exam) -> bool:
    if not PRINTED.fullmatch(answer.text) or variant not in exam.variants:
        return False
    at = exam.rows[answer.item], exam.variants.index(variant)
    key = exam.spec.rounding.text(float(exam.value[at]))
    centre, _ = centred(exact(float(exam.low[at])), exact(float(exam.high[at])))  # of banks before the key stood first
    return float(answer.text.replace(",", ".")) in (float(key), float(centre))
