"""Handing a letter to a mail server: TLS with verified certificates, login, and what became of it.

The words are RFC 5321's. Once the last byte of a letter has left, only the server's answer tells whether it took it.
"""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import ssl
import threading
import time
from typing import TYPE_CHECKING, Final

import certifi

from azpay_tui.amazon.transport import bare_context
from azpay_tui.delivery.smtp_client import Client
from azpay_tui.domain.letters import one_line
from azpay_tui.domain.messages import Delivered, Outcome, Refused, Unknown
from azpay_tui.domain.spans import written
from azpay_tui.keyfile import read_key_file
from azpay_tui.mailing import Server
from azpay_tui.paths import ConfigError, check_parents, check_unchangeable, shown, without_waiting

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

_SHOWN: Final = 200
_GLANCE: Final = 0.05
"""Seconds between two looks at the wish to stop."""
_ADDRESS: Final = re.compile(r"\S+@\S+")
_MOST: Final = 16 * 1024 * 1024
"""Bytes of a list of certificates."""


def send(
    server: Server, timeout: timedelta, sender: str, to: str, letter: bytes, stop: threading.Event
) -> Outcome:  # fmt: skip
    """Hand one letter (bytes with CRLF line ends) to a server; raises nothing that can be foreseen.

    `stop` set gives up what is under way: refused before the letter had left, unknown after.
    """
    call = _Call(server, timeout, sender, to, letter)
    # A thread of its own: nothing but its end wakes a wait for a name or for an answer.
    thread = threading.Thread(target=call.run, name="azpay-smtp", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_GLANCE)
        if stop.is_set() or call.late:
            return call.given_up(stopped=stop.is_set())
    return call.outcome


class _Call:
    """One letter on its way."""

    def __init__(self, server: Server, timeout: timedelta, sender: str, to: str, letter: bytes) -> None:
        self._server = server
        self._timeout = timeout
        self._sender = sender
        self._to = to
        self._letter = letter
        self._where = f"The mail server {server.host}:{server.port}"
        self._end = time.monotonic() + timeout.total_seconds()
        self._client: Client | None = None
        self._sent = threading.Event()
        """Whether all of the letter has left."""
        self.outcome: Outcome = Refused("The letter was not sent.")

    @property
    def late(self) -> bool:
        """Whether even waiting for a name took longer than all of it may."""
        return time.monotonic() > self._end + 1.0

    def given_up(self, *, stopped: bool) -> Outcome:
        """Break it off; returns what is known of it then."""
        sent = self._sent.is_set()  # before the connection breaks, so that nothing leaves between the two
        if self._client is not None:
            self._client.abandon()
        why = "azpay was ended" if stopped else f"{self._where} took longer than {written(self._timeout)}"
        if sent or self._sent.is_set():
            return Unknown(f"{why} after the letter had left and before it was answered: it may have arrived.")
        return Refused(f"{why} before the letter had left; nothing was sent.")

    def run(self) -> None:
        """Do all of it; the body of a thread."""
        try:
            self.outcome = self._exchange()
        except ConfigError as error:
            self.outcome = Refused(f"{error} Nothing was sent.")
        except TimeoutError:
            self.outcome = self._lost(f"did not answer within {written(self._timeout)}")
        except ssl.SSLCertVerificationError as error:
            why = one_line(error.verify_message, _SHOWN)
            self.outcome = Refused(
                f"{self._where} shows a certificate that cannot be verified ({why}), so nothing was sent: have it put "
                "right, or name who vouches for it in ca_file."
            )
        except ssl.SSLError:
            self.outcome = self._lost("does not speak TLS as it should; check port and tls. It broke the connection")
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPException, ValueError, EOFError):
            self.outcome = self._lost("broke the connection or talks like no mail server")
        except OSError as error:
            self.outcome = self._lost(f"cannot be reached ({error.strerror or type(error).__name__})")
        finally:
            if self._client is not None:
                self._client.close()

    def _lost(self, why: str) -> Outcome:
        if self._client is not None and self._client.trouble:
            why = self._client.trouble
        if self._sent.is_set():
            return Unknown(f"{self._where} {why} after the letter had left: it may have arrived.")
        return Refused(f"{self._where} {why}; nothing was sent. Check host, port and tls, and try it by hand.")

    def _exchange(self) -> Outcome:
        server = self._server
        context = None if server.tls == "none" else _context(server)
        user, password = server.user, _password(server)
        self._client = client = Client(context if server.tls == "implicit" else None, self._timeout)
        code, said = client.connect(server.host, server.port)
        if code != 220:
            return self._refused("does not greet as a mail server does", code, said, final=False)
        client.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            assert context is not None
            if not client.has_extn("starttls"):
                return Refused(
                    f"{self._where} offers no STARTTLS, and a letter never goes in the clear, so nothing was sent: "
                    'check host and port, or set tls = "implicit".'
                )
            code, said = client.begin_tls(context, server.host)
            if code != 220:
                return self._refused("refused to begin TLS", code, said, final=False)
            client.ehlo_or_helo_if_needed()
        if user is not None:
            problem = self._login(client, user, password)
            if problem is not None:
                return problem
        return self._hand_over(client)

    def _login(self, client: Client, user: str, password: str) -> Outcome | None:
        try:
            client.login(user, password)
        except smtplib.SMTPAuthenticationError as error:
            # Not repeated: a server could send back what it was told.
            return Refused(
                f"{self._where} did not take user and password ({error.smtp_code}), so nothing was sent: check user "
                "and password_file."
            )
        except smtplib.SMTPNotSupportedError:
            return Refused(f"{self._where} offers no login, so nothing was sent: take user and password_file out.")
        except (UnicodeEncodeError, smtplib.SMTPException) as error:
            if isinstance(error, smtplib.SMTPServerDisconnected):
                raise
            return Refused(f"{self._where} knows no way to log in that azpay knows, so nothing was sent.")
        return None

    def _hand_over(self, client: Client) -> Outcome:
        code, said = client.mail(self._sender)
        if code != 250:
            return self._refused("refused the sender", code, said)
        code, said = client.rcpt(self._to)
        if code not in (250, 251):
            return self._refused("refused the recipient", code, said)
        code, said = client.docmd("DATA")
        if code != 354:
            return self._refused("refused the letter", code, said)
        self._sent.set()  # before, so that nobody who gives up meanwhile says that nothing was sent
        try:
            client.send(_dotted(self._letter))
        except OSError:
            self._sent.clear()  # its end never left, and a server takes no half letter
            raise
        code, said = client.getreply()
        if code == 250:
            with contextlib.suppress(smtplib.SMTPException, OSError, ValueError):
                client.quit()
            return Delivered(f"{self._where} took it.")
        if not 400 <= code <= 599:
            return Unknown(f"{self._where} gave no answer that says whether it took the letter: it may have arrived.")
        return self._refused("refused the letter", code, said)

    def _refused(self, why: str, code: int, said: bytes, *, final: bool = True) -> Refused:
        """Tell of a refusal; a server that says 5xx of the letter itself means it for good (RFC 5321, 4.2.1)."""
        words = _ADDRESS.sub("(address)", one_line(said.decode("utf-8", "replace"), _SHOWN))
        told = f"{code} {words}".strip() if code > 0 else "what it said is no answer"
        return Refused(f"{self._where} {why}: {told}", permanent=final and 500 <= code <= 599)


def _dotted(letter: bytes) -> bytes:
    """Return a letter as it goes over the line: a dot more before a line that begins with one, and the end."""
    body = letter if letter.endswith(b"\r\n") else letter + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", body) + b".\r\n"


def _password(server: Server) -> str:
    """Return what is in the password file, without the end of its line. Raises ConfigError; never repeats it."""
    if server.password_file is None:
        return ""
    content = read_key_file(server.password_file, called="password", option="password_file")
    try:
        password = content.decode("ascii").rstrip("\r\n")
    except UnicodeDecodeError:
        password = ""
    if not password or not password.isprintable():
        raise ConfigError(
            f"{shown(server.password_file)} holds no password: write it on one line, in ASCII, and nothing else."
        )
    return password


def _authorities(file: Path) -> str:
    """Return the certificates of a ca_file; who can change it could vouch for a server of their own.

    Raises ConfigError, and OSError when it cannot be read.
    """
    check_parents(file)
    with open(file, "rb", opener=without_waiting) as stream:
        check_unchangeable(file, os.fstat(stream.fileno()), "The ca_file")
        return stream.read(_MOST).decode("ascii", "ignore")  # comments may be in any language


def _context(server: Server) -> ssl.SSLContext:
    """Return what verifies the server's certificate: by its ca_file, else by certifi. Raises ConfigError."""
    context = bare_context()
    try:
        if server.ca_file is None:
            context.load_verify_locations(certifi.where())
        else:
            context.load_verify_locations(cadata=_authorities(server.ca_file))
    except (OSError, ValueError, ssl.SSLError):
        where = shown(server.ca_file) if server.ca_file else "The list of certificates of certifi"
        raise ConfigError(f"{where} cannot be used as a list of trusted certificates: check ca_file.") from None
    return context
