"""Seeds: whole numbers of any kind, and one clear line for everything else."""

import numpy as np
import pytest

from qgen.errors import InputError
from qgen.exam.seed import guessable, new_seed, seed_of


@pytest.mark.parametrize("seed", [7, "7", "007", np.int8(7), np.uint64(7), np.array(7)])
def test_a_whole_number_of_any_kind_is_a_seed(seed):
    assert seed_of(seed) == 7


@pytest.mark.parametrize("seed", [0, 10**80 - 1])
def test_the_least_and_the_greatest_seed_are_taken(seed):
    assert seed_of(seed) == seed_of(str(seed)) == seed


def test_no_seed_is_a_new_one_of_128_bits():
    seeds = [seed_of(None) for _ in range(100)]
    assert len(set(seeds)) == 100
    assert 2**120 < max(seeds) < 2**128


@pytest.mark.parametrize(
    "seed", [-1, "-1", 1.0, "1.0", True, "abc", "", "²", "٣", 10**80, "1" * 81, [1], np.float64(1)]
)
def test_anything_else_is_one_line(seed):
    with pytest.raises(InputError) as fault:
        seed_of(seed, "--seed")
    (line,) = fault.value.faults
    assert line.startswith('--seed: "')
    assert line.endswith("is not a seed; write a whole number such as 2026, of at most 80 digits")


def test_a_fresh_seed_cannot_be_guessed_and_a_short_one_can():
    assert guessable(2026)
    assert guessable((1 << 64) - 1)
    assert not guessable(1 << 64)
    assert not any(guessable(new_seed()) for _ in range(100))
