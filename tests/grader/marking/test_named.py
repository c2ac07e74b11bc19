"""Cells whose mistake has a name: put together from parts, counted, and looked up by cell."""

import numpy as np

from grader.marking.named import NOBODY, Named

A, B, C = ("sign", "The sign."), ("sign", "The other sign."), ("factor", "The factor.")


def test_parts_put_together_say_of_every_cell_what_they_said() -> None:
    one = Named.of(np.array([[0, 1], [0, 2], [3, 1]]), [A, B, A])
    two = Named.of(np.array([[4, 0], [5, 5]]), [C, A])
    both = Named.joined([one, NOBODY, two])
    assert both.by_cell() == one.by_cell() | two.by_cell() == {(0, 1): A, (0, 2): B, (3, 1): A, (4, 0): C, (5, 5): A}
    assert len(both.words) == 3


def test_names_are_counted_whatever_their_sentences_in_the_same_order_for_any_parts() -> None:
    one, two = Named.of(np.array([[0, 1], [0, 2]]), [C, B]), Named.of(np.array([[1, 1], [1, 2]]), [A, C])
    counts = [list(Named.joined(parts).counts().items()) for parts in ([one, two], [two, one])]
    assert counts == [[("factor", 2), ("sign", 2)]] * 2
    assert NOBODY.counts() == {}
