from collections.abc import Iterator
from pathlib import Path

import pytest

from azpay_tui.store.opening import Stores
from tests.store.making import open_at


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def stores(data_dir: Path) -> Iterator[Stores]:
    opened = open_at(data_dir)
    yield opened
    opened.close()
