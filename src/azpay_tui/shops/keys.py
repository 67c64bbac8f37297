"""The key to a shop's interface: a file with its two halves, which is this person's alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from azpay_tui.keyfile import read_key_file
from azpay_tui.paths import ConfigError, shown

_HALF: Final = re.compile(r"[!-9;-~]{1,200}", re.ASCII)
"""Printable ASCII without a blank and without the colon that parts the halves."""


@dataclass(frozen=True, slots=True)
class ShopKey:
    """What a shop gave out for reading; neither half shows in a message or a representation."""

    name: str = field(repr=False)
    """The public half: consumer key, access key id."""
    secret: str = field(repr=False)


def load_shop_key(path: Path) -> ShopKey:
    """Read a key file: key and secret in two lines, or in one with a colon between them.

    Raises ConfigError, with the remedy, for a file that others could read or swap and for one that holds something
    else; nothing of it is ever repeated.
    """
    content = read_key_file(path, called="key file", option="key_file")
    try:
        lines = content.decode("ascii").split()
    except UnicodeDecodeError:
        lines = []
    halves = lines[0].split(":") if len(lines) == 1 else lines
    if len(halves) != 2 or not all(_HALF.fullmatch(half) for half in halves):
        raise ConfigError(
            f"{shown(path)} holds no key to a shop: write the key on its first line and the secret on its second, "
            "as plain text."
        )
    return ShopKey(*halves)
