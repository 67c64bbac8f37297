"""A mail server on loopback: real sockets, TLS and login, and every way to refuse, to be silent or to lie."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from azpay_tui.simulator.certificate import ensure_certificate

Talk = Callable[["Line"], None]
"""What one connection is answered with."""


@dataclass(frozen=True)
class Taken:
    """One letter that was taken, with the envelope around it."""

    sender: str
    to: tuple[str, ...]
    content: bytes
    """As it came over the line, the doubled dots undone."""
    tls: bool
    user: str | None


@dataclass
class Line:
    """One connection, seen from the server."""

    sock: socket.socket
    ending: threading.Event
    """Set when the test is over."""

    def say(self, text: bytes) -> None:
        self.sock.sendall(text)

    def hear(self) -> bytes:
        """Return the next line without its end; empty when the other side has gone."""
        return self.hear_line().rstrip(b"\r\n")

    def hear_line(self) -> bytes:
        """Return the next line; empty when the other side has gone."""
        got = b""
        while not got.endswith(b"\n"):
            byte = self.sock.recv(1)
            if not byte:
                return b""
            got += byte
        return got

    def wait(self) -> None:
        """Say nothing more."""
        self.ending.wait(60)

    def drip(self, byte: bytes) -> None:
        """Say a byte again and again, never a line."""
        while not self.ending.wait(0.02):
            self.sock.sendall(byte)


@dataclass
class MailServer:
    """What it takes and what it answers; with nothing said, a server that takes every letter."""

    port: int = 0
    greeting: bytes = b"220 mail.example ready\r\n"
    answers: dict[str, bytes] = field(default_factory=dict)
    """By the first word of a command, in capitals; `.` answers a letter. In place of the usual answer."""
    talk: Talk | None = None
    """In place of all of it."""
    tls: ssl.SSLContext | None = None
    offers: tuple[str, ...] = ()
    login: tuple[str, str] | None = None
    taken: list[Taken] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)
    """Every command it heard."""
    connections: int = 0
    content_came: threading.Event = field(default_factory=threading.Event)

    def serve(self, line: Line) -> None:
        """Answer one connection as RFC 5321 has it."""
        line.say(self.greeting)
        sender, to, tls, user = "", list[str](), isinstance(line.sock, ssl.SSLSocket), None
        while command := line.hear():
            self.said.append(command)
            word = command.split(b" ")[0].split(b":")[0].decode("ascii", "replace").upper()
            argument = command.partition(b":")[2].split(b" ")[0].decode("ascii", "replace").strip("<>")
            usual = {"MAIL": b"250 ok\r\n", "RCPT": b"250 ok\r\n", "RSET": b"250 ok\r\n", "QUIT": b"221 bye\r\n"}
            if word in self.answers and word != ".":
                line.say(self.answers[word])
                continue
            if word in ("EHLO", "HELO"):
                names = [b"mail.example", *(name.encode() for name in self.offers if name != "STARTTLS" or not tls)]
                line.say(b"".join(b"250" + (b" " if n == len(names) else b"-") + name + b"\r\n"
                                  for n, name in enumerate(names, 1)))  # fmt: skip
            elif word == "STARTTLS" and self.tls is not None:
                line.say(b"220 go ahead\r\n")
                line.sock, tls = self.tls.wrap_socket(line.sock, server_side=True), True
            elif word == "AUTH":
                user = self._logged_in(line, command)
            elif word == "DATA":
                line.say(b"354 go ahead\r\n")
                content = self._content(line)
                self.content_came.set()
                answer = self.answers.get(".", b"250 taken\r\n")
                if answer.startswith(b"250"):
                    self.taken.append(Taken(sender, tuple(to), content, tls, user))
                if not answer:
                    return
                line.say(answer)
            else:
                sender = argument if word == "MAIL" else sender
                if word == "RCPT":
                    to.append(argument)
                line.say(usual.get(word, b"500 what?\r\n"))

    def _logged_in(self, line: Line, command: bytes) -> str | None:
        words = base64.b64decode(command.split(b" ")[-1]).split(b"\0")
        user, password = words[-2].decode(), words[-1].decode()
        good = (user, password) == self.login
        line.say(b"235 welcome\r\n" if good else b"535 no, " + password.encode() + b" is wrong\r\n")
        return user if good else None

    def _content(self, line: Line) -> bytes:
        content = b""
        while (got := line.hear_line()) not in (b".\r\n", b""):
            content += got.removeprefix(b".") if got.startswith(b"..") else got
        return content


@contextmanager
def mail_server(tls_in: Path | None = None, *, implicit: bool = False) -> Iterator[MailServer]:
    """Serve on loopback until the block ends; with a directory it can do TLS, with a certificate made there."""
    server, ending = MailServer(), threading.Event()
    if tls_in is not None:
        certificate, key = ensure_certificate(tls_in)
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(certificate, key)
        server.offers = () if implicit else ("STARTTLS",)
    listening = socket.create_server(("127.0.0.1", 0))
    server.port = listening.getsockname()[1]
    connected: list[socket.socket] = []

    def serve(sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            if implicit and server.tls is not None:
                sock = server.tls.wrap_socket(sock, server_side=True)
                connected.append(sock)
            line = Line(sock, ending)
            (server.talk or server.serve)(line)
            line.sock.close()
        sock.close()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _peer = listening.accept()
                server.connections += 1
                connected.append(sock)
                threading.Thread(target=serve, args=(sock,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        ending.set()
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for sock in connected:
            with contextlib.suppress(OSError):
                sock.close()
        accepting.join(10)
