"""Inference that counts at the unit of assignment: what is valid with one pilot, with a few, and with many."""
