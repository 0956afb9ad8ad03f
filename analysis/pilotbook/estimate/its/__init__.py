"""Interrupted time series, alone and controlled."""
