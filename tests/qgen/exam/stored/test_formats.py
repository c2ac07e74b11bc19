"""exam.json says what it was certified against; one that does not is from before, and is certified as it was then.

The exams in before/ were made by the versions that wrote each format.
"""

import hmac
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from qgen.engine.misconceptions import CATALOGUE
from qgen.errors import InputError
from qgen.exam.check import certificate, check_folder
from qgen.exam.exam import make_exam, read_exam, read_unverified, write_exam
from qgen.exam.stored.formats import FIRST_MISTAKES

SPEC = {"questions": [{"network": "tanh-heads"}]}
BEFORE = Path(__file__).parent / "before"
CHECKSUMS = {
    1: "ca092525c8015222b4ae2125939f39bdd688d809f11a6455176e880299d8b37a",
    2: "4908d0af754f4afcabe58fc97bf1976878d2203d0c5c0ef9f5f2d12f1cf98bb0",
    3: "2e0d066f8cea7ba947c318188037cf5729a7107e34ea1e10cab1c44c2a3bf38a",
}


@pytest.fixture
def folder(tmp_path):
    write_exam(make_exam(SPEC, 3, 1), tmp_path)
    return tmp_path


@pytest.fixture(params=CHECKSUMS)
def before(tmp_path, request):
    """An exam of an earlier format, and which."""
    return shutil.copytree(BEFORE / f"format{request.param}", tmp_path / "exam"), request.param


def changed(folder, **entries):
    """exam.json with other entries, None for none; sealed anew."""
    path = folder / "exam.json"
    content = json.loads(path.read_text("utf-8")) | entries
    path.write_text(json.dumps({k: v for k, v in content.items() if v is not None}), "utf-8")
    exam = read_exam(folder, verify=False)
    content["checksums"] |= {"exam": exam.checksum, "seed": exam.seed_checksum}
    path.write_text(json.dumps({k: v for k, v in content.items() if v is not None}), "utf-8")
    return folder


def test_a_new_exam_names_its_format_and_every_mistake_that_it_was_certified_against(folder):
    content = json.loads((folder / "exam.json").read_text("utf-8"))
    assert content["format"] == 4
    assert content["mistakes"] == [m.name for m in CATALOGUE]


def test_an_exam_of_before_is_read_with_its_checksum_seal_and_prefix(before):
    folder, number = before
    exam, sums = read_unverified(folder)
    assert (exam.format, exam.checksum, exam.variants) == (number, CHECKSUMS[number], ("001", "002", "003"))
    assert (exam.checksum, exam.seed_checksum) == (sums["exam"], sums["seed"])
    assert exam.short_checksum == CHECKSUMS[number][:8]  # as its papers say it
    assert dict(exam.students) == {"S1": "001", "S2": "002"}
    assert read_exam(folder).mark_key == hmac.digest(b"7", exam.checksum.encode(), "sha256")


def test_an_exam_of_before_is_certified_and_written_as_it_was(before, tmp_path):
    folder, _ = before
    exam, lines, faults = check_folder(folder)
    assert faults == ()
    assert all(line.holds for line in lines)
    assert "misconceptions" in {line.condition for line in lines}
    (tmp_path / "again").mkdir()
    write_exam(exam, tmp_path / "again")
    for name in ("exam.json", "key.csv"):
        assert (tmp_path / "again" / name).read_text("utf-8") == (folder / name).read_text("utf-8")


def test_an_exam_without_a_format_is_checked_against_the_catalogue_of_before():
    exam, _, _ = check_folder(BEFORE / "format1")
    assert exam.mistakes == FIRST_MISTAKES
    assert {m.name for m in exam.batches[0].catalogue} == set(FIRST_MISTAKES)


@pytest.mark.parametrize("place", ["id", "givens", "answers", "accepted"])
def test_of_an_exam_of_before_a_part_that_is_missing_or_of_another_kind_is_one_line(before, place):
    folder, _ = before
    path = folder / "exam.json"
    text = path.read_text("utf-8")
    for wrong in (None, "x", 3, [], {}, ...):
        content = json.loads(text)
        if wrong is ...:
            del content["variants"][1][place]
        else:
            content["variants"][1][place] = wrong
        path.write_text(json.dumps(content), "utf-8")
        with pytest.raises(InputError) as caught:
            read_exam(folder)
        assert len(caught.value.faults) == 1
        assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["variants"][1]["givens"]["q1"].__setitem__("x1", 0.7), "variant 002: given q1.x1"),
        (lambda c: c["variants"][0]["answers"].__setitem__("q1_db1", 0.5), "variant 001: answer q1_db1"),
        (lambda c: c["variants"][2]["accepted"]["q1_loss"].__setitem__(1, 9.0), "variant 003: high of q1_loss"),
        (lambda c: c["students"].__setitem__("S1", "002"), "spec, students or names were changed"),
    ],
)
def test_a_change_in_an_exam_of_before_is_refused_and_named(before, change, said):
    folder, _ = before
    content = json.loads((folder / "exam.json").read_text("utf-8"))
    change(content)
    (folder / "exam.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(InputError, match="was changed after it was made"):
        read_exam(folder)
    assert any(said in fault for fault in check_folder(folder)[2])


def test_the_names_of_before_are_all_known_still():
    assert len(FIRST_MISTAKES) == 36
    assert set(FIRST_MISTAKES) < {m.name for m in CATALOGUE}


def test_a_mistake_that_the_exam_does_not_name_may_land_in_its_ranges():
    """With 3 decimal places something lands somewhere; what was not certified is not held against the exam."""
    exam = make_exam({**SPEC, "rounding": "3dp", "certify": {"misconceptions": False, "tolerance": 0.3}}, 40, 1)
    strict = [replace(batch, certify=replace(batch.certify, misconceptions=True)) for batch in exam.batches]
    assert not all(line.holds for line in certificate(replace(exam, batches=tuple(strict))))
    lenient = tuple(batch.against(()) for batch in strict)
    assert all(line.holds for line in certificate(replace(exam, batches=lenient)))


def test_a_name_that_nobody_knows_is_told(folder):
    _, _, faults = check_folder(changed(folder, mistakes=["gradient-ascent", "thought-of-later"]))
    assert faults == (
        f'{folder / "exam.json"}: no mistake "thought-of-later" is known; it cannot be certified against it again',
    )


@pytest.mark.parametrize("number", [5, 0, "2"])
def test_a_later_format_is_refused(folder, number):
    path = folder / "exam.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"format": number}), "utf-8")
    with pytest.raises(InputError) as caught:
        read_exam(folder)
    assert caught.value.faults == (
        f'{path}: format "{number}" is not known; it was made by a later version of this program',
    )
