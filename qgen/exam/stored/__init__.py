"""The files of an exam folder."""
