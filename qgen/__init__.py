"""Papers: networks, numbers, question and solution PDFs. Knows nothing of students' answers."""

__version__ = "0.1.0"
