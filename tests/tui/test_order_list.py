"""The list: lines that fit, pages that join without gap, a cursor that belongs to an order."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tui.desk import HOSTILE, NOW, Maker, MemoryDesk, sample_orders
from tests.tui.pilot import driven

from azpay_tui.domain import states
from azpay_tui.domain.status import STATUS_WORDS
from azpay_tui.tui.display import hidden, width
from azpay_tui.tui.levers import Levers
from azpay_tui.tui.widgets.columns import GUTTER, OPTIONAL, known, layout, line, titles
from azpay_tui.tui.widgets.window import KEPT, Window
from azpay_tui.tui.widgets.words import GLYPHS

MANY = sample_orders(NOW, 30)


def ids(desk: MemoryDesk, view: str = "all") -> list[str]:
    return [row.id for row in desk.reader.page(view, limit=10_000).rows]


# Lines


@pytest.mark.parametrize("cells", range(40, 230))
def test_every_row_fits_every_width_and_hides_nothing(cells: int) -> None:
    desk = MemoryDesk()
    columns = layout(cells)
    for row in desk.reader.page(limit=500).rows:
        text = "".join(line(columns, row, NOW))
        assert GUTTER + width(text) <= cells
        assert not hidden(text)
        assert row.id in text
        assert row.amount is None or row.amount.grouped() in text
    assert GUTTER + width(titles(columns)) <= cells


def test_status_order_and_amount_are_never_dropped() -> None:
    for cells in range(60, 230):
        found = [column.title for column in layout(cells)]
        assert {"STATUS", "ORDER", "AMOUNT", "CUR"} <= set(found)
    assert [c.title for c in layout(80)] == ["STATUS", "ORDER", "AMOUNT", "CUR", "AGE", "EXPIRES", "BUYER", ""]


def test_every_status_word_has_a_sign_and_room() -> None:
    apart = set(GLYPHS) ^ set(STATUS_WORDS)
    assert not apart, f"tui/widgets/words.py has one sign in GLYPHS for each word of STATUS_WORDS: {sorted(apart)}"
    for word, sign in GLYPHS.items():
        assert len(sign) == 1
        assert sign.isascii()
        desk = MemoryDesk([MANY[0]])
        first, _rest = line(layout(80), replace(desk.reader.page().rows[0], status=word), NOW)
        assert first.rstrip() == f"{sign} {word}", "the column STATUS is too narrow for the word"


@pytest.mark.parametrize("name", OPTIONAL)
def test_every_column_says_something_in_words_and_of_every_row(name: str) -> None:
    column = OPTIONAL[name]
    assert column.sentence
    assert known(OPTIONAL) == known(reversed(OPTIONAL))
    for row in MemoryDesk().reader.page(limit=500).rows:
        assert not hidden(column.text(row, NOW))
    with pytest.raises(ValueError, match="There is no column"):
        known([name, name.upper()])


def test_wider_means_more_columns() -> None:
    counts = [len(layout(cells)) for cells in range(60, 200)]
    assert counts == sorted(counts)


@given(st.text(max_size=60), st.integers(62, 200))
def test_no_name_moves_a_column(name: str, cells: int) -> None:
    desk = MemoryDesk([replace(MANY[0], permission=None, shop=replace(MANY[0].shop, buyer_name=name, number=name))])
    row = desk.reader.page().rows[0]
    first, rest = line(layout(cells), row, NOW)
    plain_first, plain_rest = line(layout(cells), replace(row, buyer="Jane", number="1"), NOW)
    assert width(first + rest) == width(plain_first + plain_rest)


# Pages


def test_walking_down_and_up_meets_every_order_once_and_holds_few() -> None:
    desk = MemoryDesk(MANY)
    expected = ids(desk)
    window = Window(desk.reader)
    window.first("all")
    offset = 0
    while window.grow_down():
        assert offset is not None
        offset += window.trim(len(window.rows) - 61)
        assert len(window.rows) <= KEPT + 60
        assert [row.id for row in window.rows] == expected[offset : offset + len(window.rows)]
        assert window.offset == offset
    assert [row.id for row in window.rows] == expected[-len(window.rows) :]
    while window.grow_up():
        assert len(window.rows) <= KEPT
    assert [row.id for row in window.rows] == expected[: len(window.rows)]
    while window.grow_down():
        window.trim(len(window.rows) - 61)
    assert window.rows[-1].id == expected[-1]


def test_the_end_is_read_from_the_end() -> None:
    desk = MemoryDesk(MANY)
    window = Window(desk.reader)
    window.first("all")
    window.last()
    assert [row.id for row in window.rows] == ids(desk)[-len(window.rows) :]
    assert window.offset == len(MANY) - len(window.rows)


@pytest.mark.parametrize("place", [0, 1, 29, 30, 31, 200, 700, 719])
def test_the_surroundings_of_any_row_are_its_neighbours(place: int) -> None:
    desk = MemoryDesk(MANY)
    rows = desk.reader.page(limit=10_000).rows
    window = Window(desk.reader)
    window.first("all")
    index = window.around(rows[place])
    assert window.rows[index] == rows[place]
    start = place - index
    assert [row.id for row in window.rows] == [row.id for row in rows[start : start + len(window.rows)]]


def test_rows_below_what_was_read_are_not_news() -> None:
    desk = MemoryDesk(MANY)
    window = Window(desk.reader)
    window.first("all")
    assert window.arrived() == 0
    del desk.orders[window.rows[5].id]
    assert window.arrived() == 0


# The cursor


async def test_moving_by_every_step() -> None:
    async with driven(MemoryDesk(MANY)) as console:
        await console.press("6")
        expected = ids(console.desk)
        place, last = 0, len(expected) - 1
        page = console.orders.size.height - 1
        steps = {"j": 1, "down": 1, "k": -1, "up": -1, "ctrl+d": page // 2, "ctrl+u": -(page // 2)}
        steps |= {"pagedown": page, "pageup": -page}
        down, up = ["j", "j", "down", "k", "ctrl+d", "ctrl+d"], ["ctrl+u", "pagedown", "pagedown", "pageup", "up"]
        for key in [*down, *up, "pageup", "pageup"]:
            await console.press(key)
            place = max(0, min(last, place + steps[key]))
            assert console.at == expected[place], key
            assert console.orders.position == place + 1
        await console.press("G")
        assert console.at == expected[-1]
        await console.press("k")
        assert console.at == expected[-2]
        await console.press("g", "g")
        assert console.at == expected[0]
        await console.press("end", "home", "j")
        assert console.at == expected[1]


async def test_the_cursor_row_is_always_on_screen_and_marked() -> None:
    for low_bandwidth in (False, True):
        async with driven(MemoryDesk(MANY), levers=Levers(low_bandwidth=low_bandwidth)) as console:
            await console.press("6")
            for keys in ("j" * 14, "j", "j", "k", "G", "k", "gg"):
                await console.press(*keys)
                assert [text[:2] + (console.at or "") for text in console.lines if text.startswith(">")] == [
                    "> " + (console.at or "")
                ]
                [marked] = [text for text in console.lines if text.startswith(">")]
                assert (console.at or "?") in marked


async def test_on_a_slow_link_the_list_scrolls_rarely_and_far() -> None:
    async with driven(MemoryDesk(MANY), levers=Levers(low_bandwidth=True)) as console:
        await console.press("6")
        tops = set()
        for _ in range(60):
            await console.press("j")
            tops.add(console.orders._top)
        assert len(tops) <= 10


async def test_a_background_change_stays_in_its_row_and_moves_neither_cursor_nor_selection() -> None:
    async with driven() as console:
        await console.press("2", "j", "space", "j")
        at, selected = console.at, set(console.orders.selected)
        before = [row.id for row in console.orders.rows_on_screen]
        changed = console.desk.orders[before[0]]
        charge = replace(changed.charges[0], state=states.CAPTURED, captured=changed.charges[0].amount)
        console.desk.change(replace(changed, charges=(charge,)))
        await console.until(lambda: "CAPTURED " in console.lines[4])
        assert [row.id for row in console.orders.rows_on_screen] == before
        assert console.at == at
        assert set(console.orders.selected) == selected


async def test_new_rows_are_announced_and_shown_on_request_with_the_cursor_on_its_order() -> None:
    async with driven() as console:
        await console.press("6", "j", "j")
        at = console.at
        maker = Maker(NOW + timedelta(hours=9), list(console.desk.orders.values()))
        before = set(console.desk.orders)
        for _ in range(3):
            console.desk.change(maker.add(charge=states.AUTHORIZED))
        await console.until(lambda: "3 new, press ." in console.lines[2])
        assert console.at == at
        assert console.orders.position == 3
        await console.press("full_stop")
        assert console.at == at
        assert console.orders.position == 6
        assert "press ." not in console.lines[2]
        assert {row.id for row in console.orders.rows_on_screen[:3]} == set(console.desk.orders) - before


async def test_an_order_that_left_the_view_stays_until_the_view_is_read_again() -> None:
    async with driven() as console:
        await console.press("2")
        gone = console.at
        assert gone is not None
        order = console.desk.orders[gone]
        console.desk.change(replace(order, charges=(replace(order.charges[0], state=states.DECLINED),)))
        await console.until(lambda: "DECLINED" in console.lines[4])
        assert console.at == gone
        await console.press("full_stop")
        assert gone not in [row.id for row in console.orders.rows_on_screen]
        assert console.at is not None


async def test_many_changes_at_once_are_one_look() -> None:
    async with driven(MemoryDesk(MANY)) as console:
        await console.press("6")
        read = console.desk.reader.pages_read
        for order in MANY:
            console.desk.change(order)
        await console.until(lambda: console.screen.following._feed._revision == len(MANY))
        assert console.desk.reader.pages_read - read <= 5


async def test_time_passing_repaints_only_what_says_something_else() -> None:
    async with driven() as console:
        await console.press("2")
        assert "1d 13h" in console.text
        # The peek follows the cursor a moment later, and belongs to the lines compared.
        await console.until(lambda: "#1001" in console.text)
        before = console.lines
        console.desk.clock += timedelta(seconds=20)
        console.screen.following.tick()
        await console.pilot.pause()
        assert console.lines[2:20] == before[2:20]
        console.desk.clock += timedelta(hours=2)
        console.screen.following.tick()
        await console.until(lambda: "1d 11h" in console.text)


async def test_selecting_marks_counts_and_survives_another_view() -> None:
    async with driven() as console:
        await console.press("6", "space", "space")
        assert "2 selected (" in console.lines[2]
        assert len([text for text in console.lines if text.startswith("* ")]) == 2
        await console.press("2", "6", "escape")
        assert "again" in console.said
        await console.press("j", "escape")
        assert len(console.orders.selected) == 2
        await console.press("escape")
        assert not console.orders.selected
        assert "selected" not in console.lines[2]


async def test_the_focus_is_seen_without_colour() -> None:
    async with driven() as console:
        await console.press("tab")
        assert console.app.focused is console.orders
    async with driven(size=(120, 36)) as console:
        await console.press("tab")
        assert console.app.focused is console.screen.detail
        await console.press("tab")
        await console.press("tab")
        assert console.app.focused is console.orders
        await console.press("shift+tab")
        assert console.app.focused is console.screen.actions


async def test_no_hostile_name_reaches_a_line_raw() -> None:
    async with driven(size=(200, 50)) as console:
        await console.press("6")
        for _ in range(3):
            assert not any(hidden(text) for text in console.lines)
            await console.press("pagedown")
        assert any("\ufffd" in text for text in console.lines)
    assert len(HOSTILE) > 5


async def test_a_click_moves_the_cursor_and_the_wheel_scrolls() -> None:
    async with driven(MemoryDesk(MANY)) as console:
        await console.press("6")
        await console.pilot.click("#orders", offset=(10, 4))
        assert console.orders.position == 4
        await console.pilot.click("#orders", offset=(10, 0))
        assert console.orders.position == 4


@pytest.mark.parametrize(
    ("success", "queue", "said"),
    [
        (None, 90, "nothing read from Amazon yet; 6: all"),
        (NOW, 44_774, "nothing read so far needs you; 44,774 due; 6: all"),
        (NOW, 0, "nothing needs you, synced just now; 6: all"),
    ],
)
async def test_that_nothing_needs_a_person_is_said_only_as_far_as_it_is_known(
    success: datetime | None, queue: int, said: str
) -> None:
    desk = MemoryDesk([order for order in sample_orders() if not _troubled(order)])
    desk.sync = replace(desk.sync, last_success=success, queue=queue)
    async with driven(desk, size=(60, 15)) as console:
        assert said in console.text


async def test_an_empty_view_says_so_and_enter_opens_all() -> None:
    calm = [order for order in sample_orders() if not _troubled(order)]
    async with driven(MemoryDesk(calm)) as console:
        assert "nothing needs you, synced 2m ago; 6: all" in console.text
        await console.press("enter")
        assert console.orders.view == "all"
        assert console.at is not None


def _troubled(order: object) -> bool:
    desk = MemoryDesk([order])  # type: ignore[list-item]
    return bool(desk.reader.page().rows[0].attention)


async def test_a_cache_without_orders_says_how_to_get_some() -> None:
    async with driven(MemoryDesk([])) as console:
        assert "azpay orders import" in console.text
        for key in ("j", "G", "g", "space", "enter", "y", "r", "n", "pagedown", "escape"):
            await console.press(key)
        assert console.app.is_running
        console.desk.change(sample_orders()[5])
        await console.press("6")
        assert console.at is not None


async def test_what_an_order_allows_is_looked_at_again_when_the_connection_comes_or_goes() -> None:
    async with driven() as console:
        await console.press("6")
        looks: list[str] = []
        offers = console.desk.offers
        console.desk.offers = lambda order: (looks.append(order.id), offers(order))[1]  # type: ignore[method-assign,func-returns-value]
        for word in ("OFFLINE", "ONLINE"):
            await console.until(lambda: "follow" not in console.screen.alarms)
            looks.clear()
            console.desk.sync = replace(console.desk.sync, connection=word)
            console.screen.following.pulse()
            assert looks == [console.at]
            console.screen.following.pulse()
            assert looks == [console.at]
