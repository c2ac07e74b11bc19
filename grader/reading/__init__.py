"""From any file of answers to what each student wrote."""
