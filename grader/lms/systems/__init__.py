"""One module per learning-management system: how to read its export and write its import."""
