"""The report: chapters executed, and rendered into HTML and PDF by one of two engines."""
