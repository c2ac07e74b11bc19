"""python -m grader: the command grader where scripts are not on the path."""

from grader.cli import app

app(prog_name="grader")
