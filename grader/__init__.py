"""Marks: what students wrote, what it is worth, what went wrong. Asks qgen what is true."""
