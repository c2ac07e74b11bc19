"""Work on several processes gives the same in the same order, its faults come through, and it never outlives us."""

import os
import signal
import time

import pytest

from qgen.errors import InputError
from qgen.parallel import ENDED, copied, copies, each, received, shares, worthwhile

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
    with copies(lambda part: (part, os.getpid()), [["a"]]) as (pipe,):
        part, process = received(pipe)
    assert part == "a"
    assert process != os.getpid()


@copying
def test_all_faults_of_the_input_are_raised_where_the_result_is_asked_for():
    def work(_):
        raise InputError("one", "two")

    with copies(work, [[None]]) as (pipe,), pytest.raises(InputError) as error:
        received(pipe)
    assert error.value.faults == ("one", "two")


@copying
def test_of_an_error_of_ours_it_is_known_where_it_was():
    def work(_):
        return {}["nothing"]

    with pytest.raises(KeyError) as error:
        list(each(work, range(2), 2))
    assert "in work" in error.value.__notes__[0]


@copying
def test_work_that_nobody_waits_for_any_more_is_ended():
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), copies(lambda _: time.sleep(60), [[1], [2]]):
        raise KeyboardInterrupt
    assert time.monotonic() - started < 30


@copying
def test_who_leaves_in_the_middle_ends_the_others_work():
    started = time.monotonic()
    for first in each(lambda part: time.sleep(60 * (part > 1)), range(6), 2):
        assert first is None
        break
    assert time.monotonic() - started < 30


@copying
def test_copies_run_side_by_side_with_their_caller_and_with_others():
    with copies(lambda _: "one", [[0]]) as (first,), copies(lambda _: "two", [[0]]) as (second,):
        assert (received(second), received(first)) == ("two", "one")


@copying
def test_work_is_ended_even_if_it_has_just_begun_and_its_result_is_large():
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the command line sets it
    try:
        for k in range(20):
            with copies(lambda _: "x" * 1_000_000, [[0]]) as (pipe,):
                pipe.poll(k / 1000)
    finally:
        signal.signal(signal.SIGTERM, before)
