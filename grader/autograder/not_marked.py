"""Why what a student handed in is not marked at all: put into words once, by templates/autograder.txt."""

from __future__ import annotations


class NotMarkedError(Exception):
    """`kind` names a sentence of autograder.txt, `arguments` fill it; `details` say more, line by line."""

    def __init__(self, kind: str, *arguments: object, details: tuple[str, ...] = ()) -> None:
        super().__init__(kind, arguments, details)
        self.kind, self.arguments, self.details = kind, arguments, details
