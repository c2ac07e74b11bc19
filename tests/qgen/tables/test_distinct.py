"""The different numbers are all found, each once, whichever fall into the same slot."""

import numpy as np
import pytest

from qgen.tables.distinct import distinct


@pytest.mark.parametrize("different", [1, 7, 1000, 50_000])
def test_every_key_is_found_once_and_stands_where_it_stood(different: int) -> None:
    rng = np.random.default_rng(different)
    keys = rng.integers(0, 1 << 63, different).astype(np.uint64)[rng.integers(0, different, 50_000)]
    values, which = distinct(keys)
    assert (values[which] == keys).all()
    assert len(values) == len(np.unique(keys))


def test_no_keys_have_no_different_ones() -> None:
    values, which = distinct(np.empty(0, np.uint64))
    assert values.size == which.size == 0
