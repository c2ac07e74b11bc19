"""The worked solution: lines, ways of the gradients, usual mistakes."""
