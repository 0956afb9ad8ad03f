"""Disclosure control: small counts of people are suppressed, and nothing private leaves with a report."""
