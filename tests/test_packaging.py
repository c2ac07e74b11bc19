"""What is installed is what is needed: no package too many, none too few, the fonts that papers are set in."""

import ast
import hashlib
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from qgen.typeset.fonts.faces import FACES, folder

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FONTS = {"matplotlib"}  # a package that nothing imports, for the fonts in it
TOOLS = {"mypy", "pandas-stubs", "pytest-xdist", "ruff", "outloud"}  # commands, and what they need


def names(requirements):
    return {re.split("[<>=]", requirement)[0] for requirement in requirements}


BASE = names(PROJECT["dependencies"])
EXTRAS = {extra: names(wanted) for extra, wanted in PROJECT["optional-dependencies"].items()}
OPTIONAL = EXTRAS["names"] | EXTRAS["scan"] | EXTRAS["desk"]  # what a command of its own needs


def imported(*folders):
    """The packages of others that files in these folders import, by what pip calls them."""
    found = set()
    for path in (path for name in folders for path in (ROOT / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    modules = {name.partition(".")[0] for name in found} - sys.stdlib_module_names - {"qgen", "grader"}
    known = packages_distributions()
    return {known[module][0].lower() for module in modules if module in known}


def test_every_dependency_is_imported_and_what_is_imported_is_a_dependency():
    assert imported("qgen", "grader") - OPTIONAL == BASE - FONTS


def test_every_package_for_tests_is_imported_by_one():
    assert imported("tests") - BASE - OPTIONAL == EXTRAS["test"] - TOOLS - OPTIONAL
    assert EXTRAS["scan"] | EXTRAS["desk"] <= EXTRAS["test"]
    assert imported("benchmarks") <= BASE | EXTRAS["test"] | EXTRAS["bench"]


def test_packages_that_a_paper_s_bytes_hang_on_are_pinned_exactly():
    wanted = PROJECT["optional-dependencies"]
    assert all("==" in requirement for requirement in wanted["names"])
    assert [one for one in wanted["test"] if one.startswith("uharfbuzz")] == wanted["names"][-1:]


def test_matplotlib_s_fonts_are_those_that_papers_have_always_been_set_in():
    files = sorted({file for file, _ in FACES.values()} | {"DejaVuSans", "DejaVuSerif"})
    found = hashlib.sha256(b"".join((folder() / f"{file}.ttf").read_bytes() for file in files)).hexdigest()
    assert found == "0c816e30537c77f83ec5b5130bd8c405e5c765750189aedb7a5124ec03c9f418"


@pytest.mark.parametrize("package", ["qgen", "grader"])
def test_a_type_checker_is_told_that_the_packages_have_types(package):
    assert (ROOT / package / "py.typed").is_file()
