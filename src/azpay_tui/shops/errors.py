"""What can go wrong on the way to a shop.

::

    ShopError                   what it said is no use: key, rights, address, limits
    ├── ShopUnreachableError    no connection: name not found, refused, timed out, TLS
    ├── ShopHeavyError          no whole answer in time, an error of the server, too large: a smaller page may do
    └── ShopStoppedError        the run was asked to stop; no fault of anybody's
"""

from __future__ import annotations


class ShopError(Exception):
    """The shop did not give what it was asked for; what it gave before stays good.

    The text is one sentence for the operator, without the name of the source. `passing` says that the same question
    may go well a moment later.
    """

    def __init__(self, sentence: str, *, passing: bool = True) -> None:
        super().__init__(sentence)
        self.passing = passing


class ShopUnreachableError(ShopError):
    """No connection could be made."""


class ShopHeavyError(ShopError):
    """The server did not manage the answer; it may manage a smaller one."""


class ShopStoppedError(ShopError):
    """The run was asked to stop."""
