"""For the day of the exam: all papers in one file for the print shop, and the list for the door."""
