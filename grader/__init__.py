"""Marks: what students wrote, what it is worth, what went wrong. Asks qgen what is true."""

from typing import TYPE_CHECKING

from qgen.lazy import offered

__all__ = ["Marks", "Report", "Submissions", "read_answers", "read_responses", "report", "score", "simulate"]

if TYPE_CHECKING:
    from grader.class_report.report import Report, report
    from grader.marking.score import score
    from grader.marking.verdicts import Marks
    from grader.reading.answers import read_answers
    from grader.reading.responses import read_responses
    from grader.reading.submissions import Submissions
    from grader.rehearsal.simulate import simulate
else:
    __getattr__, __dir__ = offered(
        __name__,
        {
            "grader.class_report.report": "Report report",
            "grader.marking.score": "score",
            "grader.marking.verdicts": "Marks",
            "grader.reading.answers": "read_answers",
            "grader.reading.responses": "read_responses",
            "grader.reading.submissions": "Submissions",
            "grader.rehearsal.simulate": "simulate",
        },
    )
