"""The couriers that a profile names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from azpay_tui.delivery.command import CommandCourier
from azpay_tui.delivery.mail import MailCourier
from azpay_tui.delivery.webhook import WebhookCourier
from azpay_tui.domain.messages import Channel
from azpay_tui.mailing import Mail
from azpay_tui.telling import Hooks


def hooks_of(hooks: Hooks, now: Callable[[], datetime]) -> dict[Channel, CommandCourier | WebhookCourier]:
    """Return what tells the shop; `now` dates signatures (UTC)."""
    found: dict[Channel, CommandCourier | WebhookCourier] = {}
    if hooks.command:
        found["command"] = CommandCourier(hooks.command, hooks.timeout)
    if hooks.webhook is not None and hooks.secret_file is not None:
        found["webhook"] = WebhookCourier(hooks.webhook, hooks.secret_file, hooks.timeout, now)
    return found


def mail_of(mail: Mail) -> dict[Channel, MailCourier]:
    """Return what takes letters; nothing while they are off, so that those that wait go on waiting."""
    return {"mail": MailCourier(mail)} if mail.on else {}
