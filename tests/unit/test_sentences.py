"""Every error that reaches a person is a whole sentence: read out of the source, so that none is forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import azpay_tui

SOURCE: Final = Path(azpay_tui.__file__).parent
PERSONAL: Final = frozenset(
    {
        "BusyError",
        "CacheUnavailable",
        "ChangedError",
        "CommandError",
        "ConfigError",
        "CredentialsError",
        "HeaderError",
        "HeldBackError",
        "HostRefusedError",
        "IntentConflict",
        "JournalUnavailable",
        "NewerSchema",
        "NoProfileError",
        "NotValidError",
        "OfflineError",
        "OlderSchema",
        "ProtectedJournal",
        "ReadOnlyCache",
        "StoreError",
        "UnreachableError",
        "UnsafePathError",
        "UnsignedError",
        "UsageError",
        "WrongPlace",
        "AmountError",
    }
)
"""Errors whose text a person reads; the others are parts of sentences, or never leave the program."""
COMMANDS: Final = ("chmod", "chown")
"""A remedy may end with the command to type, which a full stop would spoil."""
NAMES: Final = ("azpay ", "ca_file ", "public_key_id ", "url ")
"""A name keeps its small letters."""
HOLE: Final = "\0"


def text_of(node: ast.expr) -> str | None:
    """Return a literal text with its holes, None for what is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else HOLE
            for part in node.values
        )
    return None


def messages() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "simulator" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            text = text_of(node.args[0])
            if name in PERSONAL and text is not None:
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", text


MESSAGES: Final = dict(messages())


def test_messages_are_found() -> None:
    assert len(MESSAGES) > 80


@pytest.mark.parametrize("where", MESSAGES)
def test_a_message_is_a_whole_sentence(where: str) -> None:
    text = MESSAGES[where]
    assert text[0].isupper() or text.startswith((HOLE, "-", *NAMES)), text
    last = text.rsplit(". ", 1)[-1].rsplit(": ", 1)[-1]
    assert text.endswith((".", "?", HOLE)) or last.startswith(COMMANDS), text
    assert "  " not in text
    assert ".." not in text
    assert text.lower().count("nothing was sent") <= 1
