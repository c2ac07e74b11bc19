"""How well scanned papers are read: simulated hands and scanners, digits that the reader was never trained on.

    python benchmarks/scanning.py digits.npz [--papers 30] [--boxes combs free] [--scanners flatbed feeder phone ...]

digits.npz as for train_digits.py, which holds every fifth digit out. 10 % of the answers are wrong by one digit, as
many boxes are left empty. Real paper is another matter: say "simulated" beside every figure.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from train_digits import halves

from grader.reading.scan.layout import ID, layout_of
from grader.reading.scan.page_reader import read_page
from grader.reading.scan.papers import ScannedPaper
from grader.reading.scan.pictures import Picture, is_black_white
from grader.reading.scan.readings import Reading
from grader.reading.scan.stack import Page
from grader.rehearsal.hand import Hand
from grader.rehearsal.ink import mishap_of
from grader.rehearsal.scanner import SCANNERS
from grader.rehearsal.scans import pages_of
from grader.scan import CREDITED, EMPTY, WAITING, compared, rows_of
from qgen.exam.spec import spec_of
from qgen.make import make_exam
from qgen.papers.papers import Papers
from qgen.papers.seal import Seal, code_side, read_seal

LEFT = 0.1  # of the boxes


@dataclass
class Paper:
    """What was written on a paper, and what was read."""

    variant: str
    written: dict[str, str]
    wrong: set[str]
    mishaps: dict[str, str]
    pages: list[tuple[str, bool, dict[str, Reading]]] = field(default_factory=list)
    seconds: float = 0.0


def one_digit_off(text: str, low: float, high: float, rng: np.random.Generator) -> str:
    """The number with one digit changed so that it is not accepted any more."""
    places = [k for k, c in enumerate(text) if c.isdigit()]
    for _ in range(100):
        k = places[int(rng.integers(len(places)))]
        changed = text[:k] + str(rng.integers(10)) + text[k + 1 :]
        if not low <= float(changed) <= high:
            return changed
    return ""


def paper(told) -> Paper:
    import cv2

    cv2.setNumThreads(1)
    exam, v, scanner, digits, seed, wrong_share = told
    rng = np.random.default_rng((seed, v))
    written, wrong = {}, set()
    for i, item in enumerate(exam.columns):
        text = exam.spec.rounding.text(float(exam.value[i, v]))
        if rng.random() < LEFT:
            text = ""
        elif rng.random() < wrong_share and (slip := one_digit_off(text, exam.low[i, v], exam.high[i, v], rng)):
            text, _ = slip, wrong.add(item)
        written[item] = text
    mishaps = {item: mishap_of(rng) for item in exam.columns if written[item]}
    done = Paper(exam.variants[v], written, wrong, {item: name for item, name in mishaps.items() if name})
    pages = pages_of(
        exam,
        v,
        written,
        Hand.draw(rng),
        rng,
        SCANNERS[scanner],
        digits,
        mishaps=mishaps,
        upside_down=rng.random() < 0.1,
    )
    layout = layout_of(exam, code_side(exam))
    for grey in pages:
        began = time.process_time()
        said = read_page(Picture(grey, is_black_white(grey)), layout)
        done.seconds += time.process_time() - began
        readings = {
            item: Reading(text, sure, second, doubtful, tuple(flags))
            for item, text, sure, second, doubtful, flags, _ in said["readings"]
        }
        done.pages.append(((said["seals"] or [""])[0], said["placed"], readings))
    return done


def same(read: str, written: str) -> bool:
    try:
        return read == written or (bool(read) and bool(written) and float(read) == float(written))
    except ValueError:
        return False


def figures(exam, papers: list[Paper]) -> dict[str, object]:
    layout = layout_of(exam, code_side(exam))
    scanned, wrong_identity, placed, pages = [], 0, 0, 0
    for one in papers:
        mine = {}
        for k, (text, found, readings) in enumerate(one.pages, 1):
            pages += 1
            seal = read_seal(text, exam) if text else None
            wrong_identity += seal is not None and seal != Seal(one.variant, k)
            placed += found
            if found:
                mine[k] = Page("", k, "read", seal=seal, readings=readings)
        scanned.append(ScannedPaper(one.variant, one.variant, mine))
    rows = [row for row in compared(list(rows_of(scanned, exam, layout)), exam) if row.item != ID]
    by_variant = {one.variant: one for one in papers}
    told = [(row, by_variant[row.variant]) for row in rows]
    answers = [(row, p.written[row.item], row.item in p.wrong, p.mishaps.get(row.item, "")) for row, p in told]
    written = [one for one in answers if one[1]]
    clean = [one for one in written if not one[3]]
    right = [one for one in written if not one[2]]
    wrong = [one for one in written if one[2]]
    digits = [
        a == b
        for row, text, _, _ in clean
        if len(text) == len(row.reading.text)
        for a, b in zip(row.reading.text, text, strict=True)
        if b.isdigit()
    ]
    share = lambda some, all_: f"{len(some) / max(len(all_), 1):.1%}"  # noqa: E731
    return {
        "pages read": f"{placed} of {pages}",
        "wrong identity": wrong_identity,
        "exact": share([o for o in written if same(o[0].reading.text, o[1])], written),
        "clean exact": share([o for o in clean if same(o[0].reading.text, o[1])], clean),
        "digits": f"{np.mean(digits or [0]):.2%}",
        "right, no person": share([o for o in right if o[0].state == CREDITED], right),
        "seen": share([o for o in answers if o[0].state == WAITING], answers),
        "wrong credited": f"{sum(o[0].state == CREDITED for o in wrong)} of {len(wrong)}",
        "credited though empty": sum(o[0].state == CREDITED for o in answers if not o[1]),
        "written, taken for empty": f"{sum(o[0].state == EMPTY for o in written)} of {len(written)}",
        "empty, no person": share(
            [o for o in answers if not o[1] and o[0].state == EMPTY], [o for o in answers if not o[1]]
        ),
        "s a page": f"{sum(p.seconds for p in papers) / max(pages, 1):.2f}",
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("digits", type=Path)
    asked.add_argument("--papers", type=int, default=30)
    asked.add_argument("--boxes", nargs="+", default=["combs", "free"], choices=["combs", "free"])
    asked.add_argument("--scanners", nargs="+", default=list(SCANNERS), choices=list(SCANNERS))
    asked.add_argument("--wrong", type=float, default=0.1, help="the share of answers that are wrong by one digit")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--misread", action="store_true", help="list what was read otherwise than written")
    told = asked.parse_args()
    digits = halves(told.digits)[1]
    for boxes in told.boxes:
        exam = make_exam(spec_of({"boxes": boxes}), told.papers, seed=told.seed)
        Papers(exam).question_paper(0)
        for scanner in told.scanners:
            with Pool(told.jobs) as pool:
                papers = pool.map(
                    paper, [(exam, v, scanner, digits, told.seed, told.wrong) for v in range(told.papers)], chunksize=1
                )
            print(f"{boxes}, {scanner} (simulated)", flush=True)
            for name, value in figures(exam, papers).items():
                print(f"    {name:26}{value}", flush=True)
            if told.misread:
                for one in papers:
                    for _, _, readings in one.pages:
                        for item, r in readings.items():
                            if item != ID and not same(r.text, one.written[item]):
                                print(f"      {one.written[item] or '(empty)':>9} read {r.text or '(empty)':>9} "
                                      f"{r.posterior:.2f} {one.mishaps.get(item, '')} {' '.join(r.flags)}")  # fmt: skip


if __name__ == "__main__":
    main()
