"""Turns the bytes of a terminal into keys, pastes and mouse events; what is none of them is dropped, never typed.

Terminals answer questions, links split and delay sequences, and people paste coloured text. Textual's own parser gives
the remains of all that to the program as key presses; here an unknown sequence disappears as a whole.
"""

from __future__ import annotations

import re
import time
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Final

from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

SEQUENCE_SILENCE: Final = 1.0
"""Seconds of silence after which an unfinished sequence is given up."""
PASTE_SILENCE: Final = 1.0
"""Seconds of silence after which a paste without end counts as ended."""
MAX_SEQUENCE: Final = 64
MAX_PASTE: Final = 64 * 1024
"""Characters of a paste that are kept."""

_ESC: Final = "\x1b"
_PASTE_END: Final = "\x1b[201~"
_MOUSE: Final = re.compile(r"\x1b\[<\d+;-?\d+;-?\d+[Mm]")
_MODE_REPORT: Final = re.compile(r"\x1b\[\?2026;([1-4])\$y")


class _Mode(Enum):
    GROUND = auto()
    ESCAPE = auto()
    """ESC came; what follows decides."""
    CSI = auto()
    SS3 = auto()
    LINUX = auto()
    """`ESC [ [`, after which one character ends it."""
    STRING = auto()
    """An answer of any length, up to its terminator."""
    STRING_ESCAPE = auto()
    PASTE = auto()


_OPENERS: Final = {
    "[": _Mode.CSI,
    "O": _Mode.SS3,
    "]": _Mode.STRING,
    "P": _Mode.STRING,
    "_": _Mode.STRING,
    "^": _Mode.STRING,
    "X": _Mode.STRING,
}


class InputDecoder:
    """Feed it bytes as they come and call `tick` when `deadline` has passed; both yield messages for the app."""

    def __init__(
        self, escape_delay: float, *, mouse: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start at rest; `escape_delay` in seconds, `clock` gives seconds that only grow."""
        self._escape_delay = escape_delay
        self.mouse = mouse
        """Whether mouse reports are taken; otherwise they are dropped like every unknown sequence."""
        self._clock = clock
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self._keys = XTermParser()
        self._mode = _Mode.GROUND
        self._sequence = ""
        self._paste: list[str] = []
        self._tail = ""
        self._late = False
        self.deadline: float | None = None
        """When `tick` has something to do, by the clock; None while nothing is open."""

    def remaining(self) -> float | None:
        """Return how many seconds are left until `tick` has something to do; None while nothing is open."""
        return None if self.deadline is None else max(0.0, self.deadline - self._clock())

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes as read from the terminal."""
        for character in self._decode(data):
            yield from self._take(character)
        now = self._clock()
        match self._mode:
            case _Mode.GROUND:
                self.deadline = None
            case _Mode.ESCAPE:
                self.deadline = now + self._escape_delay
            case _Mode.PASTE:
                self.deadline = now + PASTE_SILENCE
            case _:
                self.deadline = now + SEQUENCE_SILENCE

    def tick(self) -> Iterator[Message]:
        """Give up what waited too long: a lone ESC is the key, an open paste ends, a cut sequence is dropped."""
        if self.deadline is None or self._clock() < self.deadline:
            return
        self.deadline = None
        mode, self._mode = self._mode, _Mode.GROUND
        if mode is _Mode.ESCAPE:
            # On a slow link this may be the first byte of a split sequence; the next character tells.
            self._late = True
            yield events.Key("escape", _ESC)
        elif mode is _Mode.PASTE:
            yield self._pasted()

    def _take(self, character: str) -> Iterator[Message]:
        late, self._late = self._late, False
        match self._mode:
            case _Mode.GROUND:
                if late and character in "[O]":
                    self._open(character)
                else:
                    yield from self._ground(character)
            case _Mode.ESCAPE:
                if character in _OPENERS:
                    self._open(character)
                    return
                yield events.Key("escape", _ESC)
                self._mode = _Mode.GROUND
                yield from self._ground(character)
            case _Mode.PASTE:
                yield from self._paste_on(character)
            case _Mode.STRING:
                self._string(character)
            case _Mode.STRING_ESCAPE:
                self._mode = _Mode.GROUND
                if character != "\\":
                    self._mode = _Mode.ESCAPE
                    yield from self._take(character)
            case _:
                yield from self._sequence_on(character)

    def _open(self, opener: str) -> None:
        self._mode = _OPENERS[opener]
        self._sequence = _ESC + opener

    def _ground(self, character: str) -> Iterator[Message]:
        if character == _ESC:
            self._mode = _Mode.ESCAPE
        elif character == "\ufffd" or (character >= "\x80" and unicodedata.category(character) in ("Cc", "Cs")):
            return
        else:
            yield from self._key(character)

    def _key(self, sequence: str) -> Iterator[Message]:
        for event in self._keys._sequence_to_key_events(sequence):
            if event.key != Keys.Ignore:
                yield event

    def _string(self, character: str) -> None:
        if character in ("\x07", "\x9c", "\x18", "\x1a"):
            self._mode = _Mode.GROUND
        elif character == _ESC:
            self._mode = _Mode.STRING_ESCAPE

    def _sequence_on(self, character: str) -> Iterator[Message]:
        if character == _ESC:
            self._mode = _Mode.ESCAPE
            return
        if not " " <= character <= "~":
            self._mode = _Mode.GROUND
            if character < " ":
                # A control character cannot be part of a sequence; the key behind it is a person's.
                yield from self._key(character)
            return
        if len(self._sequence) <= MAX_SEQUENCE:
            self._sequence += character
        if self._mode is _Mode.CSI and self._sequence == "\x1b[[":
            self._mode = _Mode.LINUX
        elif self._mode is _Mode.LINUX or (
            character >= "@" if self._mode is _Mode.CSI else not character.isdigit() and character != ";"
        ):
            yield from self._complete(self._sequence)

    def _complete(self, sequence: str) -> Iterator[Message]:
        self._mode = _Mode.GROUND
        if sequence == "\x1b[200~":
            self._mode = _Mode.PASTE
            self._paste, self._tail = [], ""
        elif sequence in ANSI_SEQUENCES_KEYS:
            yield from self._key(sequence)
        elif self.mouse and _MOUSE.fullmatch(sequence):
            event = self._keys.parse_mouse_code(sequence)
            if event is not None:
                yield event
        elif _MODE_REPORT.fullmatch(sequence):
            yield messages.TerminalSupportsSynchronizedOutput()

    def _paste_on(self, character: str) -> Iterator[Message]:
        self._tail = (self._tail + character)[-len(_PASTE_END) :]
        if len(self._paste) < MAX_PASTE + len(_PASTE_END):
            self._paste.append(character)
        if self._tail == _PASTE_END:
            self._mode = _Mode.GROUND
            if len(self._paste) < MAX_PASTE + len(_PASTE_END):
                del self._paste[-len(_PASTE_END) :]
            yield self._pasted()

    def _pasted(self) -> Message:
        text = "".join(self._paste)[:MAX_PASTE].replace("\x00", "")
        self._paste, self._tail = [], ""
        return events.Paste(text)
