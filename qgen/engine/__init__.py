"""What is true: networks, rules and numbers. Knows no exam, no paper, no student."""
