"""Bytes as terminals, links and pastes deliver them, and what may become of them: keys a person pressed, no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events, messages
from textual.message import Message

from azpay_tui.tui.decoder import MAX_PASTE, InputDecoder

ESCAPE_DELAY = 0.1


class Keyboard:
    """Feeds a decoder and lets time pass."""

    def __init__(self, *, mouse: bool = False) -> None:
        self.now = 0.0
        self.decoder = InputDecoder(ESCAPE_DELAY, mouse=mouse, clock=lambda: self.now)
        self.messages: list[Message] = []

    def feed(self, *parts: bytes, wait: float = 0.0) -> None:
        """Feed each part, waiting after each."""
        for part in parts:
            self.messages += self.decoder.feed(part)
            self.now += wait
            self.messages += self.decoder.tick()

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.messages if isinstance(message, events.Key)]

    @property
    def pastes(self) -> list[str]:
        return [message.text for message in self.messages if isinstance(message, events.Paste)]


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"j", ["j"]),
        (b"G", ["G"]),
        (b"\r", ["enter"]),
        (b" ", ["space"]),
        (b"\x1b[B", ["down"]),
        (b"\x1bOB", ["down"]),
        (b"\x1b[6~", ["pagedown"]),
        (b"\x1b[1~", ["home"]),
        (b"\x1b[Z", ["shift+tab"]),
        (b"\x04\x15\x12", ["ctrl+d", "ctrl+u", "ctrl+r"]),
        (b"\x7f", ["backspace"]),
        ("é".encode(), ["é"]),
        (b"jjk", ["j", "j", "k"]),
        (b"\x1bj", ["escape", "j"]),
        (b"\x1b\x1b[B", ["escape", "down"]),
    ],
)
def test_keys_are_keys(data: bytes, keys: list[str]) -> None:
    keyboard = Keyboard()
    keyboard.feed(data, wait=2)
    assert keyboard.keys == keys


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b[?62;22c",
        b"\x1b[>1;10;0c",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1b]11;rgb:0000/0000/0000\x1b\\",
        b"\x1bP1$r0m\x1b\\",
        b"\x1b_Gi=1;OK\x1b\\",
        b"\x1b[?2048;0$y",
        b"\x1b[12;40R",
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b[8;24;80t",
        b"\x1b[99;5u",
        b"\x1b[<0;10;5M",
        b"\x1b[" + b"1;" * 500 + b"y",
        b"\x1b[201~",
        b"\x9b6n",
        b"\xc2\x9b",
    ],
    ids=repr,
)
def test_an_answer_of_the_terminal_presses_no_key(answer: bytes) -> None:
    for parts in ([answer], [answer[i : i + 1] for i in range(len(answer))]):
        keyboard = Keyboard()
        keyboard.feed(*parts, wait=0.01)
        keyboard.feed(b"", wait=5)
        # What has no escape in front is no sequence: a bare 8-bit control is dropped and its rest is typed text.
        assert keyboard.keys == (["6", "n"] if answer == b"\x9b6n" else [])


@pytest.mark.parametrize("answer", [b"\x1b[?2026;2$y", b"\x1b[?62;22c", b"\x1b[15~", b"\x1b[<0;10;5M"], ids=repr)
def test_an_answer_torn_apart_by_a_slow_link_is_the_escape_key_at_most(answer: bytes) -> None:
    for cut in range(1, len(answer)):
        keyboard = Keyboard()
        keyboard.feed(answer[:cut], answer[cut:], wait=0.5)
        keyboard.feed(b"", wait=5)
        assert set(keyboard.keys) <= {"escape", "f5"}


def test_an_arrow_torn_apart_is_still_the_arrow() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\x1b", b"[B", wait=0.5)
    assert keyboard.keys == ["escape", "down"]
    keyboard = Keyboard()
    keyboard.feed(b"\x1b[", b"B", wait=0.5)
    assert keyboard.keys == ["down"]


def test_the_mode_report_tells_the_app_what_the_terminal_can() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\x1b[?2026;2$y")
    assert [type(message) for message in keyboard.messages] == [messages.TerminalSupportsSynchronizedOutput]


@pytest.mark.parametrize(
    "inside", [b"plain", b"a\x1b[31mred\x1b[0m", b"x\x1bary", b"\x1b", b"\x1b[c", b"\x03\x11", b"\x1b[200~"], ids=repr
)
def test_a_paste_is_one_text_whatever_it_holds(inside: bytes) -> None:
    for parts in ([b"\x1b[200~" + inside + b"\x1b[201~"], [b"\x1b[20", b"0~" + inside, b"\x1b[20", b"1~"]):
        keyboard = Keyboard()
        keyboard.feed(*parts, wait=0.2)
        assert keyboard.keys == []
        assert keyboard.pastes == [inside.decode()]


def test_an_end_marker_inside_a_paste_ends_it_and_what_follows_is_typed() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\x1b[200~a\x1b[201~b\x1b[201~")
    assert keyboard.pastes == ["a"]
    assert keyboard.keys == ["b"]


def test_a_paste_without_end_ends_after_a_second_and_keys_work_again() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\x1b[200~text", wait=0.9)
    keyboard.feed(b" more", wait=1.0)
    assert keyboard.pastes == ["text more"]
    keyboard.feed(b"q")
    assert keyboard.keys == ["q"]


def test_a_huge_paste_is_cut_and_ends() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\x1b[200~" + b"x" * (MAX_PASTE * 2) + b"\x1b[201~j")
    assert [len(text) for text in keyboard.pastes] == [MAX_PASTE]
    assert keyboard.keys == ["j"]


def test_an_unfinished_sequence_is_given_up_after_a_second() -> None:
    for start in (b"\x1b[12;", b"\x1b]11;rgb", b"\x1bP1$r", b"\x1bO"):
        keyboard = Keyboard()
        keyboard.feed(start, wait=1.0)
        keyboard.feed(b"j")
        assert keyboard.keys == ["j"]


def test_the_interrupt_key_passes_a_broken_sequence() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\x1b[12\x03")
    assert keyboard.keys == ["ctrl+c"]


@pytest.mark.parametrize("data", [b"\xe9", b"\xff", b"\xc3\x28", b"\xed\xa0\x80"], ids=repr)
def test_bytes_that_are_no_text_are_dropped(data: bytes) -> None:
    keyboard = Keyboard()
    keyboard.feed(data, b"j")
    assert keyboard.keys[-1] == "j"
    assert all(key in ("j", "left_parenthesis") for key in keyboard.keys)


def test_a_character_torn_apart_is_whole() -> None:
    keyboard = Keyboard()
    keyboard.feed(b"\xe5\xb1", b"\xb1")
    assert keyboard.keys == ["山"]


def test_the_mouse_is_heard_only_where_it_was_asked_for() -> None:
    keyboard = Keyboard(mouse=True)
    keyboard.feed(b"\x1b[<0;10;5M")
    assert [type(message) for message in keyboard.messages] == [events.MouseDown]


@given(st.lists(st.tuples(st.binary(max_size=12), st.sampled_from([0.0, 0.05, 0.3, 2.0])), max_size=12))
def test_any_bytes_end_in_rest(parts: list[tuple[bytes, float]]) -> None:
    keyboard = Keyboard()
    for data, wait in parts:
        keyboard.feed(data, wait=wait)
    keyboard.feed(b"", wait=5)
    keyboard.feed(b"", wait=5)
    count = len(keyboard.keys)
    keyboard.feed(b"\x1b[B")
    assert keyboard.keys[count:] in (["down"], ["escape", "down"])
