"""A shop whose configuration says how it is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.cli.conftest import Shop
from tests.support.receiver import Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Told(Shop):
    """A shop whose configuration says how it is told."""

    config: str = ""

    @property
    def options(self) -> list[str]:
        return ["--config", str(self.simulated.directory / self.config), "--data-dir", str(self.data)]

    def tell(self, **keys: object) -> None:
        """Write the configuration anew: a command (words) or a webhook (address)."""
        usual = (self.simulated.directory / "config.toml").read_text(encoding="utf-8")
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        self.config = f"{self.data.parent.name}.toml"
        path = self.simulated.directory / self.config
        path.write_text(f"{usual}\n[profiles.sim.tell]\n{lines}", encoding="utf-8")
        self.good("messages", "send")  # telling begins

    def tell_by_webhook(self, receiver: Receiver, **keys: object) -> None:
        secret = self.data.with_name("hook.secret")
        secret.touch(0o600)
        secret.write_text(SECRET)
        self.tell(webhook=f"{receiver.url}/hooks/hush", secret_file=str(secret), **keys)

    def voided(self, count: int = 1) -> list[str]:
        """Make orders whose status changed from AUTHORIZED to VOIDED, known before and not told yet."""
        orders = [self.make("authorized") for _ in range(count)]
        self.good("messages", "send")
        for order in orders:
            self.good("void", order, "--yes")
        return orders

    def messages(self, *options: str) -> list[dict[str, Any]]:
        return list(self.good("messages", "list", "--json", *options).json["messages"])

    def history(self, message: str) -> list[tuple[str, str]]:
        found = self.good("messages", "show", message, "--json").json["message"]["history"]
        return [(each["result"], each["why"]) for each in found]
