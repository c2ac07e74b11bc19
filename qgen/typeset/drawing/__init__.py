"""Drawings: shapes, drawn to PDF and to SVG."""
