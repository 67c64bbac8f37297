"""How the shop is told: the section `[profiles.NAME.tell]` of config.toml, every key of it checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from azpay_tui import address
from azpay_tui.address import Address
from azpay_tui.domain.messages import Channel
from azpay_tui.paths import ConfigError
from azpay_tui.sections import Section

_KEYS: Final = ("command", "webhook", "secret_file", "timeout")
TIMEOUT: Final = timedelta(seconds=30)
_LEAST, _MOST = timedelta(seconds=1), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Hooks:
    """What runs when the status of an order changes; nothing unless a profile says so. Paths are absolute."""

    command: tuple[str, ...] = ()
    """A program and its words, never a shell's line."""
    webhook: Address | None = None
    """Where messages are posted to; its path may be a secret."""
    secret_file: Path | None = None
    """Holds what messages to the webhook are signed with."""
    timeout: timedelta = TIMEOUT

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways on which a shop is told."""
        found: list[Channel] = []
        if self.command:
            found.append("command")
        if self.webhook is not None:
            found.append("webhook")
        return tuple(found)


NO_HOOKS: Final = Hooks()
"""Nobody is told anything."""


def read_hooks(value: object, file: Path, where: str) -> Hooks:
    """Judge the section of a profile; `file` (absolute) is what paths are relative to.

    Raises ConfigError, one sentence that begins with `where` and names the key; it never repeats the address, whose
    path may be a secret.
    """
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: tell must be a section named [profiles.NAME.tell].")
    return _Reader(value, file, f"{where}, tell").hooks()


class _Reader(Section):
    """Reads the keys of the section."""

    def hooks(self) -> Hooks:
        self.check_keys(_KEYS)
        if "command" not in self and "webhook" not in self:
            raise self.error("nothing is told without command or webhook: add one of them, or remove the section.")
        if ("webhook" in self) != ("secret_file" in self):
            raise self.error(
                "webhook and secret_file belong together: the file holds what messages are signed with, whsec_ and "
                "base64 of 24 to 64 bytes."
            )
        return Hooks(
            command=self._command() if "command" in self else (),
            webhook=self._webhook() if "webhook" in self else None,
            secret_file=self._path("secret_file") if "secret_file" in self else None,
            timeout=self.span("timeout", 'a span such as "30s" or "2m"', TIMEOUT, _LEAST, _MOST),
        )

    def _command(self) -> tuple[str, ...]:
        instead = "let the program read it from a file of its own, with chmod 600."
        return self.command("command", '["/usr/local/bin/tell-shop", "--live"]', instead)

    def _webhook(self) -> Address:
        allowed = "an address such as https://shop.example/azpay, without name, password, ? or # in it"
        found = address.parse(self.text("webhook", allowed))
        if found is None:
            raise self.error(f"webhook must be {allowed}.")
        if found.in_the_clear:
            raise self.error("webhook must begin with https://: what is told travels encrypted only.")
        return found

    def _path(self, key: str) -> Path:
        value = self.text(key, "the path of a file")
        if value.startswith(("whsec_", "-----BEGIN")):
            raise self.error(f"{key} must be the path of a file, not what is in it: take the secret out of this file.")
        return self.absolute(key, value)
