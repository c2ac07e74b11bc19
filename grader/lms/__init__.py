"""One small module per learning-management system, behind one interface."""
