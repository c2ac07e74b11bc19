"""Work on several processes gives the same in the same order, its faults come through, and it never outlives us."""

import os
import signal
import time

import pytest

from qgen.errors import InputError
from qgen.parallel import ENDED, call, copied, copies, each, shares, worthwhile

copying = pytest.mark.skipif(not copied(), reason="the functions here cannot be sent to a process started anew")


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


def test_where_no_process_can_be_copied_this_one_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert worthwhile(1000, 1) == 1
    assert set(each(lambda _: os.getpid(), range(4), 2)) == {os.getpid()}


@copying
def test_the_result_comes_from_another_process():
    with copies(lambda part: (part, os.getpid()), 1) as pool:
        part, process = pool.submit(call, "a").result()
    assert part == "a"
    assert process != os.getpid()


@copying
def test_all_faults_of_the_input_are_raised_where_the_result_is_asked_for():
    def work(_):
        raise InputError("one", "two")

    with pytest.raises(InputError) as error, copies(work, 1) as pool:
        pool.submit(call, None).result()
    assert error.value.faults == ("one", "two")


def give_up(pool, parts):
    pool.map(call, range(parts))
    raise KeyboardInterrupt


@copying
def test_work_that_nobody_waits_for_any_more_is_ended():
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), copies(lambda _: time.sleep(60), 2) as pool:
        give_up(pool, 4)
    assert time.monotonic() - started < 30


@copying
@pytest.mark.filterwarnings("ignore:.* is multi-threaded, use of fork:DeprecationWarning")  # the first pool's threads
def test_copies_run_side_by_side_with_their_caller_and_with_others():
    with copies(lambda _: "one", 1) as first, copies(lambda _: "two", 1) as second:
        assert (second.submit(call, 0).result(), first.submit(call, 0).result()) == ("two", "one")


@copying
def test_work_is_ended_even_if_it_has_just_begun_and_its_result_is_large():
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the command line sets it
    try:
        for _ in range(20):
            with pytest.raises(KeyboardInterrupt), copies(lambda _: "x" * 1_000_000, 1) as pool:
                give_up(pool, 1)
    finally:
        signal.signal(signal.SIGTERM, before)
