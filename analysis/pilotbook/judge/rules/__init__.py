"""The rules: thresholds and decisions, read from a file, checked, and told as fired, not fired or not evaluable.

An expression is parsed into a small tree (`parse`), checked against the data dictionary (`check`) and evaluated over
units × windows in three-valued logic (`evaluate`). Nothing is ever handed to Python to execute.
"""
