"""Pictures of the console: look at every one that changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.tui.desk import NOW, MemoryDesk, row_of, sample_orders
from textual.pilot import Pilot

from azpay_tui.domain.marks import MarkChange
from azpay_tui.tui.app import Console
from azpay_tui.tui.dialogs.quit import QuitDialog
from azpay_tui.tui.levers import Levers, Palette

Compare = Callable[..., bool]


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the panes follow the cursor."""
    app = pilot.app
    assert isinstance(app, Console)
    for _ in range(400):
        await pilot.pause(0.02)
        if "follow" not in app._orders.alarms:
            break
    await pilot.pause()


async def asked(pilot: Pilot[None]) -> None:
    """Open a dialog over panes that are filled."""
    await settled(pilot)
    pilot.app.push_screen(QuitDialog(lambda: ()))
    await settled(pilot)


def console(levers: Levers | None = None, **changes: Any) -> Console:
    desk = MemoryDesk()
    desk.sync = replace(desk.sync, **changes)
    return Console(desk, levers=levers)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_list(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(console(), terminal_size=size, press=["6", "j", "space", "j"], run_before=settled)


def test_empty_attention(snap_compare: Compare) -> None:
    calm = [order for order in sample_orders() if not row_of(order, NOW).attention]
    assert snap_compare(Console(MemoryDesk(calm)), terminal_size=(80, 24), run_before=settled)


def test_offline(snap_compare: Compare) -> None:
    app = console(connection="OFFLINE", since=NOW - timedelta(minutes=40), errors=3, queue=41, unknown=1)
    assert snap_compare(app, terminal_size=(80, 24), run_before=settled)


@pytest.mark.parametrize("palette", ["light", "high-contrast", "mono"])
@pytest.mark.parametrize("size", [(120, 36), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_palette(snap_compare: Compare, size: tuple[int, int], palette: Palette) -> None:
    app = console(Levers(palette))
    assert snap_compare(app, terminal_size=size, press=["6", "j", "space", "j"], run_before=settled)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_ascii(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = console(Levers(ascii=True))
    assert snap_compare(app, terminal_size=size, press=["6", "j", "space", "enter"], run_before=settled)


@pytest.mark.parametrize("environment", ["simulator", "sandbox", "live"])
def test_ascii_dialog(snap_compare: Compare, environment: str) -> None:
    app = Console(MemoryDesk(environment=environment), levers=Levers("mono", ascii=True))
    assert snap_compare(app, terminal_size=(100, 30), press=["2"], run_before=asked)


@pytest.mark.parametrize("environment", ["sandbox", "live"])
def test_environment(snap_compare: Compare, environment: str) -> None:
    app = Console(MemoryDesk(environment=environment))
    assert snap_compare(app, terminal_size=(120, 36), press=["2"], run_before=asked)


def test_zoomed(snap_compare: Compare) -> None:
    assert snap_compare(console(), terminal_size=(200, 50), press=["2", "enter", "enter"], run_before=settled)


@pytest.mark.parametrize("size", [(59, 20), (30, 6)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_too_small(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(Console(MemoryDesk(environment="live")), terminal_size=size, run_before=settled)


def test_read_only(snap_compare: Compare) -> None:
    app = Console(MemoryDesk(writable=False, environment="live"))
    assert snap_compare(app, terminal_size=(200, 50), press=["2"], run_before=settled)


def test_no_colour(snap_compare: Compare) -> None:
    assert snap_compare(console(Levers("mono")), terminal_size=(80, 24), press=["2", "space"], run_before=settled)


def test_live_detail(snap_compare: Compare) -> None:
    app = Console(MemoryDesk(environment="live"))
    assert snap_compare(app, terminal_size=(80, 24), press=["2", "enter"], run_before=settled)


def test_marks(snap_compare: Compare) -> None:
    desk = MemoryDesk()
    shown = [row.id for row in desk.reader.page("attention").rows]
    desk.mark(shown[1:3], MarkChange(note="called the buyer, pays by bank transfer", tags=("@ann", "vip")))
    desk.mark(shown[2:4], MarkChange(remind=NOW + timedelta(minutes=5)))
    desk.mark(shown[4:6], MarkChange(reviewed=True))
    desk.clock += timedelta(minutes=10)
    assert snap_compare(Console(desk), terminal_size=(120, 36), press=["6", "G", "1", "j", "j"], run_before=settled)
