"""An exam: what to draw, what makes it fair, the variants and their key."""
