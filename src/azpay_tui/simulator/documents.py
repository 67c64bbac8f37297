"""Downloads of report documents: a URL that is good for seconds and needs no signature of Amazon Pay's."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qs

from azpay_tui.simulator.query import moment_of
from azpay_tui.simulator.reporting import Report
from azpay_tui.simulator.wire import compact

PATH: Final = "/report-files/"


def document_url(url: str, document_id: str, now: datetime, seconds: int, secret: str) -> str:
    """The address of a document's file, good for some seconds from now."""
    made = compact(now)
    seal = _seal(document_id, made, str(seconds), secret)
    return f"{url}{PATH}{document_id}?X-Amz-Date={made}&X-Amz-Expires={seconds}&X-Amz-Signature={seal}"


def _seal(document_id: str, made: str, seconds: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"{document_id}\n{made}\n{seconds}".encode(), sha256).hexdigest()


def download(path: str, query: str, reports: Iterable[Report], now: datetime, secret: str) -> str | None:
    """The file behind an address; None when the address is not one that was given out, or not any more."""
    document_id = path.removeprefix(PATH)
    given = {name: values[0] for name, values in parse_qs(query).items()}
    made, seconds = given.get("X-Amz-Date", ""), given.get("X-Amz-Expires", "")
    seal = _seal(document_id, made, seconds, secret)
    if not hmac.compare_digest(seal.encode(), given.get("X-Amz-Signature", "").encode()):
        return None
    if now >= moment_of(made, "X-Amz-Date") + timedelta(seconds=int(seconds) + 1):
        return None
    return next((report.text for report in reports if report.document_id == document_id), None)
