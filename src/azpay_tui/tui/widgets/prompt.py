"""The message line, which becomes a prompt for one line of text: a field that opens elsewhere costs kilobytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.strip import Strip

from azpay_tui.tui import theme
from azpay_tui.tui.display import display, fit, width
from azpay_tui.tui.widgets.line import Part
from azpay_tui.tui.widgets.status_line import MessageLine

LONGEST: Final = 200
"""Characters of one line unless the asking command says otherwise."""
_LEAST: Final = 16
"""Cells for what is typed, however long the label is."""
_KEPT: Final = 50
"""Unfinished texts that are remembered."""

Taken = Callable[[str], str | None]
"""Takes what was entered; returns None, or a sentence why it cannot be taken: then the prompt stays open with it."""


@dataclass(frozen=True, slots=True)
class _Question:
    label: str
    taken: Taken
    kept_as: str
    complete: Callable[[str], Sequence[str]] | None
    past: tuple[str, ...]
    limit: int


class Prompt(MessageLine):
    """The message line; as a prompt it takes every key handed to it, so that no letter is a command.

    | Key | Does |
    |---|---|
    | Enter | hand the text over |
    | Esc, Ctrl-C | leave; what was typed stands there the next time |
    | Left Right Home End | move in the text |
    | Backspace, Delete, Ctrl-U | delete one before, one after, all |
    | Tab, Shift-Tab | complete, if the asking command can |
    | Up Down | what was entered before, if the asking command keeps it |
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Start as the message line."""
        super().__init__(id=id)
        self.typed = ""
        """What was typed so far; passed `display`."""
        self._at = 0
        self._question: _Question | None = None
        self._told = False
        self._kept: dict[str, str] = {}
        self._found: tuple[str, ...] = ()
        self._found_at = -1
        self._past_at = 0

    @property
    def prompting(self) -> bool:
        """Whether it is a prompt now."""
        return self._question is not None

    def ask(
        self,
        label: str,
        taken: Taken,
        *,
        text: str = "",
        kept_as: str | None = None,
        complete: Callable[[str], Sequence[str]] | None = None,
        past: Sequence[str] = (),
        limit: int = LONGEST,
    ) -> None:
        """Become a prompt; the screen hands it every key and paste while `prompting`.

        `label` stands before the text, with its own blank at the end; `text` is there to begin with, unless something
        was left unfinished under `kept_as` (default: the label). `complete` returns whole lines that a beginning can
        become; `past` are earlier lines, newest last. The focus stays where it is: moving it repaints both panes.
        """
        kept_as = label if kept_as is None else kept_as
        self._question = _Question(label, taken, kept_as, complete, tuple(past), limit)
        self._past_at = len(past)
        self._told = False
        self._type(self._kept.get(kept_as, text))
        self._set_height()

    def close(self) -> None:
        """Be the message line again."""
        self._question, self._told = None, False
        self._set_height()
        self.refresh()

    def say(self, text: str, *, warning: bool = False, link: str = "") -> None:
        """Show a message, above the prompt while there is one."""
        self._told = self.prompting
        super().say(text, warning=warning, link=link)

    def _lines(self, cells: int) -> list[str]:
        # The prompt covers the last line of an older message: a line of its own would move both panes.
        return [*super()._lines(cells), ""] if self._told else super()._lines(cells)

    def _type(self, text: str, at: int | None = None) -> None:
        """Put a text in with the cursor at a character, by default behind it."""
        limit = self._question.limit if self._question else LONGEST
        if len(text) > limit:
            self.say(f"At most {limit} characters: the rest is left out.", warning=True)
        self.typed = text[:limit]
        self._at = len(self.typed) if at is None else min(at, len(self.typed))
        self._found = ()
        self.refresh()

    def _insert(self, text: str) -> None:
        self._type(self.typed[: self._at] + text + self.typed[self._at :], self._at + len(text))

    def _move(self, at: int) -> None:
        self._at = max(0, min(at, len(self.typed)))
        self.refresh()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw the prompt on the last line of the message, or the message."""
        if self._question is None or y < self.size.height - 1:
            return super().render_line(y)
        return self.draw(self._prompt(self._question.label, self.size.width))

    def _prompt(self, label: str, cells: int) -> Sequence[Part]:
        """Return the part of the text where one types, with a cursor that does not blink."""
        label = label if width(label) <= cells - _LEAST else fit(label, max(0, cells - _LEAST))
        before, after = self.typed[: self._at], self.typed[self._at :]
        room = max(1, cells - width(label) - 2)
        while width(before) > room:
            # What the first character was joined to is out of sight: what joined them goes with it.
            before = display(before[1:], len(before))
        cursor: Part = (after[0], theme.CURSOR) if after else ("_", theme.PLAIN)
        shown: list[Part] = [(label, theme.BOLD), (before, theme.PLAIN), cursor, (after[1:], theme.PLAIN)]
        if self._found:
            shown.append((f"  {'  '.join(self._found)}", theme.KEYS))
        used, parts = 0, []
        for text, style in shown:
            cut = text if width(text) <= cells - used else fit(text, cells - used)
            used += width(cut)
            if cut:
                parts.append((cut, style))
        return parts

    # Keys

    def take_key(self, event: events.Key) -> None:
        """Take a key as a prompt."""
        event.stop()
        event.prevent_default()
        match event.key:
            case "enter":
                self._enter()
            case "escape" | "ctrl+c":
                self._keep()
                self.close()
            case "backspace" if self._at:
                self._type(self.typed[: self._at - 1] + self.typed[self._at :], self._at - 1)
            case "delete":
                self._type(self.typed[: self._at] + self.typed[self._at + 1 :], self._at)
            case "ctrl+u":
                self._type("")
            case "left":
                self._move(self._at - 1)
            case "right":
                self._move(self._at + 1)
            case "home":
                self._move(0)
            case "end":
                self._move(len(self.typed))
            case "tab":
                self._complete(1)
            case "shift+tab":
                self._complete(-1)
            case "up":
                self._recall(-1)
            case "down":
                self._recall(1)
            case _ if event.is_printable and event.character:
                self._insert(display(event.character))

    def take_paste(self, event: events.Paste) -> None:
        """Take the first line of a pasted text; nothing in it is a key."""
        event.stop()
        lines = event.text.strip().splitlines()
        if lines:
            self._insert(display(lines[0], 4 * LONGEST))

    def _enter(self) -> None:
        question, typed = self._question, self.typed
        if question is None:
            return
        self._kept.pop(question.kept_as, None)
        self.close()
        refusal = question.taken(typed.strip())
        if refusal is not None:
            self._question = question
            self._type(typed)
            self.say(refusal, warning=True)

    def _keep(self) -> None:
        if self._question is None:
            return
        self._kept.pop(self._question.kept_as, None)
        if self.typed.strip():
            self._kept[self._question.kept_as] = self.typed
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]

    def _complete(self, step: int) -> None:
        """Put the next line in that the beginning can become; the others stand behind it."""
        if self._question is None or self._question.complete is None:
            return
        if not self._found:
            self._found_at = -1 if step > 0 else 0
        found = self._found or tuple(self._question.complete(self.typed))
        if found:
            self._found_at = (self._found_at + step) % len(found)
            self._type(found[self._found_at])
            self._found = found if len(found) > 1 else ()

    def _recall(self, step: int) -> None:
        past = self._question.past if self._question else ()
        at = max(0, min(self._past_at + step, len(past)))
        if at != self._past_at:
            self._past_at = at
            self._type(past[at] if at < len(past) else "")
