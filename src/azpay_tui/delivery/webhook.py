"""Telling a shop by a webhook: one signed POST (Standard Webhooks), TLS verified, no redirects, bounded in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from azpay_tui.address import Address
from azpay_tui.amazon.transport import Patience, Transport, deadline, open_client
from azpay_tui.delivery.secret import load_secret, signature
from azpay_tui.domain.announcements import envelope
from azpay_tui.domain.messages import Delivered, Message, Outcome, Refused, Unknown
from azpay_tui.domain.spans import written
from azpay_tui.paths import ConfigError

_GLANCE: Final = 0.05
"""Seconds between two looks at the wish to stop while a server is silent."""
_GONE: Final = 410
"""The receiver wants no more of this (Standard Webhooks)."""


class WebhookCourier:
    """Posts every message to one address; whoever gets it twice knows it by its id."""

    repeatable: Final = True

    def __init__(
        self,
        webhook: Address,
        secret_file: Path,
        timeout: timedelta,
        now: Callable[[], datetime],
        *,
        transport: Transport | None = None,
    ) -> None:
        """Take the address; the secret is read for each message. `now` dates the signatures (UTC)."""
        self._webhook = webhook
        self._secret_file = secret_file
        self._timeout = timeout
        self._now = now
        self._transport = transport

    def deliver(self, message: Message, stop: threading.Event) -> Outcome:
        """Post it once; any answer of 200 to 299 means that the shop knows."""
        seconds = self._timeout.total_seconds()
        try:
            secret = load_secret(self._secret_file)
            patience = Patience(connect=min(5.0, seconds), write=seconds, read=seconds, pool=5.0, total=seconds)
            client = open_client(self._webhook, patience=patience, transport=self._transport)
        except ConfigError as error:
            return Refused(str(error))
        body, timestamp = envelope(message), int(self._now().timestamp())
        headers = {
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret, message.id, timestamp, body),
        }
        request = client.build_request("POST", self._webhook.url, content=body, headers=headers)
        return self._post(client, request, stop)

    def _post(self, client: httpx.Client, request: httpx.Request, stop: threading.Event) -> Outcome:
        """Send and wait for the answer's head, or leave it behind when the program is to end."""
        found: list[Outcome] = []
        done = threading.Event()

        def work() -> None:
            try:
                found.append(self._exchange(client, request))
            except Exception as error:  # told by its kind alone: nobody knows what is in its text
                found.append(Unknown(f"Posting to {self._webhook.origin} failed ({type(error).__name__})."))
            finally:
                done.set()

        # A thread of its own, because nothing but the end of the connection wakes a read.
        threading.Thread(target=work, name="webhook", daemon=True).start()
        try:
            while not done.wait(_GLANCE):
                if stop.is_set():
                    return Unknown(f"azpay ended before {self._webhook.origin} answered.")
        finally:
            client.close()
        return found[0]

    def _exchange(self, client: httpx.Client, request: httpx.Request) -> Outcome:
        where = self._webhook.origin
        try:
            with deadline(time.monotonic() + self._timeout.total_seconds()):
                answer = client.send(request, stream=True)
                answer.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                return Refused(
                    f"{where} shows a certificate that cannot be verified, so nothing was sent: have it put right."
                )
            return Refused(f"{where} cannot be reached: check webhook, and the network of this machine.")
        except httpx.TimeoutException:
            return Unknown(f"{where} did not answer within {written(self._timeout)}.")
        except (httpx.HTTPError, RuntimeError, OSError, ValueError):
            return Unknown(f"The connection to {where} was lost before it answered.")
        return self._judge(answer.status_code)

    def _judge(self, status: int) -> Outcome:
        where = self._webhook.origin
        if 200 <= status < 300:
            return Delivered(f"{where} answered HTTP {status}.")
        if 300 <= status < 400:
            return Refused(
                f"{where} sends on to another place (HTTP {status}), and messages do not follow: write the final "
                "address in webhook."
            )
        if status == _GONE:
            return Refused(f"{where} wants no more messages there (HTTP {status}).", permanent=True)
        if status >= 500:
            return Unknown(f"{where} answered HTTP {status}: look into the shop's log.")
        return Refused(f"{where} answered HTTP {status}: look into the shop's log, and at webhook and secret_file.")
