"""From what was written to marks, reasons and misconceptions. Pure."""
