"""A local page for what a person must look at: unsure readings, unreadable answers, decisions on marks."""
