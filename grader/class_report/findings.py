"""Misconceptions, fairness and all that follows: what the later sections of the page say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from grader.class_report.fairness import Group, certified, fairness
from grader.class_report.figures import NONE
from grader.class_report.pictures.plots import falling, spreads
from grader.class_report.policies import outcomes
from grader.class_report.stopping import still_writing, stretches
from grader.class_report.telling import MOST_NAMED, Telling
from grader.marking.shown import Shown
from grader.marking.verdicts import IS_UNREADABLE
from grader.reading.scan.decided import highest_share
from grader.statistics.undefined import Undefined
from qgen.engine.misconceptions import CATALOGUE
from qgen.engine.question import AFTER
from qgen.engine.question import PARTS as USUAL_PARTS

LESSONS = 6  # misconceptions that have an example
MOST_DOTS = 60  # variants in the picture of their means
SUSPICIONS = ("other_variant", "shared_errors", "same_variant")
PARTS = (*USUAL_PARTS, AFTER)
SEED = 2026  # of the permutations: the same class gives the same page


def findings(told: Telling) -> dict[str, Any]:
    """All of them."""
    return {
        "lessons": lessons(told),
        "fairness": fairness_found(told),
        "certificate": certified(told.cohort),
        **places(told),
        **writing(told),
        "looks": list(looks(told)),
        "scans": scans(told),
        "policies": list(policies(told)),
    }


def lessons(told: Telling) -> list[dict[str, Any]]:
    """Every misconception, the dearest first; the first ones with an example."""
    return [_lesson(told, one, k < LESSONS) for k, one in enumerate(told.cohort.shown)]


def _lesson(told: Telling, one: Shown, with_example: bool) -> dict[str, Any]:
    known = any(one.name == entry.name for entry in CATALOGUE)  # which one of an older version may not be
    return {
        "id": one.name,
        "sentence": told.formulas.mistake(one.name) if known else one.name,
        "students": len(one.students),
        "cells": len(one.cells),
        "marks": told.say.short(one.marks),
        "cost": f"{one.marks:g}",
        "example": _example(told, one) if with_example else None,
        "who": _names(told, one.students) if told.named and with_example else "",
    }


def _example(told: Telling, one: Shown) -> dict[str, Any]:
    """A cell that shows nothing else, the first in the order of the paper."""
    s, i = min(one.cells, key=lambda cell: (len(told.cohort.reasons[cell].misconceptions), cell[1], cell[0]))
    lines, right = told.formulas.lines((s, i))
    answer = told.formulas.number(told.cohort.answer((s, i))[:40])
    return {"name": told.formulas.name(told.cohort.items[i]), "answer": answer, "right": right, "lines": lines}


def fairness_found(told: Telling) -> dict[str, Any]:
    """The test and its table."""
    say, found = told.say, fairness(told.cohort, np.random.default_rng(SEED))
    page: dict[str, Any] = {"verdict": found.verdict, "reason": "", "groups": [], "drawn": []}
    page |= {"alone": found.alone, "sharing": found.sharing}
    if isinstance(found.test, Undefined):
        page["reason"] = found.test.value
    else:
        page |= {"p": say.p(found.test.p), "share": say.share(found.test.p, 0 if found.test.p >= 0.1 else 1)}
        page |= {"explained": say.share(found.test.explained), "expected": say.share(found.test.expected)}
    for group in found.groups:
        spread = f"{say.short(group.low)} – {say.short(group.high)}"
        page["groups"].append(
            {"variant": group.variant, "students": group.students, "mean": say.cell(group.mean),
             "deviation": say.cell(group.deviation), "range": spread}
        )  # fmt: skip
    if found.groups:
        page |= {"picture": _spreads(told, found.groups), "left_out": max(0, len(found.groups) - MOST_DOTS)}
    for one in found.drawn:
        page["drawn"].append(
            {"what": one.what, "question": one.question[1:], "low": say.cell(one.low, 2),
             "high": say.cell(one.high, 2), "change": say.cell(one.marks * (one.high - one.low))}
        )  # fmt: skip
    return page


def _spreads(told: Telling, groups: Sequence[Group]) -> Markup:
    """Of very many variants the hardest and the easiest."""
    ranked = sorted(groups, key=lambda one: one.mean)
    few = len(ranked) <= MOST_DOTS
    drawn = ranked if few else ranked[: MOST_DOTS // 2] + ranked[-(MOST_DOTS // 2) :]
    label = told.word("variants_label", len(ranked), *(told.say.marks(ranked[k].mean) for k in (0, -1)))
    dots = [(one.mean, np.nan if isinstance(one.deviation, Undefined) else one.deviation) for one in drawn]
    return spreads(dots, told.cohort.max_score, float(told.cohort.scores.mean()), label)


def places(told: Telling) -> dict[str, Any]:
    """By question, part and layer; and the facilities as a table of parts by layers."""
    found, questions = list(stretches(told.cohort)), told.cohort.questions

    def rank(key: tuple[str, str]) -> tuple[int, bool, str]:
        """Questions in the order of the paper, the output layer last."""
        return questions.index(key[0]), key[1] == "output", key[1]

    parts = [part for part in PARTS if any(one.part == part for one in found)]
    heat = {(one.question, one.layer, one.part): told.say.heat(one.facility) for one in found}
    layers = [
        {"question": question[1:], "layer": layer, "cells": [heat.get((question, layer, part)) for part in parts]}
        for question, layer in sorted({key[:2]: None for key in heat}, key=rank)
    ]
    rows = [
        {"question": one.question[1:], "part": one.part, "layer": one.layer, "stopped": one.stopped,
         "blank": told.say.share(one.blank)}
        for one in found
    ]  # fmt: skip
    return {"parts": parts, "layers": layers, "stretches": rows}


def writing(told: Telling) -> dict[str, Any]:
    """Who still writes, item by item."""
    found = list(still_writing(told.cohort)) if len(told.cohort.students) else []
    names = [told.word("question", question[1:]) for question, _ in found]
    curves = [(name, values) for name, (_, values) in zip(names, found, strict=True)]
    ends = [{"name": name, "end": told.say.share(values[-1])} for name, values in curves]
    shares = [told.say.share(value) for _, values in found for value in values]
    rows = [
        {"name": row["name"], "id": row["id"], "share": share} for row, share in zip(told.items, shares, strict=False)
    ]
    label = told.word("falling_label", ends)
    return {"falling": falling(curves, label) if found else "", "writing": rows}


def scans(told: Telling) -> dict[str, Any]:
    """How many numbers were read from scans, and by whom; the audit, and the most that can be wrong by it."""
    found = told.cohort.scans
    bound = told.say.share(highest_share(found.disagreed, found.audited), 1) if found.audited else ""
    return {"any": found.alone + found.person > 0, "found": found, "bound": bound}


def looks(told: Telling) -> Iterator[dict[str, Any]]:
    """What marking cannot decide: how much of it there is and, if asked, who."""
    cohort = told.cohort
    decided = sorted(cohort.decisions)
    unread = [(int(s), int(i)) for s, i in np.argwhere(cohort.verdicts == IS_UNREADABLE)]
    unread = [place for place in unread if place not in cohort.decisions]
    waiting = [(int(s), int(i)) for s, i in np.argwhere(np.isnan(cohort.earned))]
    for name, places in (("decided", decided), ("unreadable", unread), ("unmarked", waiting)):
        yield _look(told, name, len(places), [f"{told.called(s)}, {cohort.asked[i].id}" for s, i in places])
    yield _look(told, "absent", len(cohort.absent), [told.with_name(student) for student in cohort.absent])
    counts = Counter(one.evidence for one in cohort.suspicions)
    for kind in SUSPICIONS:
        remarks = dict.fromkeys(one.remark for one in cohort.suspicions if one.evidence == kind)
        yield _look(told, kind, counts[kind], list(remarks))


def _look(told: Telling, name: str, count: int, who: list[str]) -> dict[str, Any]:
    more = [f"… {len(who) - MOST_NAMED}"] if len(who) > MOST_NAMED else []
    return {"name": name, "count": count, "who": [*who[:MOST_NAMED], *more] if told.named else []}


def _names(told: Telling, students: tuple[int, ...]) -> str:
    more = f" … {len(students) - MOST_NAMED}" if len(students) > MOST_NAMED else ""
    return ", ".join(told.called(s) for s in students[:MOST_NAMED]) + more


def policies(told: Telling) -> Iterator[dict[str, Any]]:
    """How marks would move."""
    say = told.say
    for one in outcomes(told.cohort, told.mark):
        yield {
            "policy": one.policy,
            "mean": say.marks(one.mean),
            "deviation": say.marks(one.deviation),
            "passes": say.share(one.passes),
            "moved": one.moved,
            "furthest": ("+" if one.furthest > 0 else "") + say.short(one.furthest) if one.moved else NONE,
        }
