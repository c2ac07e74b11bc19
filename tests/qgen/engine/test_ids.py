"""What the ids of an iteration begin with, there and back."""

import pytest

from qgen.engine.symbols import iteration_of, prefix


@pytest.mark.parametrize("iteration", [1, 2, 9, 12])
@pytest.mark.parametrize("name", ["w11_1", "new_b3", "z3", "loss", "dw10.2_1"])
def test_an_id_says_its_iteration(iteration, name):
    assert iteration_of(prefix(iteration) + name) == iteration


@pytest.mark.parametrize("name", ["t2", "tx_1", "t_1", "a2_1", "x2_w11", "2_t3"])
def test_what_only_looks_like_one_is_of_the_first(name):
    assert iteration_of(name) == 1
