"""The markup of a page."""
