"""Plots and maps as SVG."""
