"""Processes that read files are as many as are worth their start."""

import pytest

from grader.reading.sandbox import Readers


class Pool:
    """Notes that it was asked."""

    asked = False

    def map(self, function, requests):
        self.asked = True
        return map(function, requests)


class Echo(Readers):
    """Answers without a process."""

    def _asked(self, requests):
        return [{"of": request["number"]} for request in requests]


@pytest.mark.parametrize(("count", "several"), [(0, False), (19, False), (20, True), (21, True)])
def test_several_processes_read_where_each_has_enough_to_do(count, several):
    them = Echo(1.0, "", 10, Pool())
    assert list(them.answers([{"number": k} for k in range(count)])) == [{"of": k} for k in range(count)]
    assert them.pool.asked == several
