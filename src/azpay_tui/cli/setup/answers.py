"""What a profile is made of, each answer judged where it is given: a sentence says what it seems to be instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from azpay_tui.config import is_profile_name
from azpay_tui.paths import ConfigError
from azpay_tui.profiles import is_local_url

ENVIRONMENTS: Final = ("simulator", "sandbox", "live")
REGIONS: Final = ("na", "eu", "jp")
_MERCHANT: Final = re.compile(r"[A-Z0-9]{6,20}", re.ASCII)
_KEY_ID: Final = re.compile(r"[A-Za-z0-9._-]{4,200}", re.ASCII)
_STORE: Final = re.compile(r"amzn1\.application-oa2-client\.[A-Za-z0-9._-]{1,170}", re.ASCII)
QUOTES: Final = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_AROUND: Final = QUOTES + ",;"
_HINTS: Final = {
    "us": "na",
    "com": "na",
    "de": "eu",
    "uk": "eu",
    "gb": "eu",
    "fr": "eu",
    "it": "eu",
    "es": "eu",
    "ja": "jp",
}


@dataclass
class Answers:
    """What is known so far; None where nobody said anything. `key_file` is absolute."""

    environment: str | None = None
    region: str | None = None
    merchant_id: str | None = None
    public_key_id: str | None = None
    key_file: Path | None = None
    store_id: str | None = None
    url: str | None = None
    name: str | None = None


def trimmed(text: str) -> str:
    """Take away blanks and quotes around what was pasted. Raises ConfigError for a character that cannot be seen."""
    bare = text.strip().strip(_AROUND).strip()
    if "-----BEGIN" in bare or "PRIVATE KEY" in bare:
        raise ConfigError("That is the key itself: leave it in its file and give the path of the file.")
    if not bare.isprintable():
        raise ConfigError("That holds a character that cannot be seen, perhaps from a web page: type it by hand.")
    return bare


def environment(text: str) -> str:
    """Read which Amazon Pay is meant. Raises ConfigError."""
    return _one_of(text, ENVIRONMENTS, "simulator, sandbox or live")


def region(text: str) -> str:
    """Read a region, also by a country's usual short name. Raises ConfigError."""
    word = trimmed(text).lower()
    return _one_of(_HINTS.get(word, word), REGIONS, "na (pay-api.amazon.com), eu (.eu) or jp (.jp)")


def _one_of(text: str, words: Sequence[str], said: str) -> str:
    word = trimmed(text).lower()
    numbered = {str(number): candidate for number, candidate in enumerate(words, 1)}
    if word in numbered:
        return numbered[word]
    found = [candidate for candidate in words if word and candidate.startswith(word)]
    if len(found) != 1:
        raise ConfigError(f"Choose {said}.")
    return found[0]


def merchant_id(text: str) -> str:
    """Read a merchant id. Raises ConfigError that says what it seems to be instead."""
    value = trimmed(text)
    _refuse_secret(value)
    shape = "A merchant id is capital letters and digits, such as A1B2C3D4E5F6G7"
    if "@" in value:
        raise ConfigError(f"That is a mail address. {shape}; Seller Central shows it under Settings, Account Info.")
    if re.search(r"\s", value):
        raise ConfigError(f"There is a blank in it. {shape}.")
    if value.upper().startswith(("SANDBOX-", "LIVE-")):
        raise ConfigError(f"That is a public key id, not the merchant id. {shape}.")
    if value.startswith("amzn1."):
        raise ConfigError(f"That is the id of a store or application. {shape}.")
    if not _MERCHANT.fullmatch(value):
        wrong = " It is written in capitals." if _MERCHANT.fullmatch(value.upper()) else ""
        raise ConfigError(f"{shape}, 6 to 20 of them.{wrong}")
    return value


def public_key_id(text: str, of: str) -> str:
    """Read the id of a key for an environment. Raises ConfigError."""
    value = trimmed(text)
    _refuse_secret(value)
    if re.search(r"\s", value):
        raise ConfigError("There is a blank in it: a public key id has none. Copy it again, as a whole.")
    if value.startswith("amzn1."):
        raise ConfigError("That is the id of a store or application; a public key id begins with SANDBOX- or LIVE-.")
    if value.endswith(".pem") or "/" in value:
        raise ConfigError("That is the name of a file; the id of the key is shown next to it in Seller Central.")
    if not _KEY_ID.fullmatch(value):
        raise ConfigError("A public key id is letters, digits and -, such as SANDBOX-AFABCDEFGHIJKLMNOPQRSTUV.")
    prefix = value.upper()
    if prefix.startswith("LIVE") and of != "live":
        raise ConfigError(
            f"That is a LIVE key, and this profile is for {of}: use the {of} key, or make a live profile."
        )
    if prefix.startswith("SANDBOX") and of == "live":
        raise ConfigError(
            "That is a SANDBOX key, and this profile is live: use the live key, or make a sandbox profile."
        )
    return value


def store_id(text: str) -> str:
    """Read a store's client id. Raises ConfigError."""
    value = trimmed(text)
    _refuse_secret(value)
    if not _STORE.fullmatch(value):
        raise ConfigError("A store id begins with amzn1.application-oa2-client. and is shown in Seller Central.")
    return value


def url(text: str) -> str:
    """Read where a simulator listens. Raises ConfigError."""
    value = trimmed(text)
    if not is_local_url(value):
        raise ConfigError("A simulator listens on this machine, at an address such as http://127.0.0.1:8080.")
    return value


def name(text: str) -> str:
    """Read the name of a profile. Raises ConfigError."""
    value = trimmed(text)
    if not is_profile_name(value):
        raise ConfigError("A profile is called by letters, digits, point, - and _, such as shop-test.")
    return value


def key_path(text: str) -> Path:
    """Read the path of a key file, absolute; whether the file will do is not judged. Raises ConfigError."""
    value = trimmed(text)
    _refuse_secret(value)
    try:
        return Path(value.removeprefix("file://")).expanduser().absolute()
    except RuntimeError as error:
        raise ConfigError("That home directory is not known: write the path out.") from error


def _refuse_secret(value: str) -> None:
    """Refuse, without repeating it, what should not have been typed at all."""
    if not value:
        raise ConfigError("That is empty.")
    if value.startswith("amzn1.oa2-cs."):
        raise ConfigError("That is a client secret: azpay never needs one. Keep it to yourself.")
