"""Work on several processes gives the same in the same order, and its faults come through."""

import os
import signal
import time

import pytest

from qgen.background import ENDED
from qgen.errors import InputError
from qgen.parallel import each, shares


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_the_order_of_the_parts(jobs: int) -> None:
    assert list(each(lambda part: part * part, range(10), jobs)) == [part * part for part in range(10)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_in_a_part_is_raised_by_the_caller(jobs: int) -> None:
    def work(part: int) -> int:
        if part == 2:
            raise ValueError("two")
        return part

    with pytest.raises(ValueError, match="two"):
        list(each(work, range(4), jobs))


def test_a_process_that_the_system_ends_is_told_in_one_line() -> None:
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the command line sets it

    def work(part: int) -> None:
        if part == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.1)

    try:
        with pytest.raises(InputError, match=ENDED):
            list(each(work, range(6), 2))
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 100, 101])
def test_shares_are_everything_once_in_order_and_none_is_too_large(count: int, jobs: int) -> None:
    parts = shares(count, 10, jobs)
    assert [number for part in parts for number in part] == list(range(count))
    assert all(0 < len(part) <= 10 for part in parts)
