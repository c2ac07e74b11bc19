"""Marks as tables, feedback, a summary and remarks."""
