"""One offline page to practise with, whose engine is the rules themselves, printed as JavaScript."""
