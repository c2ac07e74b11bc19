"""The class on one page: what was hard, what to teach again, whether it was fair."""
