"""The command grader: each reads options, calls one function, prints one summary."""

from importlib import import_module

from grader.cli.program import app

for _room in ("papers", "marking", "exporting", "rehearsal"):  # as the help lists their commands
    import_module(f"grader.cli.{_room}")

__all__ = ["app"]
