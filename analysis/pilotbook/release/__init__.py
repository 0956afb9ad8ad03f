"""Releases: a rendered report frozen for good, rerun by a reviewer, compared with the one before."""
