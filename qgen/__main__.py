"""python -m qgen: the command qgen where scripts are not on the path."""

from qgen.cli import app

app(prog_name="qgen")
