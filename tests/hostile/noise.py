"""What reaches a program from a terminal without anybody meaning it: keys in heaps, answers, torn sequences, pastes.

Nothing here leaves the console in order or stops it: `q`, Ctrl-Q and Ctrl-Z would do what they are for.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

SEED: Final = 20261122
LEAVING: Final = b"q\x11\x1a"
"""Keys that quit or suspend: quite right, and the end of any further test."""
RANDOM: Final = 10_000

_FUNCTION: Final = (
    *(b"\x1bO" + bytes([final]) for final in b"PQRSABCDHFM"),
    *(b"\x1b[" + bytes([final]) for final in b"ABCDHFZPQRS"),
    *(f"\x1b[{number}~".encode() for number in range(1, 35)),
    *(f"\x1b[1;{modifier}{final}".encode() for modifier in range(2, 9) for final in "ABCDHF"),
    *(f"\x1b[{code};{modifier}u".encode() for code in (13, 27, 99, 9) for modifier in (1, 5)),
    b"\x1b[27;5;13~",
    b"\x1b[[A",
)
ANSWERS: Final = (
    b"\x1b[?62;22c",
    b"\x1b[>1;10;0c",
    b"\x1bP!|00000000\x1b\\",
    b"\x1b[0n",
    b"\x1b[12;40R",
    b"\x1b]4;1;rgb:ffff/0000/0000\x07",
    b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]52;c;cmVmdW5k\x07",
    b"\x1b[?0u",
    b"\x1b[?31u",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b[?2026;2$y",
    b"\x1b[?2048;0$y",
    b"\x1b[8;24;80t",
    b"\x1b]l title\x1b\\",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[<0;40;12M\x1b[<0;40;12m",
    b"\x1b[M !!",
    b"\x1b[?997;1n",
)
"""What terminals answer to questions that other programs asked."""
PASTES: Final = (
    b"\x1b[200~refund yes please\r\r\ry\r",
    b"\x1b[200~1.25\x1b[31m\r\x1b[0m\r\r\x1b[201~",
    b"\x1b[200~a\x1b[201~af\t\t\r\x1b[201~",
    b"\x1b[200~" + b"x\r" * 400,
    b"\x1b[200~\x1b[200~\x1b[201\r",
    b"refund\r1.25\t\t\t\r\r\ty\r",
    b":capture\r\t\t\r\r",
)
"""Pastes that are never closed, closed twice, or come without brackets from a terminal that has none."""


def printable() -> bytes:
    """Every key that prints, but the one that quits."""
    return bytes(key for key in range(0x20, 0x7F) if key not in LEAVING)


def controls() -> bytes:
    """Every control key, but those that quit or suspend."""
    return bytes(key for key in (*range(0x20), 0x7F) if key not in LEAVING)


def alt() -> bytes:
    """Every key with Alt, in one stream."""
    return b"".join(b"\x1b" + bytes([key]) for key in printable() + controls() if key != 0x1B)


def torn(sequence: bytes) -> Iterator[bytes]:
    """Yield the two halves of a sequence for each place where a link may cut it."""
    for cut in range(1, len(sequence)):
        yield sequence[:cut]
        yield sequence[cut:]


def bursts() -> dict[str, list[bytes]]:
    """Return every kind of noise, as it may arrive at once."""
    return {
        "printable": [printable(), printable()[::-1]],
        "control": [controls(), controls()[::-1]],
        "alt": [alt()],
        "function": list(_FUNCTION),
        "answers": list(ANSWERS),
        "pastes": list(PASTES),
        "torn": [half for sequence in (*ANSWERS[::4], *_FUNCTION[::12]) for half in torn(sequence)],
    }


def at_random(count: int = RANDOM, seed: int = SEED) -> Iterator[bytes]:
    """Yield random bytes in parts of random sizes, none a key by itself: each is a burst."""
    chance = random.Random(seed)
    keys = bytes(key for key in range(256) if key not in LEAVING)
    while count > 0:
        size = min(count, chance.randint(2, 200))
        yield bytes(chance.choices(keys, k=max(2, size)))
        count -= size


def around_enter(count: int, seed: int = SEED) -> Iterator[bytes]:
    """Yield bursts that hold Enter with something before or after it."""
    chance = random.Random(seed)
    for _ in range(count):
        noise = [
            chance.choice((b"x", b" ", b"\x1b", b"\t", b"\r", b"\x00", b"\xe9", b"1", *ANSWERS[:6])) for _ in range(4)
        ]
        noise.insert(chance.randrange(5), b"\r")
        yield b"".join(noise)
