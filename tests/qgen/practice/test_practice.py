import numpy as np
import pytest

from qgen.errors import InputError
from qgen.exam.exam import make_exam, write_exam
from qgen.exam.spec import spec_of
from qgen.practice.practice import draw_practice, write_practice

SPEC = spec_of({"title": "Midterm", "questions": [{"network": "tanh-heads"}]})


def written(out, **more):
    options = {"spec": None, "exam": None, "n": 2, "seed": None, "templates": None, "force": False}
    return list(write_practice(out, **{**options, **more}))


@pytest.fixture
def midterm(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "midterm"
    folder.mkdir()
    exam = make_exam(SPEC, 3, 5)
    write_exam(exam, folder)
    return folder, exam


def test_what_qgen_make_draws_from_the_seed_is_what_is_practised():
    practice, made = draw_practice(SPEC, 4, 8), make_exam(SPEC, 4, 8)
    np.testing.assert_array_equal(practice.value, made.value)
    assert practice.checksum == made.checksum


def test_an_exams_own_numbers_are_refused(midterm):
    folder, _ = midterm
    with pytest.raises(InputError, match=r"q1, variant 001: has the numbers of q1 in the exam \"Midterm\""):
        written(folder.parent / "practice.html", exam=folder, seed="5")
    assert not (folder.parent / "practice.html").exists()


def test_a_fresh_seed_that_draws_an_exams_numbers_is_drawn_again(midterm, monkeypatch):
    _, exam = midterm
    seeds = iter([5, 6])
    monkeypatch.setattr("qgen.practice.practice.new_seed", lambda: next(seeds))
    assert draw_practice(SPEC, 3, exams=[exam]).seed == 6


def test_the_exam_that_lies_here_is_avoided_and_its_questions_are_practised(midterm):
    folder, _ = midterm
    folder.rename(folder.parent / "exam")
    told = written(folder.parent / "practice.html")
    assert 'none of its numbers are those of the exam "Midterm"' in told
    assert "Midterm" in (folder.parent / "practice.html").read_text("utf-8")
    with pytest.raises(InputError, match="has the numbers of q1"):
        written(folder.parent / "more.html", seed="5")


def test_a_page_that_exists_is_replaced_only_when_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "practice.html"
    out.write_text("mine")
    with pytest.raises(InputError, match="exists"):
        written(out)
    written(out, force=True)
    assert out.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_too_many_variants_are_refused(tmp_path):
    with pytest.raises(InputError, match="--n: 2001 variants"):
        draw_practice(SPEC, 2001)
