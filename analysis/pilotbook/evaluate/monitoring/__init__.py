"""Monitoring: the rules of the catalogue, read from the tables of a vintage and from the ledger."""
