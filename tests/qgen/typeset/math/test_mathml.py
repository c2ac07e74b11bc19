"""Formulas for browsers: well-formed MathML that says what the LaTeX says, and lets nothing through as markup."""

from xml.etree import ElementTree

import pytest

from qgen.engine.network import NOTES
from qgen.exam.exam import make_exam
from qgen.exam.spec import spec_of
from qgen.solution.worked import Derivation, worked
from qgen.typeset.math.mathml import mathml


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("w_{12}^{(1)}", "<msubsup><mi>w</mi><mrow><mn>12</mn></mrow><mrow>(1)</mrow></msubsup>"),
        ("a'", "<msup><mi>a</mi><mrow>′</mrow></msup>"),
        (r"\frac{1}{2}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        (r"\ln a", '<mi>ln</mi><mspace width="0.167em"/><mi>a</mi>'),
        ("0{,}5", "<mn>0</mn><mtext>,</mtext><mn>5</mn>"),
        (r"\mathbf{1}", "<mi>𝟏</mi>"),
        ("-z < 0", "−<mi>z</mi>&lt;<mn>0</mn>"),
        (r"\text{<b>}", "<mtext>&lt;b&gt;</mtext>"),
    ],
)
def test_a_formula_is_this_mathml(latex, expected):
    found = mathml(latex)
    for sign in "(−)′<":  # how operators are marked does not matter here
        found = (
            found.replace(' form="prefix"', "")
            .replace(f'<mo stretchy="false">{sign}</mo>', sign)
            .replace(f"<mo>{sign}</mo>", sign)
        )
    found = found.replace('<mo stretchy="false">&lt;</mo>', "&lt;").replace(
        "<mrow>(<mn>1</mn>)</mrow>", "<mrow>(1)</mrow>"
    )
    assert found == f"<math>{expected}</math>"


def test_a_minus_before_a_number_is_a_sign():
    signs = [r"-1", r"a = -1", r"\left(-1\right) \cdot 2", r"(-1)"]
    assert ['form="prefix"' in mathml(latex) for latex in (*signs, "a - 1", r"\frac{1}{2} - 1")] == [True] * 4 + [
        False
    ] * 2


@pytest.mark.parametrize("network", [path.stem for path in sorted(NOTES.glob("*.toml"))])
def test_every_line_of_a_worked_solution_is_well_formed(network):
    exam = make_exam(spec_of({"questions": [{"network": network}]}), 1, 1)
    batch = exam.batches[0]
    givens = {name: float(values[0]) for name, values in batch.givens.items()}
    lines = [line for one in worked(Derivation(batch.question), givens, batch.rounding).items for line in one.lines]
    assert len(lines) > 20
    for line in lines:
        root = ElementTree.fromstring(mathml(line, display=True))
        assert root.tag == "math"
        for part in root.iter():
            assert len(part) == {"msub": 2, "msup": 2, "msubsup": 3, "mfrac": 2, "mover": 2}.get(part.tag, len(part))
