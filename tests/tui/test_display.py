import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.tui.display import ELLIPSIS, REPLACEMENT, display, fit, hidden, width, wrap

UNSAFE = [
    "\x00",
    "\x07",
    "\x08",
    "\r",
    "\x1b",
    "\x7f",
    "\x85",
    "\x9b",
    "\x9d",
    "\ud800",
    "\ue000",
    "\U000f0000",
    "\u061c",
    "\u200e",
    "\u200f",
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\U000e0001",
    "\U000e0041",
    "\u200b",
    "\u00ad",
]


@pytest.mark.parametrize("character", UNSAFE, ids=[f"U+{ord(c):04X}" for c in UNSAFE])
def test_a_character_that_could_steer_the_terminal_is_replaced_and_reported(character: str) -> None:
    assert display(f"a{character}b") == f"a{REPLACEMENT}b"
    assert hidden(f"a{character}b")


@pytest.mark.parametrize(
    "sequence",
    ["\x1b[2J", "\x1b]52;c;cHduZWQ=\x07", "\x1b]0;title\x07", "\x1b[c", "\x9b6n", "\x1bP+q544e\x1b\\", "\x1b[200~x"],
)
def test_no_terminal_sequence_survives(sequence: str) -> None:
    shown = display(f"Jane {sequence} Doe")
    assert all(unicodedata.category(c) != "Cc" for c in shown)


def test_tab_and_newline_become_blanks_and_are_not_called_hidden() -> None:
    assert display("a\tb\nc") == "a b c"
    assert not hidden("a\tb\nc")


@pytest.mark.parametrize("name", ["Zoë Brandt", "山田 太郎", "محمد", "O'Brien [ACME]", "👩\u200d👩\u200d👧", "ｱｲｳ", ""])
def test_an_honest_name_stays_as_it_is(name: str) -> None:
    assert display(name) == name
    assert not hidden(name)


def test_text_is_composed_and_marks_are_capped_at_two() -> None:
    assert display("e\u0301") == "é"
    assert display("x" + "\u0335" * 50 + "y") == "x\u0335\u0335y"


def test_a_joiner_between_letters_does_not_hide_their_width() -> None:
    assert display("a\u200db\u200dc") == "abc"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert display("a" * 300) == "a" * 199 + ELLIPSIS
    assert display("abcdef", 4) == "abc" + ELLIPSIS
    assert display("abcd", 4) == "abcd"
    assert display("abcd", 0) == ""


def test_marks_without_end_are_not_worked_on_without_end() -> None:
    assert len(display("a" + "\u0300" * 5_000_000, 50)) <= 50


@given(st.text(), st.integers(0, 60))
def test_any_text_comes_out_clean_short_and_stable(text: str, limit: int) -> None:
    shown = display(text, limit)
    assert not hidden(shown)
    assert len(shown) <= limit
    assert display(shown, limit) == shown
    assert "\n" not in shown


@given(st.text(), st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_a_fitted_text_has_exactly_its_width(text: str, cells: int, align: str) -> None:
    assert width(fit(display(text), cells, "right" if align == "right" else "left")) == cells


def test_wide_characters_are_never_cut_in_half() -> None:
    assert fit("山田 太郎", 6) == "山田 " + ELLIPSIS
    assert fit("山田 太郎", 4) == "山" + ELLIPSIS + " "
    assert fit("12.50", 8, "right") == "   12.50"


def test_a_message_is_broken_at_blanks_and_cut_at_last() -> None:
    assert wrap("one two three", 7, 3) == ["one two", "three"]
    assert wrap("one two three", 7, 1) == ["one tw" + ELLIPSIS]
    assert wrap("abcdefgh ij", 4, 4) == ["abcd", "efgh", "ij"]
    assert wrap("", 10, 3) == [""]


@given(st.text(), st.integers(2, 40), st.integers(1, 5))
def test_no_broken_line_is_too_wide_and_nothing_is_lost_before_the_last(text: str, cells: int, most: int) -> None:
    shown = display(text)
    lines = wrap(shown, cells, most)
    assert 1 <= len(lines) <= most
    assert all(width(line) <= cells for line in lines)
    kept = "".join("".join(lines).split()).rstrip(ELLIPSIS)
    assert "".join(shown.split()).startswith(kept)


def test_the_door_is_open_without_the_screen_library() -> None:
    program = "import sys, azpay_tui.tui.display; print('textual' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_what_has_no_width_of_its_own_stays_only_where_it_means_something() -> None:
    assert display("a\u200cb \u0646\u200c\u0647 \u200c") == "ab \u0646\u200c\u0647 "
    assert display("a\ufe0f \u2764\ufe0f\ufe0f") == "a \u2764\ufe0f"
    assert display("a\u200db \U0001f468\u200d\U0001f469 \u200d") == "ab \U0001f468\u200d\U0001f469 "


def test_a_character_wider_than_the_line_is_a_line() -> None:
    assert wrap("\u6f22", 1, 3) == ["\u6f22"]
    assert fit("\u6f22\u6f22", 3) == "\u6f22\u2026"
    assert fit("\u6f22", 2) == "\u6f22"
