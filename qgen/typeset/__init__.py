"""Typesetting: markup and formulas to tagged PDF pages. Knows no exam."""
