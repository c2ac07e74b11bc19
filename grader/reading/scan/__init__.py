"""Paper in, answers out: scanned pages -> readings. Whatever reads a page never knows its key."""
