"""The prompt for one line of text: whatever is typed or pasted is text, and nothing typed is lost."""

from collections.abc import Sequence

from tests.tui.pilot import Driven, driven
from textual import events

from azpay_tui.tui.display import hidden
from azpay_tui.tui.widgets.prompt import LONGEST


class Asked:
    """What was handed over; refuses texts with `no` in them."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> str | None:
        self.texts.append(text)
        return f"{text} cannot be taken: say something else." if "no" in text else None


def prompt_line(console: Driven) -> str:
    return console.lines[-2]


async def test_a_text_is_edited_and_handed_over_without_running_a_command() -> None:
    async with driven() as console:
        asked, at = Asked(), console.at
        console.screen.message.ask("note: ", asked)
        await console.press(*"q1ajx", "backspace", "left", "left", "Z", "delete", "home", "-", "end", "space")
        assert prompt_line(console) == "note: -q1Zj _"
        await console.press("enter")
        assert asked.texts == ["-q1Zj"]
        assert not console.screen.message.prompting
        assert console.at == at
        assert console.desk.submitted == []


async def test_the_cursor_is_seen_inside_the_text() -> None:
    async with driven() as console:
        console.screen.message.ask("note: ", Asked())
        await console.press(*"abc", "left")
        assert prompt_line(console) == "note: abc"
        strip = console.app.screen._compositor.render_strips()[-2]
        assert [segment.text for segment in strip if segment.style is not None and segment.style.reverse] == ["c"]


async def test_escape_keeps_what_was_typed_for_the_next_time_and_enter_forgets_it() -> None:
    async with driven() as console:
        asked = Asked()
        console.screen.message.ask("note: ", asked, kept_as="note of one")
        await console.press(*"half", "escape")
        assert asked.texts == []
        console.screen.message.ask("note: ", asked, kept_as="note of another")
        await console.pilot.pause()
        assert prompt_line(console) == "note: _"
        await console.press("ctrl+c")
        console.screen.message.ask("note: ", asked, text="fresh", kept_as="note of one")
        await console.press("!", "enter")
        assert asked.texts == ["half!"]
        console.screen.message.ask("note: ", asked, text="fresh", kept_as="note of one")
        await console.pilot.pause()
        assert prompt_line(console) == "note: fresh_"
        await console.press("ctrl+u", "escape")
        console.screen.message.ask("note: ", asked, kept_as="note of one")
        await console.pilot.pause()
        assert prompt_line(console) == "note: _"


async def test_a_refused_text_stays_with_the_sentence_above_it() -> None:
    async with driven() as console:
        asked = Asked()
        console.screen.message.ask("note: ", asked)
        await console.press(*"no", "enter")
        await console.until(lambda: "no cannot be taken" in console.lines[-3])
        assert prompt_line(console) == "note: no_"
        await console.press("backspace", "k", "enter")
        assert asked.texts == ["no", "nk"]
        await console.until(lambda: console.lines[-3].startswith("Enter detail"))


async def test_a_message_does_not_hide_the_prompt_and_the_prompt_does_not_hide_it() -> None:
    async with driven() as console:
        console.screen.message.ask("note: ", Asked())
        await console.press("a")
        console.screen.say("captured 89.90", warning=False)
        await console.until(lambda: console.lines[-3] == "captured 89.90")
        assert prompt_line(console) == "note: a_"
        await console.press("escape")
        await console.until(lambda: console.lines[-2] == "captured 89.90")


async def test_a_paste_is_text_its_first_line_and_safe() -> None:
    async with driven() as console:
        asked = Asked()
        console.screen.message.ask("note: ", asked)
        await console.press("a", "b", "left")
        console.screen.post_message(events.Paste("\x1b[31mq\x00x\renter"))
        console.screen.post_message(events.Paste("\n"))
        await console.pilot.pause()
        assert not any(hidden(text) for text in console.lines)
        await console.press("enter")
        assert asked.texts == ["a\ufffd[31mq\ufffdxb"]


async def test_a_long_text_scrolls_and_is_cut_with_a_sentence() -> None:
    async with driven() as console:
        asked = Asked()
        console.screen.message.ask("note: ", asked)
        console.screen.post_message(events.Paste("山" * 60 + "x" * LONGEST))
        await console.until(lambda: f"At most {LONGEST} characters" in console.said)
        assert prompt_line(console).endswith("xx_")
        await console.press("home")
        assert prompt_line(console).startswith("note: 山山")
        await console.press("enter")
        assert [len(text) for text in asked.texts] == [LONGEST]


async def test_tab_completes_and_goes_through_what_is_possible() -> None:
    def complete(text: str) -> Sequence[str]:
        return [word for word in ("refund", "refresh", "sync") if word.startswith(text)]

    async with driven() as console:
        console.screen.message.ask(": ", Asked(), complete=complete)
        await console.press("r", "tab")
        assert prompt_line(console) == ": refund_  refund  refresh"
        await console.press("tab")
        assert prompt_line(console) == ": refresh_  refund  refresh"
        await console.press("shift+tab", "space")
        assert prompt_line(console) == ": refund _"
        await console.press("tab")
        assert prompt_line(console) == ": refund _"
        await console.press("ctrl+u", "s", "shift+tab")
        assert prompt_line(console) == ": sync_"


async def test_up_and_down_bring_back_what_was_entered_before() -> None:
    async with driven() as console:
        console.screen.message.ask(": ", Asked(), past=("first", "second"))
        await console.press("up")
        assert prompt_line(console) == ": second_"
        await console.press("up", "up")
        assert prompt_line(console) == ": first_"
        await console.press("down", "down", "down")
        assert prompt_line(console) == ": _"


async def test_a_long_label_leaves_room_to_type() -> None:
    async with driven(size=(60, 20)) as console:
        console.screen.message.ask("S01-7730012-0000012 later (1h, tomorrow, 3d, 1w, none): ", Asked())
        await console.press(*"2026-12-01")
        assert prompt_line(console).endswith("…2026-12-01_")
