"""Why the back office did not do something; every text is a sentence for the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from azpay_tui.store import errors as store_errors


@dataclass
class BackOfficeError(Exception):
    """Base of everything the back office refuses; nothing that could have an effect was sent."""

    message: str
    """What is wrong and what to do, one sentence."""
    changes_at: datetime | None = None
    """When time alone changes it, UTC."""

    code = "error"
    """Stable word for scripts."""
    exit_code = 1

    def __str__(self) -> str:
        """Return the sentence."""
        return self.message


class UsageError(BackOfficeError):
    """The request itself is malformed: unknown or ambiguous order, missing or malformed amount."""

    code = "usage"
    exit_code = 2


class NotValidError(BackOfficeError):
    """The verb is not valid now: verdict, limit, policy, read-only, a warning not accepted."""

    code = "not-valid"
    exit_code = 3


class ChangedError(NotValidError):
    """The order at Amazon is not what the person saw; running again works."""

    code = "changed"


class BusyError(NotValidError):
    """Another intent on this order is open; the text says whose and since when."""

    code = "busy"


class ToldBeforeError(NotValidError):
    """Amazon has, or may have, the number of a parcel: it is sent again only on a person's word."""

    code = "told-before"


class OfflineError(BackOfficeError):
    """There is no connection and provably nothing was sent."""

    code = "offline"
    exit_code = 6


class CredentialsError(BackOfficeError):
    """Amazon refused the credentials, or the configuration does not allow the call."""

    code = "credentials"
    exit_code = 7


class StoreError(BackOfficeError):
    """The journal or the cache cannot be written or is newer than this program; nothing was sent."""

    code = "store"
    exit_code = 1


def translated(error: store_errors.StoreError) -> BackOfficeError:
    """Return what a front end is told of an error of the stores."""
    if isinstance(error, store_errors.OrderBusy):
        return BusyError(str(error))
    if isinstance(error, store_errors.NoSuchMessage):
        return UsageError(str(error))
    if isinstance(error, store_errors.ReadOnly | store_errors.MessageConflict | store_errors.SwitchedOff):
        return NotValidError(str(error))
    if isinstance(error, store_errors.SlipsChanged | store_errors.DeliveryConflict):
        return ChangedError(str(error))
    return StoreError(str(error))
