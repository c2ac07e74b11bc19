"""Work in another process: its result, its reports and its faults come back, and it never outlives its caller."""

import os
import signal
import time

import pytest

from qgen.background import aside, copied, unheard
from qgen.errors import InputError

pytestmark = pytest.mark.skipif(not copied(), reason="the functions here cannot be sent to a process started anew")


def test_the_result_and_the_reports_come_from_another_process():
    def work(report):
        report(1)
        report(2)
        return os.getpid()

    reports = []
    with aside(work) as result:
        assert result(reports.append) != os.getpid()
    assert reports == [1, 2]


def test_all_faults_of_the_input_are_raised_where_the_result_is_asked_for():
    def work(_):
        raise InputError("one", "two")

    with aside(work) as result, pytest.raises(InputError) as error:
        result(unheard)
    assert error.value.faults == ("one", "two")


def test_work_that_nobody_waits_for_any_more_is_ended():
    def work(_):
        time.sleep(60)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), aside(work):
        raise KeyboardInterrupt
    assert time.monotonic() - started < 30


def test_two_works_run_side_by_side_with_their_caller():
    with aside(lambda _: "one") as first, aside(lambda _: "two") as second:
        assert (second(unheard), first(unheard)) == ("two", "one")


def test_work_is_ended_even_if_it_has_just_begun_and_its_result_is_large():
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the command line sets it
    try:
        for _ in range(20):
            with aside(lambda _: "x" * 1_000_000):
                pass
    finally:
        signal.signal(signal.SIGTERM, before)
