"""The text of JSON documents, piece by piece: of a long one only the part that is looked at is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

LARGEST: Final = 4 * 1024 * 1024
"""Characters of one object that is looked at as a whole; a longer or a broken one is gone through member by member."""
BLANK: Final = re.compile(r"[ \t\r\n\ufeff\x1e]*")
"""What may stand between documents."""
BETWEEN: Final = re.compile(r"[ \t\r\n,]*")
"""What may stand between the members of a list or an object."""
FAILURES: Final = (ValueError, RecursionError)
"""What reading a value raises when it is none."""
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str)
"""Numbers stay the text they were: no amount ever becomes a float."""


class DocumentText:
    """The text of a document, of which only the part that is looked at is kept."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._text = ""
        self._ended = False
        self.at = 0

    @property
    def letter(self) -> str:
        """The character that comes next."""
        return self._text[self.at]

    @property
    def large(self) -> bool:
        """Whether more is there than is looked at as a whole."""
        return len(self._text) - self.at > LARGEST

    def _more(self) -> bool:
        if self._ended:
            return False
        parts, size = [self._text[self.at :]], 0
        # As much again as there is: a long object is not tried for every piece of it that comes.
        while size <= len(parts[0]) and (more := next(self._texts, None)) is not None:
            parts.append(more)
            size += len(more)
        self._ended = not size
        self._text, self.at = "".join(parts), 0
        return size > 0

    def skip(self, pattern: re.Pattern[str]) -> bool:
        """Go to the next character that the pattern does not take; False at the end."""
        while True:
            found = pattern.match(self._text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self._text):
                return True
            if not self._more():
                return False

    def key(self) -> None:
        """Go behind a member's name and its colon; raises ValueError when there is none."""
        name, _ = self.value()
        if not isinstance(name, str) or not self.skip(BLANK) or self.letter != ":":
            raise ValueError("no name of a member")
        self.at += 1
        if not self.skip(BLANK):
            raise ValueError("no value of a member")

    def value(self) -> tuple[object, str]:
        """Read a value that may go on in what was not read yet, and its text; raises what the decoder raises."""
        while True:
            start = self.at
            try:
                value, end = _DECODER.raw_decode(self._text, start)
            except FAILURES:
                if self.large or not self._more():
                    raise
                continue
            if end == len(self._text) and not isinstance(value, dict) and self._more():
                continue  # a number may go on
            self.at = end
            return value, self._text[start:end]

    def line(self) -> str | None:
        """Return the line that begins here and go behind it, when it stands for itself; else None."""
        end = self._text.find("\n", self.at) + 1
        alone = self.letter not in "{[" or (
            end and (self._text[self.at : end].rstrip().endswith("}") or self._text[end : end + 1] in ("{", "["))
        )
        if not alone:
            return None
        start, self.at = self.at, end or len(self._text)
        return self._text[start : self.at]

    def rest(self) -> Iterator[str]:
        """Return all that was not read."""
        yield self._text[self.at :]
        yield from self._texts
