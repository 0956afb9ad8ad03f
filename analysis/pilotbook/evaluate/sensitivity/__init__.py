"""How far the headline of an outcome carries: every room here examines it in one way and gives rows of the ledger."""
