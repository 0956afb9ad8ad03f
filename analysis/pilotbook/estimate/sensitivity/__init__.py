"""How far a result depends on what cannot be tested: parallel trends, single units, choices of specification."""
