"""Why a file that was handed in, or a paper in it, is left out."""


class FormError(Exception):
    """Why, and what to do."""
