"""Scores, map and items: what the first sections of the page say, as plain values for the template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.class_report.pictures.network_map import maps
from grader.class_report.pictures.plots import BOUNDS, histogram
from grader.class_report.telling import Telling
from grader.marking.verdicts import VERDICTS, WRONG
from grader.statistics.reliability import cronbachs_alpha, standard_error
from grader.statistics.scores import SAME, mean, pass_rate, quantile, standard_deviation
from grader.statistics.scores import histogram as counts_of
from grader.statistics.undefined import Figure, Undefined

HARDEST = 10  # items that are shown first


def sections(told: Telling) -> dict[str, Any]:
    """All of them."""
    facility = told.cohort.statistics["facility"]
    imperfect = [row for row, share in zip(told.items, facility, strict=True) if _is_imperfect(share)]
    hardest = sorted(imperfect, key=lambda row: float(row["facility"].value))
    bounds = [round(100 * bound) for bound in BOUNDS]
    return {
        "counts": counts(told),
        "verdicts": VERDICTS,
        "figures": list(figures(told)),
        **scores_plot(told),
        "maps": list(network_maps(told)),
        "scale": [{"low": low, "high": high} for low, high in zip((0, *bounds), (*bounds, 100), strict=True)],
        "items": told.items,
        "hardest": hardest[:HARDEST],
        "perfect": not hardest and bool(np.isfinite(facility).any()),
        "short": short(told, hardest),
        "named": told.named,
    }


def _is_imperfect(facility: float) -> bool:
    """Whether somebody lost marks; of an item that is worth nothing nobody did."""
    return bool(facility < 1 - SAME)


def counts(told: Telling) -> dict[str, Any]:
    """Of students, items and marks."""
    cohort = told.cohort
    return {
        "students": len(cohort.students),
        "absent": len(cohort.absent),
        "items": len(cohort.items),
        "tasks": len(cohort.tasks),
        "most": told.say.short(cohort.max_score),
        "unmarked": int(np.isnan(cohort.earned).sum()),
        "variants": len(cohort.exam.variants) if cohort.exam else 0,
        "named": sum(bool(reason.misconceptions) for reason in cohort.reasons.values()),
        "wrong": int(np.count_nonzero(cohort.verdicts == WRONG)),
    }


def figures(told: Telling) -> Iterator[dict[str, Any]]:
    """The class in figures; where one is undefined, why."""
    say, scores, percent = told.say, told.cohort.scores, told.cohort.percent
    counted = ~np.isnan(told.cohort.earned).any(axis=0) & (told.cohort.most > 0)
    deviation, alpha = standard_deviation(scores), cronbachs_alpha(told.cohort.earned[:, counted])

    def figure(name: str, value: Figure, text: str, at: str = "") -> dict[str, Any]:
        undefined = isinstance(value, Undefined)
        return {"name": name, "text": text, "why": value.value if undefined else "", "at": at}  # type: ignore[union-attr]

    yield figure("students", 0, f"{len(scores):,}".replace(",", "\u202f"))
    yield figure("absent", 0, str(len(told.cohort.absent)))
    yield figure("mean", mean(scores), f"{say.marks(mean(scores))} ({say.share(mean(percent / 100))})")
    yield figure("deviation", deviation, say.marks(deviation))
    yield figure("median", quantile(scores, 0.5), say.marks(quantile(scores, 0.5)))
    low, high = quantile(scores, 0.25), quantile(scores, 0.75)
    yield figure("quartiles", low, f"{say.marks(low)} – {say.marks(high)}")
    passes = pass_rate(percent, told.mark)
    yield figure("passes", passes, say.share(passes), say.short(told.mark))
    yield figure("alpha", alpha, say.marks(alpha, 2))
    error = standard_error(alpha, deviation)
    yield figure("error", error, f"± {say.marks(error)}")


def scores_plot(told: Telling) -> dict[str, Any]:
    """The plot and its bins."""
    percent = told.cohort.percent
    counts = counts_of(percent)
    bins = [{"low": 10 * k, "high": 10 * k + 10, "count": count} for k, count in enumerate(counts)]
    low, high = (say(percent) if len(percent) else 0 for say in (np.min, np.max))
    label = told.word(
        "histogram_label", len(percent), told.say.share(low / 100), told.say.share(high / 100),
        max(bins, key=lambda one: one["count"]),
    )  # fmt: skip
    axis = told.word("percent_axis"), told.word("pass_mark", told.say.short(told.mark))
    return {"bins": bins, "histogram": histogram(counts, told.mark, label, axis)}


def short(told: Telling, hardest: list[dict[str, Any]]) -> dict[str, Any]:
    """The sentences at the top."""
    scores, percent, say = told.cohort.scores, told.cohort.percent, told.say
    if not len(scores):
        return {"scores": None, "hardest": None}
    passed = int(np.count_nonzero(percent >= told.mark - SAME))
    of = say.short(told.cohort.max_score)
    share = say.share(mean(percent / 100))
    return {
        "scores": (say.marks(mean(scores)), of, share, passed, len(scores), say.short(told.mark)),
        "hardest": hardest[0] if hardest else None,
    }


def network_maps(told: Telling) -> Iterator[dict[str, Any]]:
    """The networks, by question."""
    exam, facility = (
        told.cohort.exam,
        dict(zip((a.id for a in told.cohort.asked), told.cohort.statistics["facility"], strict=True)),
    )
    rows = {row["id"]: row for row in told.items}
    for number, q in enumerate((q.question for q in exam.spec.questions) if exam else (), start=1):
        known = {item.id: float(facility[item.id]) for item in q.items if facility[item.id] == facility[item.id]}

        def label(part: str, q: Any = q, known: dict[str, float] = known) -> str:
            here = [
                item.id
                for item in q.items
                if item.id in known and (item.part == part or (part, item.part) == ("forward", "loss"))
            ]
            worst = min(here, key=known.__getitem__)
            asked = next(one for one in told.cohort.items if one.id == worst)
            name = told.formulas.plain_name(asked) if _is_imperfect(known[worst]) else ""
            return told.word("map_label", told.word("part", part), name, told.say.share(known[worst]))

        found = list(
            maps(q, known, lambda name, q=q: told.formulas.quantity(name, q.id), lambda f: f"{100 * f:.0f}", label)  # type: ignore[misc]
        )
        if found:
            yield {"number": number, "maps": found, "rows": [rows[id] for one in found for id in one.items]}
