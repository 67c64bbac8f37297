"""Whether the configuration, as it stands now, still allows what a running program does without a person."""

from __future__ import annotations

from typing import Final

from azpay_tui.config import profile_of
from azpay_tui.domain.switching import cannot
from azpay_tui.paths import ConfigError, shown
from azpay_tui.profiles import Profile
from azpay_tui.sourcing import capturing
from azpay_tui.tomlfile import parsed, read_bytes

_DECIDES: Final = (
    "api",
    "region",
    "environment",
    "url",
    "merchant_id",
    "store_id",
    "public_key_id",
    "private_key_file",
    "pending_authorization",
    "policy",
)
"""What money without a person rests on, and what a program takes over when it starts and only then."""


class Unchanged:
    """Reads the file again before each step, and judges it when it says something else; safe from any thread."""

    def __init__(self, profile: Profile) -> None:
        """Take the profile a program was started with."""
        self._profile = profile
        self._judged: tuple[bytes, str | None] | None = None
        """What the file said when it was judged last, and what stood against it."""

    def __call__(self) -> str | None:
        """Say why nothing may be done without a person now, one sentence or two; None: nothing stands against it."""
        file = self._profile.file
        try:
            content = read_bytes(file)
            judged = self._judged  # as a whole, for another thread may put its own there
            if judged is None or content != judged[0]:
                judged = content, self._against(profile_of(parsed(content, file), file, self._profile.name))
                self._judged = judged
        except ConfigError as error:
            self._judged = None
            return f"The configuration is no longer valid, and nothing is sent before it is: {error}"
        return judged[1]

    def _against(self, now: Profile) -> str | None:
        why = cannot(now.policy, capturing(now.sources), now.not_writable)
        if why is None and any(getattr(now, name) != getattr(self._profile, name) for name in _DECIDES):
            return f"The profile {now.name} was changed in {shown(now.file)}: start azpay again, so that it holds."
        return why
