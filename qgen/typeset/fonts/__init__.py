"""Typefaces: found, shaped, subset and embedded."""
