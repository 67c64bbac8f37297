"""Programs that are killed and stopped talk to a real simulator, each test in a shop of its own."""

from tests.cli.conftest import own_shop, shop, simulator

__all__ = ["own_shop", "shop", "simulator"]
