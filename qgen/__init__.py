"""Papers: networks, numbers, question and solution PDFs. Knows nothing of students' answers."""

from typing import TYPE_CHECKING

from qgen.lazy import offered
from qgen.version import __version__

__all__ = [
    "Exam", "InputError", "Network", "Question", "Spec", "__version__", "make_exam", "read_exam", "read_spec",
    "spec_of", "write_exam",
]  # fmt: skip

if TYPE_CHECKING:
    from qgen.engine.network import Network
    from qgen.engine.question import Question
    from qgen.errors import InputError
    from qgen.exam.exam import Exam, make_exam, read_exam, write_exam
    from qgen.exam.spec import Spec, read_spec, spec_of
else:
    __getattr__, __dir__ = offered(
        __name__,
        {
            "qgen.engine.network": "Network",
            "qgen.engine.question": "Question",
            "qgen.errors": "InputError",
            "qgen.exam.exam": "Exam make_exam read_exam write_exam",
            "qgen.exam.spec": "Spec read_spec spec_of",
        },
    )
