"""Who the rows of an answers file are, which variant each had, and who was absent."""
