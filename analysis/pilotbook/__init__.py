"""pilotbook turns an analysis plan and a panel of counties into an evaluation report that anyone can rerun."""

__version__ = "0.1.0"
