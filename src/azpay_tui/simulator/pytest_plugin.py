"""The simulator as a pytest fixture: ``pytest_plugins = ["azpay_tui.simulator.pytest_plugin"]`` in a conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from azpay_tui.simulator.testing import RunningSimulator, running


def pytest_configure(config: pytest.Config) -> None:
    """Make the fixture's marker known."""
    config.addinivalue_line(
        "markers", "amazon_pay(orders=0, seed=0, tls=False, settings=None): how the simulator of this test starts"
    )


@pytest.fixture
def amazon_pay(request: pytest.FixtureRequest) -> Iterator[RunningSimulator]:
    """A simulated Amazon Pay for this test alone; the marker ``amazon_pay`` says how it starts."""
    marker = request.node.get_closest_marker("amazon_pay")
    with running(*(marker.args if marker else ()), **(marker.kwargs if marker else {})) as simulator:
        yield simulator
