"""What a program tries to reach: every name looked up and every connection made is written down, none leaves."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

import pytest


@dataclass
class Reached:
    """Where something wanted to go."""

    places: list[tuple[str, int]] = field(default_factory=list)


def watched(monkeypatch: pytest.MonkeyPatch) -> Reached:
    """Refuse every look-up and connection from here on, and keep where it would have gone."""
    reached = Reached()

    def look_up(host: str, port: int, *_: object, **__: object) -> list[object]:
        reached.places.append((host, int(port)))
        raise socket.gaierror(socket.EAI_NONAME, "no network here")

    def connect(_self: socket.socket, address: tuple[str, int]) -> None:
        reached.places.append((str(address[0]), int(address[1])))
        raise ConnectionRefusedError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    return reached
