"""The exam as a question bank of a learning-management system: Moodle XML, Canvas QTI."""
