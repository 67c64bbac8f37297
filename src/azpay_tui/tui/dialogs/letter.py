"""The dialog in which a person reads a letter to a buyer to its end before it leaves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from azpay_tui import letters
from azpay_tui.backoffice.composing import Desired
from azpay_tui.backoffice.errors import UsageError
from azpay_tui.backoffice.ports import Desk
from azpay_tui.backoffice.records import ProfileInfo
from azpay_tui.domain.letters import Letter
from azpay_tui.domain.messages import Message
from azpay_tui.tui.dialogs.armed import Armed
from azpay_tui.tui.dialogs.guard import Monotonic, Push
from azpay_tui.tui.dialogs.read_first import WIDEST
from azpay_tui.tui.display import display, wrap

_MOST_LINES: Final = 60
"""Lines that one line of a letter may take."""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What is about to be written, and what was written to the buyer before."""

    order_id: str
    wanted: Desired
    written: Mapping[str, Letter]
    """The letter by its language, the one that is meant first."""
    before: tuple[Message, ...]


def gather(desk: Desk, order_id: str, wanted: Desired) -> Correspondence:
    """Write the letter in every language it can be had in; touches files, raises what the desk raises."""
    meant = desk.letters.preview(order_id, wanted)
    written = {meant.language: meant}
    for language in letters.languages():
        try:
            written.setdefault(language, desk.letters.preview(order_id, replace(wanted, language=language)))
        except UsageError:  # the shop's own in that language will not do; the one that is meant does
            continue
    before = tuple(m for m in desk.messages.list(order_id=order_id) if m.draft.kind == "buyer")
    return Correspondence(order_id, replace(wanted, kind=meant.kind.name), written, before)


class LetterDialog(Armed[tuple[Desired, Letter] | None]):
    """Shows a letter with its recipient; returns which is to leave, and as it was read, or None. Never sends itself."""

    DEFAULT_CSS = """
    LetterDialog {
        #box { height: 100%; max-height: 40; }
        #buttons > #language { width: auto; }
    }
    """
    WOULD_BE = "sent"

    def __init__(self, desk: Desk, found: Correspondence, *, clock: Monotonic = time.monotonic) -> None:
        """Make a dialog about what was gathered."""
        super().__init__(f"LETTER about {found.order_id}", clock)
        self._desk, self._found = desk, found
        self._languages = list(found.written)

    @property
    def profile(self) -> ProfileInfo:
        """Where one is."""
        return self._desk.profile

    @property
    def letter(self) -> Letter:
        """The letter in the language that is chosen."""
        return self._found.written[self._languages[0]]

    def content(self) -> ComposeResult:
        """The letter above, the buttons below."""
        with VerticalScroll(id="facts-area", can_focus=False):
            yield Static(self._facts(), id="facts", markup=False)
        yield Static("", id="why", markup=False)
        with Horizontal(id="buttons"):
            yield Push("Cancel", self.arrivals, id="cancel")
            yield Push("Other language", self.arrivals, id="language", disabled=len(self._languages) < 2)
            commits = "Send once more" if self._found.before else "Send"
            yield Push(commits, self.arrivals, id="commit", disabled=True)
        yield Static("PgDn reads on. Tab moves, Enter presses. Esc: close, nothing sent.", id="keys")

    def _facts(self) -> Text:
        letter, width = self.letter, min(self.app.size.width, WIDEST) - 2
        lines = [f"To        {letter.to}", f"Language  {letter.language}", f"Subject   {letter.subject}"]
        lines += [
            f"Before    {each.created:%Y-%m-%d %H:%MZ} {each.draft.subject or 'a letter'}: {each.state}"
            for each in self._found.before[:5]
        ]
        text = Text()
        for number, line in enumerate([*lines, "", *letter.text.rstrip("\n").split("\n")]):
            text.append("\n" if number else "")
            text.append("\n".join(wrap(display(line, 4000), max(20, width), _MOST_LINES)))
        return text

    def _barred(self) -> str | None:
        if self.profile.read_only_reason is not None:
            return display(self.profile.read_only_reason, 200)
        if not self._desk.letters.mail.on:
            return 'This profile sends no letters: set send = "manual" in its section mail.'
        return None

    def _turn(self) -> None:
        """Show it in the next language, to be read anew."""
        self._languages.append(self._languages.pop(0))
        self._area().scroll_to(y=0, animate=False, immediate=True)
        self._read_to, self._hint = 0.0, ""
        self.query_one("#facts", Static).update(self._facts())
        self.call_after_refresh(self._paint)

    def _press(self, push: Push) -> None:
        if push.id == "language":
            self._turn()
        else:
            super()._press(push)

    def _answer(self) -> tuple[Desired, Letter]:
        return replace(self._found.wanted, language=self.letter.language), self.letter
