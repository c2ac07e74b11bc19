"""A simulated class, to rehearse with."""
