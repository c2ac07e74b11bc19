"""What the tests of scans ask for by name; see tests/scanned.py."""

import pytest
import scanned


@pytest.fixture
def exam():
    return scanned.small_exam()


@pytest.fixture
def layout():
    return scanned.layout_of_small()


@pytest.fixture
def pages():
    return scanned.pages
