"""Palette, `:` line and help: every command is found by name, only what works is offered, and nothing else happens."""

from dataclasses import replace
from typing import get_args

import pytest
from tests.tui.desk import MemoryDesk, sample_orders
from tests.tui.pilot import Driven, driven
from textual import events

from azpay_tui.tui.commands import COMMANDS, commands_of
from azpay_tui.tui.commands.base import Argument, Command, Where
from azpay_tui.tui.commands.finder import called, completions, matches, names, nearest
from azpay_tui.tui.dialogs.action import ActionDialog
from azpay_tui.tui.dialogs.chooser import Chooser
from azpay_tui.tui.dialogs.help import HelpScreen, Palette


def chooser(console: Driven) -> Chooser:
    assert isinstance(console.app.screen, Chooser)
    return console.app.screen


def offered(console: Driven) -> list[str]:
    return [choice.value.id for choice in chooser(console).list.choices if isinstance(choice.value, Command)]


def test_no_two_commands_of_a_screen_share_a_name() -> None:
    for where in get_args(Where):
        known = [name for command in commands_of(where) for name in names(command)]
        twice = sorted(name for name in set(known) if known.count(name) > 1)
        assert not twice, f"two commands of {where} are called {twice}"


def test_names_are_found_by_their_beginning_and_by_what_is_like_them() -> None:
    table = commands_of("pane")
    assert called(table, "VIEW-ALL") is called(table, "view-a" + "ll")
    assert (found := called(table, "pal")) is not None
    assert found.id == "palette"
    assert called(table, "view-") is None
    assert nearest(table, "paelette") == "palette"
    assert nearest(table, "zzzzzz") is None
    assert matches(table, "captur")[0].id == "capture"
    assert [command.id for command in matches(table, "page half down")] == ["half-down"]


def test_tab_offers_names_and_what_may_stand_behind_them() -> None:
    class Paint(Command):
        id, name, sentence, aliases = "paint", "paint", "Paint.", ("colour",)
        argument = Argument("tone", lambda screen: ("blue", "black", "red"))

        def run(self, screen: object) -> None:
            """Nothing."""

    table = (*COMMANDS, Paint())
    assert completions(table, None, "pai") == ["paint "]
    assert completions(table, None, "col") == ["colour ", "columns "]
    assert completions(table, None, "paint BL") == ["paint blue", "paint black"]
    assert completions(table, None, "down x") == []
    assert completions(table, None, "zz") == []


async def test_the_palette_finds_by_typing_and_runs_by_enter() -> None:
    async with driven() as console:
        await console.press("ctrl+p")
        assert isinstance(console.app.screen, Palette)
        assert "find-next" not in offered(console)
        await console.press(*"show all orders")
        assert offered(console)[0] == "view-all"
        await console.press("enter")
        await console.until(lambda: console.app.screen is console.screen)
        assert console.orders.view == "all"


async def test_escape_in_the_palette_forgets_what_was_typed_then_closes() -> None:
    async with driven() as console:
        await console.press("ctrl+p", *"zzz")
        assert "Nothing is called so here" in console.text
        await console.press("enter", "escape")
        assert isinstance(console.app.screen, Palette)
        assert len(offered(console)) > 20
        await console.press("escape")
        assert console.app.screen is console.screen
        assert console.orders.view == "attention"


async def test_moving_in_the_palette_says_what_each_does() -> None:
    async with driven() as console:
        await console.press("ctrl+p", "down", "end")
        last = chooser(console).list.choice
        assert last is not None
        assert last.text.rstrip() in console.text
        assert last.detail.split("  ")[0] in console.text
        await console.press("pageup", "home", "up")
        assert chooser(console).list.at == 0
        await console.press("pagedown", "ctrl+c")
        assert console.app.screen is console.screen


async def test_help_lists_what_works_and_folds_the_rest_with_reasons() -> None:
    async with driven() as console:
        await console.press("question_mark")
        assert isinstance(console.app.screen, HelpScreen)
        shown = offered(console)
        assert "find-next" not in shown
        await console.press("end")
        assert "not work here now: Enter to see why" in console.text
        await console.press("enter")
        assert set(offered(console)) == {command.id for command in commands_of("pane")}
        await console.press("end", "up", *"n, find the same")
        await console.press("ctrl+u", *"further down")
        await console.press("end")
        assert "Nothing to find yet" in console.text
        await console.press("enter")
        assert isinstance(console.app.screen, HelpScreen)
        await console.press("escape", "question_mark")
        await console.until(lambda: console.app.screen is console.screen)


async def test_help_runs_what_is_chosen_and_opens_dialogs_at_most() -> None:
    async with driven() as console:
        await console.press("2", "question_mark", *"capture an", "enter")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        await console.press("escape")
        assert console.desk.submitted == []


async def test_help_in_the_detail_says_what_works_only_in_the_list() -> None:
    async with driven() as console:
        await console.press("2", "enter", "question_mark", *"space")
        assert "Works in the list of orders: press Esc first." in " ".join(console.text.split())


async def test_every_command_is_found_in_the_help_by_its_name() -> None:
    async with driven() as console:
        await console.press("question_mark")
        for command in commands_of("pane"):
            chooser(console).type(command.id)
            assert command.id in offered(console)


async def test_the_line_runs_by_name_completes_and_remembers() -> None:
    async with driven() as console:
        await console.press("colon", *"view-a", "tab", "tab")
        assert console.lines[-2].startswith(":view-attention") or console.lines[-2].startswith(":view-all")
        await console.press("ctrl+u", *"view-all", "enter")
        assert console.orders.view == "all"
        await console.press("colon", *"find doe", "enter")
        assert "in the local cache" in console.said
        await console.press("colon", "up", "up")
        assert console.lines[-2].startswith(":view-all_")
        await console.press("escape", "colon")
        assert console.lines[-2].startswith(":view-all_")


async def test_the_name_of_a_view_is_enough() -> None:
    async with driven() as console:
        for name in ("orphans", "Diverged", "all", "refunds"):
            await console.press("colon", *name, "enter")
            assert console.orders.view == name.casefold()
        await console.press("colon", *"orph", "tab")
        assert console.lines[-2].startswith(":view-orphans")


async def test_an_unknown_name_stays_with_the_nearest_one() -> None:
    async with driven() as console:
        await console.press("colon", *"rfresh", "enter")
        assert "Did you mean refresh?" in console.said
        assert console.lines[-2].startswith(":rfresh_")
        await console.press("ctrl+u", *"zzzzzzzz", "enter")
        assert "? lists them all" in console.said
        await console.press("ctrl+u", *"redraw now", "enter")
        assert ":redraw takes nothing behind it." in console.said
        await console.press("ctrl+u", "enter")
        assert not console.screen.message.prompting
        await console.press("colon", *"find-next", "enter")
        assert "Nothing to find yet" in console.said


async def test_names_of_verbs_open_dialogs_and_nothing_more() -> None:
    async with driven(MemoryDesk(auto=True)) as console:
        await console.press("2", "colon", *"capture", "enter")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        assert console.desk.submitted == []


@pytest.mark.parametrize("keys", [["colon"], ["ctrl+p"], ["question_mark"], ["exclamation_mark"], ["at"]])
async def test_nothing_opens_over_a_dialog_about_money(keys: list[str]) -> None:
    async with driven() as console:
        await console.press("2", "a", "c")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        await console.press(*keys)
        assert isinstance(console.app.screen, ActionDialog)
        assert not console.screen.message.prompting


async def test_a_paste_into_the_palette_is_text_and_runs_nothing() -> None:
    async with driven() as console:
        await console.press("ctrl+p")
        console.app.screen.post_message(events.Paste("view\x1b[31m\nenter"))
        await console.pilot.pause()
        assert chooser(console).typed == "view\ufffd[31m"
        assert "\x1b" not in console.text


async def test_an_empty_list_leaves_the_commands_that_need_no_order() -> None:
    orders = [replace(order, intents=()) for order in sample_orders()[:0]]
    async with driven(MemoryDesk(orders)) as console:
        await console.press("question_mark")
        assert "capture" not in offered(console)
        assert "sync" in offered(console)


async def test_keys_typed_ahead_go_to_what_opens_and_never_to_the_list_below() -> None:
    async with driven() as console:
        await console.press("2", "question_mark", *"6 redraw")
        assert chooser(console).typed == "6 redraw"
        assert console.orders.view == "to-capture"
        await console.press("escape", "escape", "6", "ctrl+p", "escape", "j")
        assert (console.orders.view, console.orders.position) == ("all", 2)


def dialog(console: Driven) -> ActionDialog:
    assert isinstance(console.app.screen, ActionDialog)
    return console.app.screen


async def test_an_amount_behind_a_verb_fills_the_dialog_and_never_more() -> None:
    async with driven(MemoryDesk(auto=True)) as console:
        await console.press("2", "colon", *"capture 1.25", "enter")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        assert dialog(console)._question.amount == "1.25"
        await console.press("enter", "enter")
        assert console.desk.submitted == []


async def test_an_amount_behind_refund_is_named_and_still_has_to_be_typed() -> None:
    async with driven(MemoryDesk(auto=True)) as console:
        order = next(o for o in console.desk.orders.values() if o.charges and o.charges[0].captured and not o.refunds)
        await console.press("6")
        console.screen.go_to(order.id)
        await console.press("colon", *"refund 1.25", "enter")
        await console.until(lambda: isinstance(console.app.screen, ActionDialog))
        assert dialog(console)._question.amount == ""
        await console.until(lambda: "you asked for 1.25 USD" in " ".join(console.text.split()))
        await console.press("enter", "enter")
        assert console.desk.submitted == []


async def test_an_amount_that_cannot_be_is_said_instead() -> None:
    async with driven() as console:
        for text, words in (("1e9", "1e9"), ("99999999", "too much"), ("0", "too little"), ("-1", "-1")):
            await console.press("2", "colon", *f"capture {text}", "enter")
            await console.until(lambda words=words: words in console.said)  # type: ignore[misc]
            assert console.app.screen is console.screen
