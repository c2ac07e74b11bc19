"""Which version this is: what the commands show, what exam.json names, what pyproject.toml says again."""

__version__ = "0.1.0"
