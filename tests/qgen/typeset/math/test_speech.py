import pytest

from qgen.errors import InputError
from qgen.papers.words import render
from qgen.typeset.math.latex import FormulaError
from qgen.typeset.math.speech import WORDS, speak, vocabulary


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (
            r"\frac{\partial L}{\partial w_{11}^{(1)}} = -0.25",
            "partial derivative of L with respect to w 1 1 of layer 1 equals minus 0.25",
        ),
        (r"w_{12}^{(2)\,\text{new}}", "w 1 2 of layer 2 new"),
        (r"L = \tfrac{1}{2}\left(a_3 - y\right)^2",
         "L equals 1 over 2, open parenthesis a 3 minus y close parenthesis squared"),
        (r"x^{3} + 2 \cdot 0.5^2", "x to the power 3 plus 2 times 0.5 squared"),
        (r"\mathbf{1}\left[z_1 > 0\right]", "indicator that open bracket z 1 is greater than 0 close bracket"),
        (r"w_{10,\,2}", "w 10, 2"),
        (r"a_1 = \ln a_2, a_2 = \tanh z", "a 1 equals natural logarithm of a 2, a 2 equals hyperbolic tangent of z"),
        (r"\hat{y}' \to 100\%", "y hat prime to 100 percent"),
        (r"\sum_{k=1}^{3} x_k", "sum from k equals 1 to 3 x k"),
    ],
)  # fmt: skip
def test_a_formula_reads_aloud_in_words(latex, words):
    assert speak(latex) == words


def test_other_digits_are_read_as_they_stand_in_their_places():
    assert speak("w_{11}^{(2)} = 0.13") == "w 1 1 of layer 2 equals 0.13"
    assert speak("w^{(3)}_{42} = 5.67") == "w 4 2 of layer 3 equals 5.67"


def test_a_language_is_a_list_of_words_and_the_rest_stays_as_it_is():
    german = vocabulary("= : ist gleich\n\npartial : Ableitung von {} nach {}\n")
    assert speak(r"\frac{\partial L}{\partial w} = x - y", german) == "Ableitung von L nach w ist gleich x minus y"
    assert vocabulary("").words == dict(WORDS)


def test_the_german_words_are_complete():
    german = vocabulary(render("speech.txt", {}, language="de")).words
    same = {sign for sign, words in WORDS.items() if german[sign] == words}
    assert same <= {"+", "−", "∈", "˜", *"αβγδεϵζηθϑικλμνξπρστυφϕχψω"}


def test_faults_in_a_list_of_words_are_all_told():
    with pytest.raises(InputError) as error:
        vocabulary("equals : x\npartial : x\nnonsense")
    assert len(error.value.faults) == 3
    assert "needs {} as often" in error.value.faults[1]


def test_what_is_no_formula_is_an_error():
    with pytest.raises(FormulaError):
        speak(r"\sqrt{2}")
