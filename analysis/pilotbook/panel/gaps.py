"""What becomes of a county that lacks a value in some period."""

from typing import Literal

Gaps = Literal["keep", "drop"]
"""It stays with the values that it has, or is left out whole."""
