"""For how many days buyers' personal data is kept after the last open duty."""

from typing import Final

DEFAULT_DAYS: Final = 30
"""Unless the profile says otherwise."""
MOST_DAYS: Final = 3650
