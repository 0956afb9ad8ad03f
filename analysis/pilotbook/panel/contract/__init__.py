"""The data contract: what a table must look like, and every way in which it can fail to."""
