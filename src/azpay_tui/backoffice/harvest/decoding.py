"""From bytes to text in any encoding: nothing is lost for a byte that is none, and Amazon's ids are always readable."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

from azpay_tui.backoffice.harvest.reading import Tally

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD: Final = 64 * 1024
"""Bytes from which encoding and format are told."""
CHUNK: Final = 256 * 1024
"""Bytes read at once."""
_LONGEST_LINE: Final = 1024 * 1024
"""Characters after which a line is cut, between two words where there are any."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE: Final = (
    (4, "utf-32", re.compile(rb"(?:[\t\n\r -~]\0\0\0){6,}")),
    (2, "utf-16", re.compile(rb"(?:[\t\n\r -~]\0){6,}")),
)
ESCAPED: Final = re.compile("[\udc80-\udcff]")
"""Bytes that were no text, as `surrogateescape` decodes them."""
_OVERLAP: Final = 64


def encoding_of(head: bytes) -> tuple[str, int]:
    """Tell the encoding from the first bytes, and how many of them are its mark: `utf-8` for all that is no wider.

    Without a mark, UTF-16 and UTF-32 are known by their zero bytes beside ASCII characters.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    if b"\0" in head:
        for width, name, pattern in _WIDE:
            found = pattern.search(head)
            # The characters before the low end of a big-endian one are its zeros.
            if found is not None and head.count(b"\0") * 8 >= len(head):
                return f"{name}-{'le' if found.start() % width == 0 else 'be'}", 0
    return "utf-8", 0


class Counted(io.RawIOBase):
    """A source's stream: its head may be looked at before it is read, and every byte is counted.

    An `OSError` of the stream ends it; `problem` is its text then.
    """

    def __init__(self, stream: BinaryIO, tally: Tally, tick: Callable[[], None]) -> None:
        self._stream = stream
        self._tally = tally
        self._tick = tick
        self._some: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self.problem: str | None = None
        self.head = b""
        while len(self.head) < HEAD and (more := self._more(HEAD - len(self.head))):
            self.head += more
        self._rest = self.head

    def _more(self, count: int) -> bytes:
        if self.problem is not None:
            return b""
        self._tick()
        try:
            return self._some(count) or b""
        except OSError as error:
            self.problem = error.strerror or str(error)
            return b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a part of the buffer; 0 at the end."""
        view = memoryview(buffer).cast("B")
        found = self._rest[: len(view)]
        self._rest = self._rest[len(found) :]
        if not found:
            found = self._more(len(view))
        view[: len(found)] = found
        self._tally.size += len(found)
        return len(found)


def blocks(stream: Counted, tally: Tally) -> Iterator[str]:
    """Decode a stream into texts that end where a line ends; the last one and one of an endless line may not.

    Line ends are those of Unix afterwards where the file has those of Windows or of an old Macintosh.
    """
    encoding, skip = encoding_of(stream.head)
    stream.read(skip)
    chunks = _eight_bit(stream, tally) if encoding == "utf-8" else _wide(stream, encoding, tally)
    old = None
    rest = ""
    for chunk in chunks:
        text = rest + chunk if rest else chunk
        if old is None:
            old = "\r" in text and "\n" not in text
        if old:
            text = text.replace("\r", "\n")
        end = text.rfind("\n") + 1
        if not end and len(text) > _LONGEST_LINE:
            end = _cut(text)
        rest = text[end:]
        if end:
            yield text[:end]
    if rest:
        yield rest


def _cut(text: str) -> int:
    """Return where an endless line may be cut so that no id of it is."""
    for end in range(len(text), len(text) - _OVERLAP, -1):
        if not (text[end - 1].isalnum() or text[end - 1] == "-"):
            return end
    return len(text)


def _eight_bit(stream: Counted, tally: Tally) -> Iterator[str]:
    """Decode UTF-8 and whatever else keeps ASCII as it is."""
    rest = b""
    while chunk := stream.read(CHUNK):
        data = rest + chunk
        # Never inside of a character: neither a line end nor what is below 0x80 is a part of one.
        end = data.rfind(b"\n") + 1 or _whole(data)
        rest = data[end:]
        yield _text(data[:end], tally)
    if rest:
        yield _text(rest, tally)


def _whole(data: bytes) -> int:
    """Return how much of the data ends with a whole character."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            return len(data) - back
    return len(data)


def _text(data: bytes, tally: Tally) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text, count = ESCAPED.subn("\ufffd", data.decode("utf-8", "surrogateescape"))
        tally.replaced += count
        return text


def _wide(stream: Counted, encoding: str, tally: Tally) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    width = 4 if "32" in encoding else 2
    while True:
        chunk = stream.read(CHUNK)
        text = decoder.decode(chunk or b"", final=not chunk)
        tally.replaced += width * text.count("\ufffd")
        if text:
            yield text
        if not chunk:
            return
