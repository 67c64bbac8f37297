"""Letters as mail: one message of RFC 5322, to a program such as msmtp or to a mail server.

A letter that may have arrived is not sent again by itself: a buyer who is asked twice to pay is worse off than one who
is asked late, and a person sees that it is not known. Its number (Message-ID) stays the same at every attempt.
"""

from __future__ import annotations

import threading
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import PurePath
from typing import Final

from azpay_tui.delivery import smtp
from azpay_tui.domain.letters import is_address, one_line
from azpay_tui.domain.messages import Delivered, Message, Outcome, Refused, Unknown
from azpay_tui.domain.spans import written
from azpay_tui.mailing import Mail
from azpay_tui.programs import Process

_ENOUGH: Final = 1 << 62
"""Bytes a program may print: it is thrown away, and its time is bounded."""
_SHOWN: Final = 200
_FOR_GOOD: Final = {65: "the letter", 67: "the recipient", 68: "the recipient's host"}
"""Exit codes (sysexits.h) after which another try is of no use, and what was refused."""
_NOT_TAKEN: Final = frozenset({1, 64, 66, *range(69, 79), 126, 127})
"""Exit codes that say that the letter was not taken; any other, such as that of ssh, says nothing about it."""


class MailCourier:
    """Hands letters to what the profile names."""

    repeatable: Final = False

    def __init__(self, mail: Mail) -> None:
        """Take how letters leave."""
        self._mail = mail

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        """Hand one letter over, once."""
        if not message.draft.to or not message.draft.body:
            return Refused("The letter is empty: the personal data of its buyer was removed.", permanent=True)
        if not is_address(message.draft.to):  # one that was kept before such a one was refused
            return Refused("Mail cannot go to the address of the letter: write from the shop.", permanent=True)
        letter, mail = letter_of(message, self._mail), self._mail
        if mail.server is not None:
            sent = letter.as_bytes(policy=SMTP)
            return smtp.send(mail.server, mail.timeout, mail.sender, message.draft.to, sent, stop)
        return self._run(letter.as_bytes(policy=SMTP.clone(linesep="\n")), stop)

    def _run(self, letter: bytes, stop: threading.Event) -> Outcome:
        words, seconds = self._mail.run, self._mail.timeout.total_seconds()
        program = PurePath(words[0]).name
        try:
            process = Process(
                words, letter, seconds=seconds, max_bytes=_ENOUGH, stop=stop, asks=lambda _text: False
            )  # fmt: skip
        except FileNotFoundError:
            return Refused(f"There is no program {program!r}: install it, or correct run.")
        except OSError as error:
            return Refused(f"{program} cannot be started: {error.strerror}. Check it, and run.")
        with process:
            while process.stdout.read(1 << 20):
                pass
        return self._judge(program, process)

    def _judge(self, program: str, process: Process) -> Outcome:
        said = one_line(process.errors.decode("utf-8", "replace"), _SHOWN)
        told = f": {said.replace(self._mail.sender, '(sender)')}" if said else "."
        if process.ended == "stopped":
            return Unknown(f"{program} was ended because azpay ended; the letter may have been taken.")
        if process.ended is not None:
            limit = written(self._mail.timeout)
            return Unknown(f"{program} did not end within {limit} and was ended; the letter may have been taken{told}")
        match process.code:
            case 0:
                return Delivered(f"{program} took it.")
            case code if code in _FOR_GOOD:
                return Refused(f"{program} refused {_FOR_GOOD[code]} ({code}){told}", permanent=True)
            case code if code in _NOT_TAKEN:
                return Refused(f"{program} did not take the letter ({code}){told}")
            case None | int() as code:
                how = f"with {code}" if code is None or code >= 0 else f"by signal {-code}"
                return Unknown(f"{program} ended {how}, which does not say whether it took the letter{told}")


def letter_of(message: Message, mail: Mail) -> EmailMessage:
    """Make the mail of a message; the same at every attempt."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(one_line(mail.sender_name), addr_spec=mail.sender)
    letter["To"] = Address(addr_spec=message.draft.to)
    if mail.reply_to is not None:
        letter["Reply-To"] = Address(addr_spec=mail.reply_to)
    letter["Subject"] = one_line(message.draft.subject)
    letter["Date"] = message.created
    letter["Message-ID"] = f"<{message.id}@{mail.sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.draft.body, charset="utf-8", cte="quoted-printable")
    return letter
