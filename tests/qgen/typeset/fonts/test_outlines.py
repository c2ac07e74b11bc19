"""Words of any script stand in formulas and drawings, as paths where the face lacks them."""

import io

import pypdf
import pytest

from qgen.errors import InputError
from qgen.typeset.drawing.drawing import Drawing
from qgen.typeset.fonts import faces
from qgen.typeset.fonts.outlines import in_table, outline, width
from qgen.typeset.markup.inline import inline
from qgen.typeset.math.formula import layout
from qgen.typeset.page.lines import drawn
from qgen.typeset.page.pages import render


def printed(markup, drawings=None):
    pdf = render(markup, header="a", footer="b", drawings=drawings or {}, title="t")
    return pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_a_path_is_as_wide_as_its_glyphs_and_reaches_as_far():
    word = outline("R", "b≥p")
    assert word.width == pytest.approx(faces.width("R", "b≥p"), abs=0.002)
    assert word.ascent == pytest.approx(faces.metrics("R", "b").ascent, abs=0.002)
    assert word.descent == pytest.approx(faces.metrics("R", "p").descent, abs=0.002)


@pytest.mark.parametrize("face", ["R", "I", "B"])
@pytest.mark.parametrize("word", ["חדש", "جديد", "новый", "≠ Ł", "a\xa0Ж"])
def test_every_face_has_words_in_formulas(face, word):
    command = {"R": "text", "I": "textit", "B": "textbf"}[face]
    formula = layout(rf"w^{{\,\{command}{{{word}}}}}")
    assert formula.width > layout("w").width + 0.3 * len(word)
    assert in_table(face, word) or " c " in formula.operators
    assert "ActualText" in formula.operators


def test_words_from_right_to_left_are_drawn_in_their_order():
    assert outline("R", "אב").path.startswith(outline("R", "ב").path[:40])
    assert width("R", "אב") == pytest.approx(width("R", "א") + width("R", "ב"), abs=0.001)


def test_digits_in_a_foreign_text_stay_digits():
    two, three = layout(r"\text{новый 2}"), layout(r"\text{новый 3}")
    assert two.operators.replace("2) Tj", "3) Tj")[-60:] == three.operators[-60:]


def test_a_caption_of_a_drawing_in_any_script_is_drawn():
    lines = list(drawn(inline("שכבה ראשונה Ж≠ layer"), 60, 9))
    assert len(lines) > 1
    picture = Drawing(60, 20, lines[0].shapes, alt="a caption")
    assert "above" in printed("above\n\n@diagram q1\n\nbelow\n", {"q1": picture})


def test_what_no_typeface_has_is_an_error_in_a_formula_too():
    with pytest.raises(InputError, match=r"U\+1F9FF"):
        layout(r"\text{a \U0001f9ff}".replace(r"\U0001f9ff", "\U0001f9ff"))
