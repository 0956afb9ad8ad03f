"""The evaluation: what the contract permits is estimated, and the ledger is written."""
