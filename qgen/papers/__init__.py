"""Question and solution papers: words and pictures of an exam, to be set by typeset."""
