"""What the list shows and how a person changes it: filter, sort, columns, selection, saved views, going to an order."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.tui.desk import NOW, Maker, MemoryDesk, sample_orders
from tests.tui.pilot import Driven, driven

from azpay_tui.domain import states
from azpay_tui.domain.money import Money
from azpay_tui.domain.rows import VIEWS
from azpay_tui.store.views import NAME, SavedView, SavedViews
from azpay_tui.tui.app import Console
from azpay_tui.tui.dialogs.choose import Choose
from azpay_tui.tui.selection import sums
from azpay_tui.tui.sight import SORTS, sorts_of
from azpay_tui.tui.widgets.columns import OPTIONAL, layout
from azpay_tui.tui.widgets.views_bar import bar_text

MANY = sample_orders(NOW, 30)


def line(console: Driven) -> str:
    """Return the line above the list."""
    return console.lines[2]


def shown(console: Driven) -> list[str]:
    return [row.id for row in console.orders.held]


async def typed(console: Driven, command: str) -> None:
    """Enter a line behind `:`."""
    await console.press("colon", *("space" if c == " " else c for c in command), "enter")


async def choose(console: Driven, *values: str) -> None:
    """Choose lines of the open menu by their values."""
    await console.until(lambda: isinstance(console.app.screen, Choose))
    menu = console.app.screen
    assert isinstance(menu, Choose)
    places = [choice.value for choice in menu._choices]
    await console.press(*["k"] * len(places))
    at = 0
    for value in values:
        await console.press(*["j"] * ((places.index(value) - at) % len(places)))
        at = places.index(value)
        if menu._many:
            await console.press("space")
    await console.press("enter")
    await console.until(lambda: console.app.screen is not menu)


# Filter


async def test_a_filter_is_chosen_from_a_menu_and_taken_off_by_escape() -> None:
    async with driven() as console:
        await console.press("6", "j", "j")
        assert "filter: none  sort: newest" in line(console)
        assert "3 of 72" in line(console)
        await console.press("f")
        await choose(console, "status")
        await choose(console, "AUTHORIZED", "CAPTURED")
        assert "filter: status=AUTHORIZED,CAPTURED  sort: newest" in line(console)
        rows = console.orders.held
        assert {row.status for row in rows} == {"AUTHORIZED", "CAPTURED"}
        assert f"1 of {len(rows)}" in line(console)
        await console.press("f")
        await choose(console, "age")
        await choose(console, "age<1d")
        assert "filter: status=AUTHORIZED,CAPTURED age<1d" in line(console)
        assert len(console.orders.held) < len(rows)
        await console.press("escape")
        assert "filter: none" in line(console)
        assert "of 72" in line(console)


async def test_a_filter_is_typed_with_completion_and_a_mistake_is_one_sentence() -> None:
    async with driven() as console:
        await console.press("6", "f")
        await choose(console, "type")
        await console.press(*"curr", "tab", "ctrl+u", *"statsu=NEW", "enter")
        assert "There is no filter 'statsu': did you mean status?" in console.said
        assert console.screen.message.prompting
        await console.press("ctrl+u", *"currency=JPY amount", "enter")
        assert "filter: currency=JPY amount" in line(console)  # a word without a comparison is a text to find
        await typed(console, "filter currency=JPY amount>=500")
        assert {row.amount.currency for row in console.orders.held if row.amount} == {"JPY"}
        await typed(console, "filter age=3d")
        assert "The filter age takes < <= > >=" in console.said
        assert "filter: currency=JPY amount>=500" in line(console)
        await typed(console, "filter none")
        assert "filter: none" in line(console)


async def test_a_filter_stays_with_its_view_and_is_combined_with_finding() -> None:
    async with driven() as console:
        await console.press("6")
        await typed(console, "filter currency=USD")
        narrowed = set(shown(console))
        await console.press("2")
        assert "filter: none" in line(console)
        await console.press("6")
        assert "filter: currency=USD" in line(console)
        await console.press("slash", *"doe", "enter")
        assert "in the local cache, in this list" in console.said
        found = {console.at}
        for _ in range(4):
            await console.press("n")
            found.add(console.at)
        assert found <= narrowed
        await console.press("slash", *"1030", "enter")
        assert "not in this list; 1 in all orders of the local cache. Press 6, Esc, then n." in console.said
        await console.press("escape", "n")
        assert console.desk.orders[console.at or ""].number == "1030"


async def test_finding_says_which_of_how_many_it_is_on() -> None:
    async with driven() as console:
        await console.press("6", "slash", *"doe", "enter")
        everything = [row.id for row in console.desk.reader.page(query="doe").rows]
        for _ in range(len(everything) + 1):
            place = everything.index(console.at or "") + 1
            assert f"/doe: {place} of {len(everything)} in the local cache" in console.said
            await console.press("n")


async def test_nothing_found_by_a_filter_says_how_to_undo_it() -> None:
    async with driven() as console:
        await typed(console, "filter amount>=99999999")
        assert "Esc takes it off" in console.text
        for key in ("j", "space", "v", "asterisk", "r", "n"):
            await console.press(key)
        await console.press("escape", "escape", "escape")
        assert console.at is not None


async def test_the_place_is_right_under_a_filter_wherever_one_jumps() -> None:
    async with driven(MemoryDesk(MANY)) as console:
        await console.press("6")
        await typed(console, "filter status!=CLOSED")
        rows = [row.id for row in console.desk.reader.page(limit=10_000).rows if row.status != "CLOSED"]
        for key in ("G", "k", "pageup", "home", "pagedown", "pagedown"):
            await console.press(key)
            assert console.orders.position == rows.index(console.at or "") + 1
            assert f"{console.orders.position} of {len(rows)}" in line(console)
        await typed(console, f"go {rows[400]}")
        assert f"401 of {len(rows)}" in line(console)
        await console.press("k", "k")
        assert f"399 of {len(rows)}" in line(console)


# Sort


@pytest.mark.parametrize("sort", [name for name in SORTS if name != "trouble"])
async def test_every_sort_keeps_the_cursor_on_its_order(sort: str) -> None:
    async with driven(MemoryDesk(MANY)) as console:
        await console.press("6", "pagedown", "pagedown", "pagedown", "j")
        at = console.at
        await console.press("s")
        await choose(console, sort)
        assert console.at == at
        assert [text for text in console.lines if text.startswith("> ") and (at or "?") in text]
        rows = [row.id for row in console.desk.reader.page(sort=sort, limit=10_000).rows]
        assert f"sort: {SORTS[sort][0]}" in line(console)
        assert f"{rows.index(at or '') + 1} of 720" in line(console)
        await console.press("j")
        assert console.at == rows[min(rows.index(at or "") + 1, 719)]


async def test_each_view_has_its_own_sort_marked_in_the_menu() -> None:
    async with driven() as console:
        assert "sort: urgent" in line(console)
        await console.press("s")
        assert "urgent     the most urgent first  (default)" in console.text
        await console.press("escape")
        await console.press("6")
        await typed(console, "sort trouble")
        assert "There is no sort 'trouble'" in console.said
        await console.press("s")
        assert "newest     newest first  (default)" in console.text
        await console.press("escape")
    assert all(sorts_of(view)[0] in SORTS for view in VIEWS)


# What happens in the background


async def test_a_sync_never_moves_the_cursor_whatever_becomes_of_its_order() -> None:
    async with driven() as console:
        await console.press("2")
        await typed(console, "sort amount")
        await console.press("j", "j")
        at, held = console.at or "", shown(console)
        order = console.desk.orders[at]
        # It becomes the dearest, which would move it, then leaves the view, then is gone altogether.
        console.desk.change(replace(order, shop=replace(order.shop, amount=Money(99_999_999, "USD"))))
        await console.until(lambda: "999,999.99" in console.text)
        assert (console.at, shown(console)) == (at, held)
        charge = replace(order.charges[0], state=states.DECLINED)
        console.desk.change(replace(order, charges=(charge,)))
        await console.until(lambda: "DECLINED" in console.text)
        assert (console.at, shown(console)) == (at, held)
        del console.desk.orders[at]
        console.desk.changed.append(at)
        console.screen.following.pulse()
        await console.pilot.pause()
        assert (console.at, shown(console)) == (at, held)
        await console.press("full_stop")
        assert at not in shown(console)
        assert console.at == held[held.index(at) + 1]


async def test_reading_again_follows_an_order_that_moved() -> None:
    async with driven() as console:
        await console.press("6")
        await typed(console, "sort amount")
        await console.press("g", "g")
        at = console.at or ""
        order = console.desk.orders[at]
        assert order.amount is not None
        dear = Money(99_999_999, order.amount.currency)
        console.desk.change(replace(order, shop=replace(order.shop, amount=dear)))
        await console.until(lambda: "999,999" in console.text)
        assert console.orders.position == 1
        await console.press("full_stop")
        assert console.at == at
        assert (console.orders.position or 0) > 1


# Columns


def named(cells: int, *chosen: str) -> list[str]:
    return [column.title for column in layout(cells, chosen or None)]


def test_columns_drop_from_the_right_and_the_buyer_shows_beside_the_detail() -> None:
    assert named(71) == ["STATUS", "ORDER", "AMOUNT", "CUR", "EXPIRES", "BUYER", ""]
    assert named(80) == ["STATUS", "ORDER", "AMOUNT", "CUR", "AGE", "EXPIRES", "BUYER", ""]
    assert named(86) == ["STATUS", "ORDER", "AMOUNT", "CUR", "AGE", "EXPIRES", "BUYER", ""]
    assert named(59) == ["", "ORDER", "AMOUNT", "CUR"]
    assert named(200, "captured", "refreshed") == ["STATUS", "ORDER", "AMOUNT", "CAPTURED", "READ"]
    for cells in range(60, 200):
        for name in OPTIONAL:
            assert named(cells, name)[:2] == ["STATUS", "ORDER"]
            assert "AMOUNT" in named(cells, name)


def test_views_of_differences_show_what_differs_and_by_what_the_shop_finds_the_order() -> None:
    def titles(view: str, cells: int) -> list[str]:
        return [column.title for column in layout(cells, view=view)]

    assert titles("orphans", 80) == ["STATUS", "ORDER", "AMOUNT", "CUR", "AGE", "BUYER", "DIFFERS"]
    assert titles("diverged", 80) == ["STATUS", "ORDER", "AMOUNT", "CUR", "SHOP", "DIFFERS", ""]
    assert "DIFFERS" in titles("orphans", 71)
    assert "DIFFERS" in titles("diverged", 71)


async def test_columns_are_chosen_and_stay_with_the_view() -> None:
    async with driven() as console:
        await console.press("6", "t")
        await choose(console, "captured", "age", "buyer")
        assert "CAPTURED" in console.lines[3]
        assert "AGE" not in console.lines[3]
        assert "BUYER" not in console.lines[3]
        await console.press("2")
        assert "AGE" in console.lines[3]
        await console.press("6")
        assert "CAPTURED" in console.lines[3]
        await typed(console, "columns usual")
        assert "BUYER" in console.lines[3]
        await typed(console, "columns colour")
        assert "There is no column 'colour'" in console.said


async def test_no_amount_is_cut_however_large() -> None:
    order = sample_orders()[0]
    large = replace(order, shop=replace(order.shop, amount=Money(123_456_789_012_345, "USD")))
    async with driven(MemoryDesk([large, *sample_orders()[1:]]), size=(60, 24)) as console:
        await console.press("6")
        assert "1,234,567,890,123.45" in console.text


# Selection


async def test_a_range_follows_the_cursor_and_keeps_what_was_selected() -> None:
    async with driven(MemoryDesk(MANY)) as console:
        await console.press("6", "space", "j", "j")
        rows = [row.id for row in console.desk.reader.page(limit=10_000).rows]
        await console.press("v", "j", "j")
        assert [*console.orders.selected] == [rows[0], *rows[3:6]]
        assert "range: 4 selected" in line(console)
        await console.press("k", "k", "k")
        assert [*console.orders.selected] == [rows[0], *rows[2:4]]
        await console.press("v")
        await console.press("j", "j", "j", "j")
        assert [*console.orders.selected] == [rows[0], *rows[2:4]]
        assert "range" not in line(console)
        await console.press("v", "G")
        assert len(console.orders.selected) == 3 + len(rows) - 6
        await console.press("escape")
        assert "The range ends; 717 selected." in console.said
        await console.press("escape", "escape")
        assert not console.orders.selected


async def test_all_are_selected_at_once_or_after_a_question() -> None:
    async with driven(MemoryDesk(MANY)) as console:
        await console.press("5")
        await typed(console, "filter currency=EUR")
        await console.press("asterisk")
        assert len(console.orders.selected) == 30
        await console.press("escape", "escape", "6", "asterisk")
        await console.until(lambda: isinstance(console.app.screen, Choose))
        assert "All 720 matching?" in console.text
        await console.press("escape")
        assert not console.orders.selected
        await console.press("asterisk")
        await choose(console, "everything")
        assert "720 selected" in console.said
        assert len(console.orders.selected) == 720
        await console.press("escape", "escape", "asterisk")
        await choose(console, "held")
        assert len(console.orders.selected) == len(console.orders.held)


async def test_sums_of_the_selected_are_shown_per_currency_and_never_added_up() -> None:
    async with driven(size=(120, 36)) as console:
        await console.press("6", "asterisk")
        await choose(console, "everything")
        rows = tuple(console.orders.selected.values())
        for money in sums(rows):
            assert str(money) in line(console)
        assert {money.currency for money in sums(rows)} == {"USD", "JPY", "EUR"}
        assert sum(m.minor for m in sums(rows)) == sum(row.amount.minor for row in rows if row.amount)


async def test_selected_orders_survive_and_follow_the_sync() -> None:
    async with driven() as console:
        await console.press("2", "space", "space")
        first, second = console.orders.selected
        order = console.desk.orders[first]
        charge = replace(order.charges[0], state=states.DECLINED)
        console.desk.change(replace(order, charges=(charge,)))
        await typed(console, "filter currency=JPY")
        await console.press("4")
        await console.until(lambda: console.orders.selected[first].status == "DECLINED")
        assert [*console.orders.selected] == [first, second]
        del console.desk.orders[second]
        console.desk.changed.append(second)
        console.screen.following.pulse()
        await console.pilot.pause()
        assert [*console.orders.selected] == [first]


async def test_refresh_reads_every_selected_order_and_says_when_it_is_done() -> None:
    async with driven() as console:
        await console.press("6", "space", "space", "r")
        first, second = console.orders.selected
        assert console.desk.refreshed == [first, second]
        assert "Reading 2 orders from Amazon." in console.said
        console.desk.answer(first)
        await console.pilot.pause()
        assert "Reading 2 orders" in console.said
        console.desk.answer(second, "There is no connection to Amazon.")
        await console.until(lambda: "Not read: 1 of 2 orders" in console.said)
        assert second in console.said


async def test_the_ids_of_selected_orders_are_copied_first() -> None:
    async with driven() as console:
        await console.press("6", "space", "space")
        selected = [*console.orders.selected]
        await console.press("y")
        await console.until(lambda: "selected ids" in console.text)
        await console.press("enter")
        await console.until(lambda: console.app.clipboard == "\n".join(selected))


# What is under way


async def test_the_sign_of_an_order_moves_only_while_something_happens_to_it() -> None:
    async with driven() as console:
        await console.press("6")
        assert "beat" not in console.screen.alarms
        await console.press("r")
        at = console.at or ""
        assert console.orders.busy == {at}

        def sign() -> str:
            return next(text for text in console.lines if at in text and text.startswith(">"))[2]

        seen = {sign()}
        await console.until(lambda: bool(seen.add(sign())) or len(seen) == 2)
        assert seen == {"~", "="}
        console.desk.answer(at)
        await console.until(lambda: not console.orders.busy)
        assert "beat" not in console.screen.alarms
        assert sign() == "+"


# Going to an order


async def test_going_to_an_order_by_number_or_id_in_this_view_or_in_all() -> None:
    async with driven() as console:
        await console.press("2")
        await console.press("number_sign", *"1002", "enter")
        assert console.at == "S01-7730002-0000002"
        assert console.orders.view == "to-capture"
        await console.press("number_sign", *"S01-7730020-0000020-C000001".replace("-", "-"), "enter")
        assert console.orders.view in ("to-capture", "all")
        await console.press("escape")
        await typed(console, "go 1020")
        assert console.at == "S01-7730020-0000020"
        assert console.orders.view == "all"
        assert "is not in that list: here are all orders" in console.said


async def test_the_key_asks_for_an_order_in_words() -> None:
    async with driven() as console:
        await console.press("number_sign")
        assert "# order id or number: _" in console.text


async def test_an_order_that_is_not_known_says_so_and_how_to_learn_of_it() -> None:
    async with driven() as console:
        at = console.at
        await console.press("number_sign", *"S01-0000000-0000009", "enter")
        assert "not in the local cache" in console.said
        assert "azpay orders track S01-0000000-0000009" in console.said
        await console.press("escape")
        assert console.at == at


async def test_a_number_of_several_orders_asks_which() -> None:
    maker = Maker()
    twins = [replace(maker.add(charge=states.AUTHORIZED)) for _ in range(3)]
    twins = [replace(order, shop=replace(order.shop, number="T-1")) for order in twins]
    async with driven(MemoryDesk(twins)) as console:
        await typed(console, "go T-1")
        await console.until(lambda: isinstance(console.app.screen, Choose))
        assert "3 orders have the number T-1." in console.text
        await choose(console, twins[1].id)
        await console.until(lambda: console.at == twins[1].id)


# The detail


async def test_stepping_in_the_detail_keeps_its_focus_and_says_the_place() -> None:
    async with driven() as console:
        await console.press("6", "enter", "J", "J", "K")
        assert console.app.focused is console.screen.detail
        assert console.orders.position == 2
        await console.until(lambda: "2 of 72" in line(console))
        assert console.at is not None
        await console.until(lambda: (console.at or "?") in console.screen.detail.text)


# Saved views


async def test_a_view_is_saved_shown_again_renamed_and_deleted() -> None:
    async with driven() as console:
        await console.press("6")
        await typed(console, "filter status=AUTHORIZED currency=USD")
        await typed(console, "sort amount")
        await console.press("w", *"Dollars", "enter")
        assert "Saved as Dollars: 9 shows it." in console.said
        assert "[9]Dollars" in console.lines[1]
        rows = shown(console)
        await console.press("6")
        assert "filter: none  sort: newest" in line(console)
        await console.press("9")
        assert shown(console) == rows
        assert "Dollars: filter: status=AUTHORIZED currency=USD  sort: amount^" in line(console)
        await console.press("equals_sign")
        assert console.orders.sight.key == VIEWS[0]
        await console.press("minus")
        assert console.orders.sight.name == "Dollars"
        await console.press("w")
        await choose(console, "rename")
        await console.press("ctrl+u", *"US only", "enter")
        assert "[9]US only" in console.lines[1]
        await typed(console, "view all")
        await typed(console, "view us ONLY")
        assert console.orders.sight.name == "US only"
        await typed(console, "view nothing")
        assert "There is no view 'nothing'" in console.said
        await console.press("9", "w")
        await choose(console, "delete")
        assert "US only" not in console.lines[1]
        assert console.orders.sight.key == "all"


async def test_a_saved_view_that_was_narrowed_further_goes_back_by_escape() -> None:
    async with driven() as console:
        await console.press("6")
        await typed(console, "filter currency=USD")
        await typed(console, "save-view Mine")
        before = shown(console)
        await typed(console, "filter currency=USD age<1d")
        assert shown(console) != before
        await console.press("escape")
        assert "As saved in Mine again." in console.said
        assert shown(console) == before
        await console.press("escape")
        assert shown(console) == before


async def test_a_name_that_cannot_be_used_is_refused_and_the_prompt_stays() -> None:
    async with driven() as console:
        await console.press("w", *"all", "enter")
        assert "A saved view cannot be called 'all'" in console.said
        assert console.screen.message.prompting
        await console.press("escape")
        assert console.orders.sight.name is None


async def test_saved_views_are_there_the_next_time_and_a_spoiled_file_is_one_sentence(tmp_path: Path) -> None:
    SavedViews(tmp_path).save(SavedView("Late", "to-capture", "age>5d"))
    async with driven(data_dir=tmp_path) as console:
        assert "9:Late" in console.lines[1]
        await console.press("9")
        assert "filter: age>5d" in line(console)
    (tmp_path / NAME).write_text("{")
    async with driven(data_dir=tmp_path) as console:
        assert "saved views" in console.said
        assert "put it right, or move it away" in console.said
        await console.press("escape", "9")
        assert "There is no view 9 yet" in console.said
        await typed(console, "save-view New")
        assert "put it right, or move it away" in console.said
    assert (tmp_path / NAME).read_text() == "{"


def test_the_bar_keeps_its_counts_at_80_columns_as_long_as_shop_and_amazon_agree() -> None:
    agreed = dict.fromkeys(VIEWS, 12) | {"orphans": 0, "diverged": 0}
    assert bar_text("attention", agreed, 80).endswith(" 5:Unknown 12 6:All 12")
    assert bar_text("orphans", agreed, 80).endswith(" 6:All 12 [7]Orphan 0")
    assert bar_text("attention", agreed | {"diverged": 1}, 80).endswith(" 6:All 12 8:Differ 1")
    assert bar_text("attention", agreed, 110).endswith(" 6:All 12  7:Orphans 0  8:Diverged 0")


def test_the_bar_counts_what_needs_a_person_where_not_every_count_has_room() -> None:
    counts = dict(zip(VIEWS, (37, 79, 185, 7, 3, 302, 2, 18), strict=True))
    text = bar_text("attention", counts, 80)
    assert text == "[1]Attn 37 2:Capture 3:Unpaid 4:Refund 5:Unknown 3 6:All 7:Orphan 2 8:Differ 18"
    assert "1:Attn 37" in bar_text("diverged", counts, 80)
    assert "1:Attn 2:" in bar_text("diverged", counts | {"attention": 0}, 80), "what is empty leaves the room to others"


def test_the_bar_keeps_the_active_view_when_saved_ones_have_no_room() -> None:
    names = [*VIEWS, *(f"A saved view number {n}" for n in range(1, 6))]
    for cells in range(60, 200):
        for active in (VIEWS[0], VIEWS[-1], names[-1]):
            text = bar_text(active, dict.fromkeys(VIEWS, 1_234), cells, names, 12)
            assert "[" in text
            assert len(text) <= cells
    assert bar_text(names[8], dict.fromkeys(VIEWS, 1), 300, names, 12).endswith(names[-1])
    assert "[9]A saved view number 1 12" in bar_text(names[8], dict.fromkeys(VIEWS, 1), 300, names, 12)


# What is said beside the list


async def test_an_empty_shop_has_nothing_to_sync_and_says_so() -> None:
    desk = MemoryDesk([])
    desk.sync = replace(desk.sync, connection="STARTING", since=None, last_success=None)
    app = Console(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        console = Driven(app, desk, pilot)
        await console.until(lambda: "NOTHING TO SYNC YET" in console.lines[-1])
        desk.set_sync(queue=2)
        await console.until(lambda: "STARTING  never synced" in console.lines[-1])


async def test_unknown_is_named_for_what_is_counted() -> None:
    async with driven() as console:
        console.desk.set_sync(unknown=1)
        await console.until(lambda: "1 unknown outcome" in console.lines[-1])
        await console.press("5")
        assert "(outcomes and states not known)" in line(console)


async def test_the_peek_tells_refunds_in_flight_apart_and_where_the_rest_of_a_reason_is() -> None:
    maker = Maker()
    maker.add(
        charge=states.CAPTURED, captured=100, refunds=((states.REFUNDED, 30), (states.REFUND_INITIATED, 20)),
        permission=states.CLOSED,
    )  # fmt: skip
    amount = maker.made[0].amount
    assert amount is not None
    async with driven(MemoryDesk(maker.made)) as console:
        await console.press("6")
        back, flying = (Money(amount.minor * part // 100, "USD") for part in (30, 20))
        await console.until(lambda: f"refunded {back.grouped()}, in flight {flying}" in console.text)
    async with driven() as console:
        await console.press("5")
        await console.until(lambda: "Enter: all of it" in console.text)
        assert all(len(text) <= 80 for text in console.lines)
