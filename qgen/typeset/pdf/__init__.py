"""The PDF file."""
