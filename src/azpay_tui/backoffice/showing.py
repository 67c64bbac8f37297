"""Bringing what the journal has into the lists, without which no money waits and none is lost."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from azpay_tui.backoffice.stores import Cache
from azpay_tui.store.errors import CacheUnavailable

_log = logging.getLogger(__name__)


def show(cache: Cache, order_ids: Iterable[str], now: datetime) -> None:
    """Make the rows of orders anew; a cache that cannot take them does so with its next look at the journal."""
    try:
        cache.reproject(order_ids, now)
    except CacheUnavailable as error:
        _log.warning("orders are not in the cache yet: %s", error)
