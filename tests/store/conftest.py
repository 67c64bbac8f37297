from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.making import empty, open_at, put

from azpay_tui.store.opening import Stores


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def made_dir(data_dir: Path) -> Path:
    """The data directory with databases in it, in which nothing happened yet."""
    put(empty(), data_dir)
    return data_dir


@pytest.fixture
def stores(made_dir: Path) -> Iterator[Stores]:
    opened = open_at(made_dir)
    yield opened
    opened.close()
