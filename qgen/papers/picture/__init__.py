"""The picture of a network, as papers and question banks show it."""
