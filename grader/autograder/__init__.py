"""Marking one student at a time inside systems that run an autograder: Gradescope, PrairieLearn."""
