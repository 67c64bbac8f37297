"""Programs that are killed and stopped talk to a real simulator, each test in a shop of its own."""

from collections.abc import Iterator

import pytest
from tests.cli.conftest import Shop, shop, simulator, under
from tests.processes import relay

__all__ = ["shop", "simulator", "under"]


@pytest.fixture
def cabled(shop: Shop) -> Iterator[relay.Cabled]:
    """Return a shop behind a network that can be taken away."""
    with relay.cabled(shop) as found:
        yield found
