"""What is installed: its version, and the folders that come with it."""

from pathlib import Path

__version__ = "0.1.0"  # what exam.json names, too; pyproject.toml says it again

_PACKAGE = Path(__file__).parent


def shipped(name: str, in_checkout: str) -> Path:
    """A folder of the package, or the one in the checkout that it is made from."""
    installed = _PACKAGE / name
    return installed if installed.exists() else _PACKAGE.parent / in_checkout
