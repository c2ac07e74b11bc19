"""What ids begin with, of an iteration and of an example of a batch, there and back."""

import pytest

from qgen.engine.symbols import example_of, prefix


@pytest.mark.parametrize("iteration", [1, 2, 9, 12])
@pytest.mark.parametrize("example", [1, 2, 4])
@pytest.mark.parametrize("name", ["w11_1", "new_b3", "z3", "loss", "dw10.2_1"])
def test_an_id_says_its_example_and_its_name(iteration, example, name):
    assert example_of(prefix(iteration, example) + name) == (example, name)


@pytest.mark.parametrize("name", ["t2", "e2", "tx_1", "ex_1", "t_1", "e_1", "a2_1", "x2_w11", "2_t3"])
def test_what_only_looks_like_one_is_of_the_first(name):
    assert example_of(name) == (1, name)
