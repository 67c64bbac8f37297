"""What somebody can try who has the file of a journal and guesses what a purge took out of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.store.forging import database

from azpay_tui.store.deliveries import seal_of
from azpay_tui.store.journal.digests import seal_of_letter


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def confirms(path: Path, guess: str, before: tuple[str, ...] = ()) -> bool:
    """Hash the guess, plain and with everything in the file as its salt, and look whether the file holds that hash.

    `before` are texts that stand before it under the same seal, and are known.
    """
    with database(path) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        held = [value for (name,) in tables for row in connection.execute(f"SELECT * FROM {name}") for value in row]
    everything = "\n".join(map(str, held))
    salts = {str(value) for value in held}
    tried = {sha256(guess), *(seal(salt, guess) for salt in salts for seal in (seal_of, seal_of_letter))}
    tried |= {seal_of_letter(salt, *before, guess) for salt in {"", *salts}}
    return any(hashed in everything for hashed in tried)
