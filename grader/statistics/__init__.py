"""Statistics of a class: pure functions of arrays, each with its source."""
