"""What all tests share: fonts made here, not those of the machine that runs them; and what is costly, made once."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

import grader.marking.score
import qgen.exam.exam
from qgen.exam import hypotheses
from qgen.typeset.fonts import typefaces

sys.path.insert(0, str(Path(__file__).parent))  # viewers, for all tests

EAST = "".join(map(chr, [*range(0x4E00, 0xA000), *range(0x3041, 0x3100)])) + "김철수민준：！，。、（）𠮷"
EVERY_TEST = "BACKPROP_EXAM_EVERY_TEST"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each command that a test starts compiles the program again


def pytest_collection_finish():
    """What has been collected stays: a tenth of the suite's time went into looking through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """What is skipped for want of a system's program, or of a system, has failed where all programs should be."""
    report = yield
    if report.skipped and os.environ.get(EVERY_TEST):
        report.outcome = "failed"
    return report


def save_font(path, chars, *, cff=False, features="", rights=0, em=1000, ascent=700, marks=""):
    """A font with one glyph, a box, for all of `chars`, and one of its own, a lower box, for each of `marks`."""
    names = {char: f"u{ord(char):04X}" for char in marks}
    order = [".notdef", "box", *names.values(), "joined"]
    builder = FontBuilder(em, isTTF=not cff)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(char): names.get(char, "box") for char in chars + marks})
    drawn = {}
    for i, name in enumerate(order):
        pen = T2CharStringPen(em, None) if cff else TTGlyphPen(None)
        top = ascent - 40 * (i % 10)
        if name != ".notdef":
            pen.moveTo((50, 0))
            for point in ((em - 50, 0), (em - 50, top), (50, top)):
                pen.lineTo(point)
            pen.closePath()
        drawn[name] = pen.getCharString() if cff else pen.glyph()
    name = Path(path).stem
    if cff:
        builder.setupCFF(name, {}, drawn, {})
    else:
        builder.setupGlyf(drawn)
    builder.setupHorizontalMetrics(dict.fromkeys(order, (em, 50)))
    builder.setupHorizontalHeader(ascent=ascent, descent=-200)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    builder.setupOS2(fsType=rights)
    builder.setupPost()
    if features:
        addOpenTypeFeaturesFromString(builder.font, features)
    builder.save(path)
    return path


@pytest.fixture(scope="session")
def font():
    """Saves a small font."""
    return save_font


@pytest.fixture
def barriers(tmp_path):
    """What an independent checker of accessible PDFs (PDF/UA-1, WCAG 2.2) finds wrong with some."""

    def found(*pdfs: bytes) -> list[str]:
        paths = [tmp_path / f"{i}.pdf" for i in range(len(pdfs))]
        for path, pdf in zip(paths, pdfs, strict=True):
            path.write_bytes(pdf)
        command = [sys.executable, "-c", "from outloud.cli import main; main()", "--json", "-", "-q", *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        results = json.loads(done.stdout)["results"]
        assert len(results) == len(pdfs)
        # formulas in the middle of a sentence are taken for out of place (ORD-001): test_tags.py tests the order
        findings = [finding for result in results for finding in result["findings"] if finding["rule"] != "ORD-001"]
        return [f"{finding['rule']}: {finding['message']}" for finding in findings]

    return found


@pytest.fixture(scope="session", autouse=True)
def _fonts(tmp_path_factory):
    """A font for East Asia, in this process and those that it starts; no other fonts than matplotlib's here."""
    folder = tmp_path_factory.mktemp("fonts")
    save_font(folder / "East.ttf", EAST)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(typefaces.OWN, str(folder))
        real = typefaces.folders()
        patch.setattr(
            typefaces, "folders", lambda: [path for path in real if path == folder or "mpl-data" in path.parts]
        )
        yield


SAID_ONLY = (
    "title",
    "course",
    "instructions",
    "paper",
    "drawing",
    "marking",
)  # of a spec; the draws know nothing of them


@pytest.fixture(scope="session", autouse=True)
def drawn():
    """The same question is drawn once for all exams of all tests here, and what may have gone wrong in it tried once.

    Tests that draw the same twice, to compare, clear what was drawn.
    """
    drawn, tried = {}, {}
    sample, suspects = qgen.exam.exam.sample, hypotheses.suspects

    def sample_once(spec, exam, n, rng, **more):
        table = {name: value for name, value in exam.table.items() if name not in SAID_ONLY}
        key = repr((table, repr(spec.question.steps), spec.fixed, n, rng.bit_generator.state))
        if key not in drawn:
            drawn[key] = sample(spec, exam, n, rng, **more)
        more.get("progress", lambda done: None)(n)
        return drawn[key]

    def suspects_once(batch):
        givens = b"".join(values.tobytes() for values in batch.givens.values())
        catalogue = [m.name for m in hypotheses.CATALOGUE]
        question = batch.question
        key = repr((question.steps, question.items, batch.rounding, list(batch.givens), catalogue)), givens
        if key not in tried:
            tried[key] = suspects(batch)
        return tried[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(qgen.exam.exam, "sample", sample_once)
        patch.setattr(grader.marking.score, "suspects", suspects_once)
        yield drawn
