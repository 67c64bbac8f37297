"""Letters as mail: headers that nobody else can write into, the same at every attempt, to a program or a server."""

from __future__ import annotations

import email
import stat
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from tests.support.mailserver import mail_server

from azpay_tui.delivery.couriers import mail_of
from azpay_tui.delivery.mail import MailCourier, letter_of
from azpay_tui.domain.messages import Delivered, Message, MessageDraft, Outcome, Refused, Unknown
from azpay_tui.mailing import OFF, Mail, Server

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MAIL = Mail(
    send="manual", sender="shop@shop.example", sender_name="Käse & Söhne", reply_to="help@shop.example", run=("true",)
)
BODY = "Guten Tag Zoë,\n\n.\n..zwei\n" + "x" * 2000 + "\nGrüße\n"
DRAFT = MessageDraft("buyer", "mail", "S01-1234567-1234567", "Ihre Bestellung 1001 für Zoë", BODY, "zoe@example.com")
MESSAGE = Message("M-000007-0a1b2c3d", 7, DRAFT, NOW, "ops", "waiting")


def deliver(mail: Mail, message: Message = MESSAGE, stop: threading.Event | None = None) -> Outcome:
    outcome = MailCourier(mail).deliver(message, stop or threading.Event())
    assert outcome.why.isprintable()
    return outcome


def read(content: bytes) -> EmailMessage:
    letter = email.message_from_bytes(content, policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


def test_a_letter_says_who_writes_to_whom_and_is_read_as_written() -> None:
    with mail_server() as server:
        assert isinstance(deliver(replace(MAIL, server=Server("127.0.0.1", server.port, "none"))), Delivered)
    (taken,) = server.taken
    assert (taken.sender, taken.to) == ("shop@shop.example", ("zoe@example.com",))
    assert taken.content.isascii()
    assert max(map(len, taken.content.split(b"\r\n"))) <= 78
    letter = read(taken.content)
    assert letter["From"] == "Käse & Söhne <shop@shop.example>"
    assert letter["To"] == "zoe@example.com"
    assert letter["Reply-To"] == "help@shop.example"
    assert letter["Subject"] == "Ihre Bestellung 1001 für Zoë"
    assert letter["Date"].datetime == NOW
    assert letter["Message-ID"] == "<M-000007-0a1b2c3d@shop.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().replace("\r\n", "\n") == BODY


def test_every_attempt_is_the_same_to_the_byte() -> None:
    again = replace(MESSAGE, attempts=5, tries=2, why="no")
    assert letter_of(MESSAGE, MAIL).as_bytes() == letter_of(again, MAIL).as_bytes()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b"])
def test_no_text_adds_a_header(end: str) -> None:
    """Whatever the buyer is called: the subject is one line, and there is one recipient."""
    injected = replace(MESSAGE, draft=replace(DRAFT, subject=f"For Jane{end}Bcc: all@example.com{end}{end}Pay here"))
    letter = letter_of(injected, MAIL)
    assert letter["Bcc"] is None
    assert letter["Subject"] == "For Jane Bcc: all@example.com Pay here"
    assert read(letter.as_bytes()).keys() == letter.keys()


@pytest.mark.parametrize(
    "word",
    [
        "=?utf-8?q?=0D=0ABcc:_mallory@evil.example=0D=0A=0D=0APay:_https://evil.example?=",
        "=?utf-8?b?DQpCY2M6IG1hbGxvcnlAZXZpbC5leGFtcGxlDQoNClBheQ==?=",
        "==??=?utf-8?q?=0ABcc:_mallory@evil.example?=",
        "=\x1b?utf-8?q?=0ABcc:_mallory@evil.example?=",
    ],
)
def test_no_encoded_word_adds_a_header_or_ends_the_headers(word: str) -> None:
    """An order number comes from an import: the header library would decode what it is given, line ends and all."""
    plain = letter_of(MESSAGE, replace(MAIL, sender_name="Lamps")).keys()
    for subject, name in ((f"Order 1001{word}", "Lamps"), ("Order 1001", f"Lamps{word}"), (word, word)):
        injected = replace(MESSAGE, draft=replace(DRAFT, subject=subject))
        letter = read(letter_of(injected, replace(MAIL, sender_name=name)).as_bytes())
        assert letter.keys() == plain
        assert letter.get_content().replace("\r\n", "\n") == BODY
        assert len(letter["From"].addresses) == 1


def test_a_letter_whose_buyer_was_forgotten_is_not_sent() -> None:
    empty = replace(MESSAGE, draft=replace(DRAFT, subject="", body="", to=""))
    outcome = deliver(MAIL, empty)
    assert outcome == Refused("The letter is empty: the personal data of its buyer was removed.", permanent=True)


@pytest.mark.parametrize("to", ["=?utf-8?q?x?=@x.example", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example"])
def test_a_letter_to_what_is_no_address_is_not_sent(to: str) -> None:
    """The header library would raise on it, or find another recipient in it."""
    outcome = deliver(MAIL, replace(MESSAGE, draft=replace(DRAFT, to=to)))
    assert outcome == Refused("Mail cannot go to the address of the letter: write from the shop.", permanent=True)


# A program such as msmtp


def program(directory: Path, body: str) -> tuple[str, ...]:
    file = directory / "post"
    file.write_text(f"#!{sys.executable} -S\nimport sys, time, os, signal\n{body}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file), "-t"


def test_a_program_gets_the_letter_on_its_standard_input(tmp_path: Path) -> None:
    got_it = "sys.stdin.buffer.read() + repr(sys.argv[1:]).encode()"
    words = program(tmp_path, f"open({str(tmp_path / 'got')!r}, 'wb').write({got_it})")
    assert deliver(replace(MAIL, run=words)) == Delivered("post took it.")
    got = (tmp_path / "got").read_bytes()
    assert b"\r" not in got
    assert got.endswith(b"['-t']")
    assert read(got)["To"] == "zoe@example.com"


@pytest.mark.parametrize(
    ("body", "said", "kind", "permanent"),
    [
        ("sys.exit(75)", "post did not take the letter (75).", Refused, False),
        ("sys.exit(1)", "post did not take the letter (1).", Refused, False),
        ("sys.stderr.write('no\\x1b[2J route\\n'); sys.exit(69)", "the letter (69): no [2J route", Refused, False),
        ("sys.stderr.write('who?'); sys.exit(67)", "post refused the recipient (67): who?", Refused, True),
        ("sys.exit(255)", "post ended with 255, which does not say whether it took the letter.", Unknown, False),
        ("os.kill(os.getpid(), signal.SIGKILL)", "post ended by signal 9, which does not say", Unknown, False),
        ("time.sleep(60)", "post did not end within 1s and was ended; the letter may have been taken.", Unknown, False),
        ("while True: print('x' * 1000)", "post did not end within 1s and was ended;", Unknown, False),
    ],
)  # fmt: skip
def test_what_a_program_says_with_its_end(tmp_path: Path, body: str, said: str, kind: type, permanent: bool) -> None:
    outcome = deliver(replace(MAIL, run=program(tmp_path, body), timeout=timedelta(seconds=1)))
    assert isinstance(outcome, kind)
    assert said in outcome.why
    assert getattr(outcome, "permanent", False) is permanent


def test_a_program_that_is_not_there_or_cannot_run_is_said(tmp_path: Path) -> None:
    assert deliver(replace(MAIL, run=("no-such-post",))).why == (
        "There is no program 'no-such-post': install it, or correct run."
    )
    (tmp_path / "post").touch(0o600)
    assert "post cannot be started: Permission denied" in deliver(replace(MAIL, run=(str(tmp_path / "post"),))).why


def test_letters_that_are_off_have_no_courier() -> None:
    assert mail_of(OFF) == {}
    assert mail_of(replace(MAIL, send="off")) == {}
    assert not mail_of(MAIL)["mail"].repeatable
