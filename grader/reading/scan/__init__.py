"""From scanned papers to answers, and what a person decided of them."""
