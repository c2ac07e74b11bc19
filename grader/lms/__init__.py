"""Into learning-management systems: one small module per system behind one interface (`gradebook.System`)."""
