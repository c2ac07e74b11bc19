"""exam.json says what it was certified against; one that does not is from before, and is certified as it was then."""

import json
from dataclasses import replace

import pytest

from qgen.engine.misconceptions import CATALOGUE
from qgen.errors import InputError
from qgen.exam.check import certificate, check_folder
from qgen.exam.exam import make_exam, read_exam, write_exam
from qgen.exam.stored.formats import FIRST_MISTAKES

SPEC = {"questions": [{"network": "tanh-heads"}]}


@pytest.fixture
def folder(tmp_path):
    write_exam(make_exam(SPEC, 3, 1), tmp_path)
    return tmp_path


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
    assert content["format"] == 3
    assert content["mistakes"] == [m.name for m in CATALOGUE]


def test_an_exam_without_a_format_is_checked_against_the_catalogue_of_before(folder):
    exam, lines, faults = check_folder(changed(folder, format=None, mistakes=None))
    assert (exam.format, exam.mistakes, faults) == (1, FIRST_MISTAKES, ())
    assert {m.name for m in exam.batches[0].catalogue} == set(FIRST_MISTAKES)
    assert "misconceptions" in {line.condition for line in lines}
    read_exam(folder)
    write_exam(exam, folder)
    assert "format" not in json.loads((folder / "exam.json").read_text("utf-8"))


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


@pytest.mark.parametrize("number", [4, 0, "2"])
def test_a_later_format_is_refused(folder, number):
    path = folder / "exam.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"format": number}), "utf-8")
    with pytest.raises(InputError) as caught:
        read_exam(folder)
    assert caught.value.faults == (
        f'{path}: format "{number}" is not known; it was made by a later version of this program',
    )
