from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.making import open_at

from azpay_tui.store.opening import Stores


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def stores(data_dir: Path) -> Iterator[Stores]:
    opened = open_at(data_dir)
    yield opened
    opened.close()
