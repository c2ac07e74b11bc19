import pytest

from qgen.errors import InputError
from qgen.typeset.markup.blocks import Display, Text, parse
from qgen.typeset.page.flow import Flow, _open_display

LINE = (
    r"$$ \frac{\partial L}{\partial w_{12}^{(2)}} = -0.25 \cdot 1.5 = -0.375 $$ | −0.38 to 0.37, 50 % (**7** or $x^2$)"
)


def test_lines_that_differ_only_in_their_digits_are_set_once_and_each_as_if_alone():
    others = [LINE, LINE.replace("0.25", "0.61").replace("12", "34").replace("50", "99")]
    _open_display.cache_clear()
    flow = Flow(430.0, {})
    for (block,) in map(parse, others):
        assert isinstance(block, Display)
        assert flow.lines([block]) == list(flow.display(block.filled()))
    assert _open_display.cache_info().misses == 1


def test_a_formula_in_many_lines_keeps_the_digits_of_each():
    (block,) = parse("$$ x = " + " + ".join(f"{k}.{k}5" for k in range(10, 60)) + " $$ | only 3")
    lines = Flow(300.0, {}).lines([block])
    assert len(lines) > 2
    assert lines == list(Flow(300.0, {}).display(block.filled()))


def test_a_line_is_read_with_its_digits_numbered():
    (block,) = parse("$$ x_1 = -2 $$ | not -3")
    assert block.digits == "123"
    assert block.filled() == Display("x_1 = -2", (Text("R", "not −3"),))


def test_a_fault_of_a_formula_is_told_with_its_digits():
    with pytest.raises(InputError, match=r'formula "x_1 = \\foo 27": "\\foo"'):
        Flow(430.0, {}).lines(parse(r"$$ x_1 = \foo 27 $$"))
