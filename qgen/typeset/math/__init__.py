"""Formulas: LaTeX to boxes, and to words."""
