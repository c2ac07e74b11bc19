"""Paper in, answers out: scanned pages -> readings, and what a person decided. No reader knows a page's key."""
