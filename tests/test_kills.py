"""A command that is killed at any moment leaves the old or the new, and nothing after the next run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = Path(__file__).parent.parent / "benchmarks" / "kills.py"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs copies of a process")
def test_a_killed_command_leaves_the_old_or_the_new_and_nothing_after_the_next_run():
    done = subprocess.run(
        [sys.executable, KILLS, "make", "score", "--count", "2"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "put back" in done.stdout
