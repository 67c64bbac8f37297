"""Looks at what the console shows: every character, every action, every link, and what was put on the clipboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.hostile.judge import unfit
from tests.tui.pilot import Driven
from textual import events

_LINK: Final = re.compile(r"https://sellercentral[a-z.-]*/hz/me/pmd/payment-details\?orderReferenceId=[A-Z0-9-]{19}")
_SCROLLING: Final = ("grab", "release", "scroll_up", "scroll_down")
"""What a click on a scroll bar does."""


class Witness:
    """Looks at a console again and again, and remembers what should not have been there."""

    def __init__(self, console: Driven) -> None:
        self.console = console
        self.found: list[str] = []
        """What was found, with the screen it was on."""
        self.looks = 0

    def look(self) -> None:
        """Look at the screen, at what was said, and at the clipboard."""
        self.looks += 1
        app = self.console.app
        where = type(app.screen).__name__
        seen = [*self._seen()]
        seen += [f"{what} said" for said in app.sitting.said for what in unfit(said.text)]
        seen += [f"{what} on the clipboard" for what in unfit(app.clipboard, allowed="\n")]
        self.found += [f"{what} on {where}" for what in seen]

    def _seen(self) -> Iterator[str]:
        for strip in self.console.app.screen._compositor.render_strips():
            text = "".join(segment.text for segment in strip)
            for what in unfit(text):
                yield f"{what} in {ascii(text.strip())[:160]}"
            for segment in strip:
                style = segment.style
                if style is None:
                    continue
                for key, action in style.meta.items():
                    if key.startswith("@") and action not in _SCROLLING:
                        yield f"the action {action} on {key} in {segment.text!r}"
                if style.link and not _LINK.fullmatch(style.link):
                    yield f"a link to {style.link!r}"

    async def press(self, *keys: str) -> None:
        """Press keys one by one and look after each; at rest, without the pilot's waiting for a quiet processor."""
        for key in keys:
            await self.console.press(key)
            self.look()

    async def paste(self, text: str) -> None:
        """Paste a text and look."""
        self.console.app.post_message(events.Paste(text))
        await self.console.pilot.pause()
        self.look()
