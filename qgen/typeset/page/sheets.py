"""Sizes in points, for whoever asks before anything is set."""

SHEETS = {"a4": (595.28, 841.89), "a3": (841.89, 1190.55), "letter": (612.0, 792.0)}  # width and height, upright
SIZE = 10.5  # of running text, where nobody says another
