"""Run the command line with ``python -m pilotbook``."""

from pilotbook.cli import main

main()
