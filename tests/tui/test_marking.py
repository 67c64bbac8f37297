"""Marks in the console: one key each, at once, without a connection, and taken back by `u`."""

from datetime import timedelta

import pytest
from tests.tui.desk import NOW, MemoryDesk
from tests.tui.pilot import Driven, driven
from textual import events

from azpay_tui.domain.marks import Marks
from azpay_tui.store.errors import JournalUnavailable
from azpay_tui.tui.display import hidden


def marks(console: Driven, order: str | None) -> Marks:
    return console.desk.marked.get(order or "", Marks())


def ids(console: Driven) -> list[str]:
    return [row.id for row in console.orders.rows_on_screen]


def list_line(console: Driven, order: str) -> str:
    """Return what the list says of an order."""
    width = console.orders.size.width
    return next(line[:width] + " " for line in console.lines[3:] if order in line[:width])


async def go_to(console: Driven, code: str) -> str:
    """Put the cursor on the first order of the view with an attention code and return it."""
    row = next(row for row in console.orders.rows_on_screen if code in row.attention)
    console.orders.go_to(row)
    await console.pilot.pause()
    assert console.at == row.id
    return row.id


async def test_reviewed_leaves_the_view_and_its_count_and_the_cursor_goes_on() -> None:
    async with driven() as console:
        count = console.desk.reader.counts()["attention"]
        first = await go_to(console, "declined")
        following = ids(console)[ids(console).index(first) + 1]
        await console.press("e")
        assert console.at == following
        await console.until(lambda: f"{first}: reviewed." in console.said)
        assert first not in ids(console)
        assert console.at == following
        await console.until(lambda: f"[1]Attention {count - 1}" in console.text)
        assert f"of {count - 1}" in console.lines[2]
        await console.press("6")
        assert first in console.text
        assert console.desk.submitted == []


async def test_keys_as_fast_as_they_come_mark_one_order_each() -> None:
    async with driven() as console:
        codes = [row.attention for row in console.orders.rows_on_screen]
        known = [row.id for row, has in zip(console.orders.rows_on_screen, codes, strict=True) if "unknown" not in has]
        console.orders.go_to(next(row for row in console.orders.rows_on_screen if row.id == known[0]))
        count = sum(1 for _ in console.orders.rows_on_screen)
        assert count > 4
        await console.press("e", "e", "e")
        await console.until(lambda: len(console.desk.marked) == 3)
        await console.until(lambda: console.said.endswith("reviewed."))
        assert all(found.standing.review is not None for found in console.desk.marked.values())


async def test_undo_says_what_it_undid_until_there_is_nothing() -> None:
    async with driven() as console:
        first = await go_to(console, "declined")
        await console.press("e")
        await console.until(lambda: first not in ids(console))
        await console.press("i", *"hi", "enter")
        await console.until(lambda: "note added" in console.said)
        await console.press("u")
        await console.until(lambda: "undone (note added)" in console.said)
        await console.press("u")
        await console.until(lambda: f"{first}: undone (reviewed)" in console.said)
        assert console.at == first
        assert set(console.desk.marked.values()) == {Marks()}
        await console.press("u")
        await console.until(lambda: "nothing to undo" in console.said)


async def test_an_unknown_outcome_is_not_taken_out_of_sight() -> None:
    async with driven() as console:
        await console.press("5")
        order = await go_to(console, "unknown")
        for key in ("e", "z"):
            await console.press(key)
            assert "stays in sight until it is settled" in console.said
            assert not console.screen.message.prompting
        assert console.at == order
        assert console.desk.marked == {}


async def test_where_nobody_is_needed_there_is_nothing_to_review() -> None:
    async with driven() as console:
        await console.press("6")
        row = next(row for row in console.orders.rows_on_screen if not row.attention)
        console.orders.go_to(row)
        await console.press("e")
        assert "needs nobody" in console.said
        assert console.at == row.id


async def test_reviewed_again_takes_the_mark_back() -> None:
    async with driven() as console:
        await console.press("6")
        order = await go_to(console, "declined")
        await console.press("e")
        await console.until(lambda: marks(console, order).standing.review is not None)
        await console.until(lambda: order in ids(console) and "reviewed." in console.said)
        await console.press("k")
        await console.until(lambda: console.orders.row is not None and "reviewed" in console.orders.row.marks)
        await console.until(lambda: "- declined  HOLD  reviewed" in console.text)
        await console.press("e")
        await console.until(lambda: "not reviewed any more" in console.said)
        assert console.at == order
        assert marks(console, order) == Marks()


async def test_put_off_asks_when_and_brings_the_order_back_in_time() -> None:
    async with driven(MemoryDesk(timezone="Europe/Berlin"), size=(120, 36)) as console:
        order = await go_to(console, "declined")
        await console.press("z")
        assert f"{order} later (1h, tomorrow, 3d, 1w, none): _" in console.text
        await console.press(*"soon", "enter")
        await console.until(lambda: "'soon' is no time" in console.said)
        await console.press("ctrl+u", "t", "tab", "enter")
        await console.until(lambda: f"{order}: put off until 2026-11-21 09:00 CET." in console.said)
        reminder = marks(console, order).standing.reminder
        assert reminder is not None
        assert f"{reminder.until:%Y-%m-%d %H:%M}" == "2026-11-21 08:00"  # nine in Berlin
        assert order not in ids(console)
        console.desk.clock = reminder.until
        console.desk.change(console.desk.orders[order])
        await console.press("1")
        await console.until(lambda: order in ids(console))
        assert " z " in list_line(console, order)
        console.orders.go_to(next(row for row in console.orders.rows_on_screen if row.id == order))
        await console.until(lambda: "z reminder is due: 2026-11-21 09:00 CET" in console.text)


async def test_a_reminder_is_taken_away_by_none() -> None:
    async with driven() as console:
        await console.press("6")
        order = await go_to(console, "declined")
        await console.press("z", *"1h", "enter")
        await console.until(lambda: marks(console, order).standing.reminder is not None)
        await console.press("k", "z", *"none", "enter")
        await console.until(lambda: "no reminder any more" in console.said)
        assert marks(console, order) == Marks()


async def test_a_note_is_shown_in_the_detail_with_person_and_time_and_by_a_flag() -> None:
    async with driven(size=(200, 50)) as console:
        order = await go_to(console, "declined")
        for text in ("stock confirmed", "called \x1b[31mred [bold]x[/oops]"):
            await console.press("i")
            console.screen.post_message(events.Paste(text))
            await console.press("enter")
            await console.until(lambda: "note added" in console.said)
            await console.until(lambda: text[:6] in console.screen.detail.text)  # noqa: B023
            console.desk.clock += timedelta(minutes=5)
            console.screen.say("")
        console.screen.following.tick()
        await console.until(lambda: "\nn note by ops 5m ago: called" in console.screen.detail.text)
        await console.until(lambda: "NOTES 2 (newest first)" in console.text)
        await console.until(lambda: "! n" in list_line(console, order))
        text = console.screen.detail.text
        assert text.index("12:05 UTC  ops: called \ufffd[31mred [bold]x[/oops]") < text.index(
            "2026-11-20 12:00 UTC  ops: stock confirmed"
        )
        assert not any(hidden(line) for line in console.lines)
        assert console.at == order


async def test_a_long_note_is_refused_with_a_sentence_and_escape_keeps_it() -> None:
    async with driven() as console:
        order = console.at
        await console.press("i", *"half a thought", "escape")
        assert console.desk.marked == {}
        await console.press("j", "i")
        assert "half" not in console.lines[-2]  # that was for another order
        await console.press("escape", "k", "i", "!", "enter")
        await console.until(lambda: "note added" in console.said)
        assert marks(console, order).notes[0].text == "half a thought!"


async def test_tags_and_who_takes_care_are_shown_and_found() -> None:
    async with driven(size=(120, 36)) as console:
        order = await go_to(console, "declined")
        await console.press("comma", *"VIP @ann", "enter")
        await console.until(lambda: "tagged vip @ann" in console.said)
        await console.until(lambda: "  tags: @ann vip" in console.text)
        await console.press("comma", *"-v", "tab", "enter")
        await console.until(lambda: "untagged vip" in console.said)
        await console.press("comma", *"no/tag", "enter")
        await console.until(lambda: "is no tag" in console.said)
        await console.press("escape", "G", "slash", *"@ann", "enter")
        await console.until(lambda: console.at == order)


async def test_a_selection_is_marked_as_one_and_undone_as_one() -> None:
    async with driven() as console:
        known = [row for row in console.orders.rows_on_screen if "unknown" not in row.attention][2:]
        doubtful = [row for row in console.orders.rows_on_screen if "unknown" in row.attention]
        chosen = [*known[:3], *doubtful[:1]]
        everything = ids(console)
        for row in chosen:
            console.orders.go_to(row)
            await console.press("space")
        await console.press("e")
        await console.until(lambda: console.said.startswith("3 orders: reviewed."))
        assert ("unknown" in console.said) is bool(doubtful)
        assert len(console.desk.marked) == 3
        assert set(console.orders.selected) == {row.id for row in doubtful[:1]}
        await console.press("u")
        await console.until(lambda: "3 orders: undone (reviewed)" in console.said)
        assert console.at == known[0].id
        assert ids(console)[0] == everything[0]  # those above are still in sight
        assert set(console.desk.marked.values()) == {Marks()}


async def test_in_the_detail_the_order_that_is_read_is_marked() -> None:
    async with driven() as console:
        await console.press("space", "space", "enter")
        order = console.at
        await console.press("i", "x", "enter")
        await console.until(lambda: "note added" in console.said)
        assert [found for found, has in console.desk.marked.items() if has.notes] == [order]


@pytest.mark.parametrize("desk", [MemoryDesk(writable=False), MemoryDesk(environment="live", writable=False)])
async def test_marks_work_offline_and_read_only(desk: MemoryDesk) -> None:
    async with driven(desk) as console:
        console.desk.set_sync(connection="OFFLINE", since=NOW)
        await console.until(lambda: "OFFLINE" in console.text)
        order = await go_to(console, "declined")
        await console.press("e")
        await console.until(lambda: marks(console, order).standing.review is not None)


async def test_a_journal_that_cannot_be_written_is_said_and_nothing_changes() -> None:
    async with driven() as console:
        order = await go_to(console, "declined")
        console.desk.marks.refusal = JournalUnavailable("The journal x is locked by another program; try again.")
        await console.press("e")
        await console.until(lambda: "locked by another program" in console.said)
        assert order in ids(console)
        console.desk.marks.refusal = None
        await console.press("u")
        await console.until(lambda: "nothing to undo" in console.said)


async def test_the_last_order_of_a_view_can_leave_it() -> None:
    async with driven() as console:
        one = MemoryDesk([console.desk.orders[await go_to(console, "declined")]])
    async with driven(one) as console:
        order = console.at
        await console.press("e")
        await console.until(lambda: "nothing needs you" in console.text)
        assert console.at is None
        await console.press("e")
        assert "no order under the cursor" in console.said
        await console.press("u")
        await console.until(lambda: console.at == order)


async def test_no_mark_opens_a_dialog_or_sends_anything() -> None:
    async with driven() as console:
        for keys in (["e"], ["z", "1", "h", "enter"], ["i", "a", "c", "enter"], ["comma", "a", "enter"], ["u"]):
            await console.press(*keys)
            assert console.app.screen is console.screen
        assert console.desk.submitted == []
        assert console.desk.refreshed == []
