"""The design: the analysis plan, and the contract that says what it permits."""
