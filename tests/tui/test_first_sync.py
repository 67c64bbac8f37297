"""How far a first sync is: on the last line, seldom, and in full on the sync page."""

from datetime import timedelta

from tests.tui.desk import NOW
from tests.tui.pilot import Driven, driven

from azpay_tui.domain.rows import FirstSync
from azpay_tui.tui.widgets.status_line import FIRST_EVERY


def first(done: int, charges: int = 0) -> FirstSync:
    left = 5000 - done
    return FirstSync(5000, left, (("charge", charges), ("permission", left)))


def last(console: Driven) -> str:
    return console.lines[-1]


async def test_the_last_line_says_how_far_it_is_and_how_long_it_takes() -> None:
    async with driven() as console:
        console.desk.set_sync(first=first(240, 1452), queue=6212)
        await console.until(lambda: "ONLINE  first sync 240/5,000, 12 min left  errors 0" in last(console))
        assert last(console).endswith("RW  jump-2")
        assert "queue" not in last(console)
        console.desk.set_sync(first=None, queue=3)
        await console.until(lambda: "queue 3" in last(console))
        assert "first sync" not in console.text


async def test_what_changes_all_the_time_is_painted_seldom_and_alone() -> None:
    async with driven() as console:
        console.desk.set_sync(first=first(240))
        await console.until(lambda: "first sync 240/5,000  errors" in last(console))
        before = console.lines
        for done in range(241, 300):
            console.desk.set_sync(first=first(done))
        await console.pilot.pause()
        assert console.lines == before
        console.desk.clock += FIRST_EVERY
        console.desk.set_sync(first=first(300))
        await console.until(lambda: "first sync 300/5,000" in last(console))
        assert console.lines[:-1] == before[:-1]


async def test_without_a_connection_that_is_what_is_said() -> None:
    async with driven() as console:
        console.desk.set_sync(first=first(240), connection="OFFLINE", since=NOW - timedelta(minutes=3), queue=9520)
        await console.until(lambda: "OFFLINE since 11:57" in last(console))
        assert "queue 9,520" in last(console)
        assert "first sync" not in last(console)


async def test_the_sync_page_says_it_too_and_that_nothing_is_lost() -> None:
    async with driven(size=(120, 36)) as console:
        console.desk.set_sync(first=first(240, 1452), queue=6212)
        await console.press("6", "S")
        await console.until(lambda: "first sync 240/5,000, 12 min left" in console.lines[3])
        await console.press("j", "j")
        await console.until(lambda: "it goes on where it was" in " ".join(console.text.split()))
