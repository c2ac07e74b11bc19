import re
from pathlib import Path

import pytest

from grader.desk.labels import labels
from grader.desk.page import comb, words
from qgen.exam.exam import make_exam
from qgen.papers.words import TEMPLATES, load
from qgen.typeset.page.combs import Comb

LANGUAGES = [path.name for path in TEMPLATES.iterdir() if path.is_dir()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all_that_the_page_says(language):
    said, english = (load("desk.txt", None, name).module.WORDS for name in (language, "en"))
    assert said.keys() == english.keys()
    assert [len(one) for one in said["keys"]] == [len(one) for one in english["keys"]]
    assert [name for name, text in english.items() if text == said[name]] == []
    for name, text in english.items():
        assert [text.count(f"{{{k}}}") for k in range(3)] == [said[name].count(f"{{{k}}}") for k in range(3)], name


def test_the_script_says_only_what_the_words_have():
    script = Path(TEMPLATES / "desk.js").read_text("utf-8")
    named = set(re.findall(r"words\.(\w+)", script)) | set(re.findall(r'say\("(\w+)"', script))
    assert named - words("en").keys() == set()


def test_every_item_has_a_name_for_the_eye_and_for_the_ear():
    for language in ("en", "de"):
        exam = make_exam({"language": language}, 1, 1)
        found = labels(exam)
        assert list(found) == list(exam.columns)
        assert all(one.name.startswith("<math>") and one.spoken and one.place for one in found.values())
    assert found["q1_dw13"].place == "Aufgabe 1, Gradienten, Ausgabeschicht"


def test_characters_stand_under_the_middles_of_their_cells():
    one = Comb(4)
    where = comb(one)
    assert len(where["middles"]) == 6
    for left, middle in zip(one.cells, where["middles"], strict=True):
        assert middle * where["width"] / 100 / 3 == pytest.approx(5 + left + 4.5 / 2, abs=0.01)
    assert where["width"] == pytest.approx(3 * (one.width + 10), abs=0.1)
