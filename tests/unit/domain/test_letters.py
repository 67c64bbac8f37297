"""Templates of letters (S3.27) and what they are filled with: nothing outside can add a line or a header."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azpay_tui.domain.letters import (
    COMMON,
    KINDS,
    MEANINGS,
    LetterError,
    is_address,
    is_language,
    kind_of,
    one_line,
    read_draft,
)

KIND: Final = KINDS["payment-method"]
VALUES: Final = dict.fromkeys(KIND.placeholders, "x") | {"order": "1001", "buyer": "Zoë Brandt", "amount": "89.90 EUR"}


def refused(text: str) -> str:
    with pytest.raises(LetterError) as caught:
        read_draft(text, KIND, "payment-method.en.txt")
    sentence = str(caught.value)
    assert sentence.startswith("payment-method.en.txt: ")
    assert sentence.isprintable()
    return sentence


def test_a_template_is_filled() -> None:
    draft = read_draft("Subject: Order $order\n\nHello ${buyer},\n$amount costs $$1.\n", KIND, "t")
    assert draft.fill(VALUES) == ("Order 1001", "Hello Zoë Brandt,\n89.90 EUR costs $1.\n")


def test_line_ends_and_a_byte_order_mark_of_other_systems_are_read() -> None:
    draft = read_draft("\ufeffSubject: Order $order\r\n\r\nHello\r\nyou\r\n", KIND, "t")
    assert draft.fill(VALUES) == ("Order 1001", "Hello\nyou\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the first line must be the subject"),
        ("Hello\n\nyou", "the first line must be the subject"),
        ("Subject: \n\nyou", "the first line must be the subject"),
        ("Subject: a\nBcc: b@c.example\n\nyou", "an empty line must stand between the subject and the letter."),
        ("Subject: a", "there is no letter below the subject."),
        ("Subject: a\n\n \n", "there is no letter below the subject."),
        ("Subject: a\n\nHello \x1b[31m", "it holds a control character"),
        ("Subject: a\u2028b\n\nHello", "it holds a control character"),
        ("Subject: a\n\nIt costs $ 5", "a dollar sign stands alone in line 1 of subject or letter; write $$ for one."),
        ("Subject: $5\n\nHello", "a dollar sign stands alone"),
        ("Subject: a\n\n" + "x" * 20_001, "a letter has at most 20,000 characters"),
    ],
)
def test_what_is_no_template_is_refused_in_one_sentence(text: str, said: str) -> None:
    assert said in refused(text)


@pytest.mark.parametrize("where", ["Subject: $nmae\n\nHello", "Subject: a\n\nHello $nmae", "Subject: a\n\n${nmae}"])
def test_an_unknown_placeholder_is_named_with_the_known_ones(where: str) -> None:
    sentence = refused(where)
    assert "there is no placeholder $nmae; the known ones are " in sentence
    assert all(f"${name}" in sentence for name in KIND.placeholders)


@pytest.mark.parametrize("text", ["${buyer.__class__}", "${buyer[0]}", "{buyer.__class__}", "%(buyer)s"])
def test_nothing_in_a_template_is_executed(text: str) -> None:
    """The first two are refused, the others are plain text."""
    try:
        draft = read_draft(f"Subject: a\n\n{text}", KIND, "t")
    except LetterError as error:
        assert "a dollar sign stands alone" in str(error)  # noqa: PT017
    else:
        assert draft.fill(VALUES)[1] == f"{text}\n"


def test_a_placeholder_that_nothing_is_known_for_is_said() -> None:
    draft = read_draft("Subject: a\n\n$buyer", KIND, "t")
    with pytest.raises(LetterError, match=r"Nothing is known to put in place of \$buyer\."):
        draft.fill({})


@given(st.text())
def test_a_value_adds_no_line_and_no_header(outside: str) -> None:
    draft = read_draft("Subject: for $buyer\n\nHello $buyer!\n", KIND, "t")
    subject, text = draft.fill({"buyer": outside})
    assert subject.isprintable()
    assert len(subject) <= 200
    assert text.count("\n") == 1
    assert text.rstrip("\n").isprintable()


def test_an_encoded_word_stays_the_text_it_is() -> None:
    """Also one whose parts come from two places: what decodes it would find line ends in it."""
    draft = read_draft("Subject: for =$buyer\n\nHello\n", KIND, "t")
    subject, _text = draft.fill({"buyer": "?utf-8?q?=0D=0ABcc:_a@b.example?="})
    assert subject == "for = ?utf-8?q?=0D=0ABcc:_a@b.example?="
    assert [one_line(text) for text in ("==??=", "=\x00?", "a=? b")] == ["== ??=", "= ?", "a= ? b"]


def test_what_a_value_says_is_no_placeholder() -> None:
    draft = read_draft("Subject: a\n\n$buyer\n", KIND, "t")
    assert draft.fill(VALUES | {"buyer": "$amount ${order} $$"})[1] == "$amount ${order} $$\n"


def test_a_long_value_is_cut() -> None:
    assert one_line("x" * 501) == "x" * 497 + "..."
    assert one_line("x" * 500) == "x" * 500


@pytest.mark.parametrize(
    "text",
    ["a@b.example", "first.last+tag@mail.shop.example", "o'neil@b", "a@127.0.0.1", "a=b?=@c.example",
     "x" * 64 + "@" + "y" * 63 + ".org"],
)  # fmt: skip
def test_an_address_is_taken(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "@b.example", "a@", "a b@c.example", "a@b..example", "a@-b.example", "a@b.example\n", "a@b.c,d@e.f",
        '"a b"@c.example', "A <a@b.example>", "a@b.example\r\nBcc: c@d.example", "a@bücher.example", ".a@b.example",
        "x" * 250 + "@b.example", "a@b@c.example", "a@b.example;", "a@[127.0.0.1]",
        "=?utf-8?q?x?=@b.example", "a=?b@c.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_address(text)


def test_languages_are_told_from_paths() -> None:
    offered = ("de", "en", "pt-BR", "yue", "DE", "..", "de/../x", "d", "german")
    assert [text for text in offered if is_language(text)] == ["de", "en", "pt-BR", "yue"]


def test_an_unknown_template_is_answered_with_the_nearest() -> None:
    with pytest.raises(LetterError, match=r"There is no template 'payment_method'\. Did you mean payment-method\?"):
        kind_of("payment_method")


def test_every_placeholder_has_a_meaning() -> None:
    assert set(MEANINGS) == {name for kind in KINDS.values() for name in kind.placeholders} >= set(COMMON)
