"""Puts this folder's own modules (cases, honest, oracle) within reach of its tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from hypothesis import settings

# the same examples on every machine, however slow
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
