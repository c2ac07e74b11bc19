import dataclasses
import io
import random

import pypdf
import pytest
import segno

from qgen.errors import InputError
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.papers import seal
from qgen.papers.papers import Papers
from qgen.papers.seal import Seal, qr_code, read_seal, seal_text


@pytest.fixture(scope="module")
def exam():
    return make_exam(spec_of({"questions": [{"network": "tanh-heads"}]}), 3, 1)


@pytest.mark.parametrize("told", [Seal("001", 1), Seal("003", 12, "S"), Seal("002", 1, "K")])
def test_a_seal_is_read_back_as_it_was_written(exam, told):
    assert read_seal(seal_text(exam, told), exam) == told


def test_a_changed_or_foreign_seal_is_an_error_that_quotes_it(exam):
    text = seal_text(exam, Seal("001", 1))
    for i, char in enumerate(text):
        if char != " ":
            changed = text[:i] + ("0" if char != "0" else "1") + text[i + 1 :]
            with pytest.raises(InputError, match=r'(seal|code) "'):
                read_seal(changed, exam)
    with pytest.raises(InputError, match="no seal of a paper"):
        read_seal("https://example.org/" + "x" * 500, exam)
    other = dataclasses.replace(exam, seed=2)
    with pytest.raises(InputError, match="signature is wrong"):
        read_seal(seal_text(other, Seal("001", 1)), exam)


def test_another_exams_seal_is_told_apart(exam):
    other = make_exam(exam.spec, 3, 2)
    with pytest.raises(InputError, match="another exam"):
        read_seal(seal_text(other, Seal("001", 1)), exam)


def test_a_variant_the_exam_does_not_have_is_an_error(exam):
    with pytest.raises(InputError, match="no variant 009"):
        read_seal(seal_text(exam, Seal("009", 1)), exam)


def test_a_code_put_together_from_single_bits_is_the_librarys_code(exam):
    draw = random.Random(1)
    for _ in range(20):
        told = Seal(f"{draw.randrange(1000):03}", draw.randrange(1, 30), draw.choice("PSK"))
        text = seal_text(exam, told)
        made = segno.make_qr(text, mode="alphanumeric", error="m", mask=3, boost_error=False)
        bits = f"{seal._modules(text):0{32 * len(made.matrix)}b}"
        rows = [bits[i : i + 32][: len(made.matrix)] for i in range(0, len(bits), 32)]
        assert rows == ["".join(map(str, row)) for row in made.matrix]


def test_a_code_is_a_small_picture(exam):
    drawing = qr_code(seal_text(exam, Seal("001", 1)))
    assert drawing.width == drawing.height == 25 * seal.MODULE == 31.25  # points
    assert len(drawing.operators) < 400


def test_once_the_seals_are_learned_another_seal_needs_no_new_code(exam):
    seal.learn_seals()
    text = seal_text(exam, Seal("001", 1))
    seal._modules(text)
    made = seal._difference.cache_info().misses
    for signature in ("FFFFFFFF", "00000000", "9A5EC37B"):
        seal._modules(text[: -seal.SIGNATURE] + signature)
    assert seal._difference.cache_info().misses == made


def described(data):
    """A paper's pages: what is drawn, with what, and the fields; the page's hidden seal apart."""
    pages, seals = [], []
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(data)).pages, 1):
        fields = [field.get_object() for field in page["/Annots"]]
        mine = [field for field in fields if field["/T"] == f"seal_{number}"]
        seals += [(field["/V"], field["/F"], field["/Ff"], field["/Rect"]) for field in mine]
        others = [(field["/T"], field["/Rect"], field["/F"], field.get("/V")) for field in fields if field not in mine]
        fonts = {name: font.get_object()["/BaseFont"] for name, font in page["/Resources"]["/Font"].items()}
        pages.append((page.get_contents().get_data(), fonts, others))
    return pages, seals


def test_every_page_holds_its_seal_in_a_hidden_read_only_field_and_looks_as_without(exam):
    pages, seals = described(Papers(exam).question_paper(1))
    assert seals == [(seal_text(exam, Seal("002", k + 1)), 2, 1, [0, 0, 0, 0]) for k in range(len(pages))]
    assert described(Papers(dataclasses.replace(exam, sealed=False)).question_paper(1)) == (pages, [])
