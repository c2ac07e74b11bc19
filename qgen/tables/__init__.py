"""Tables of texts from any CSV file or workbook. Knows no exam."""
