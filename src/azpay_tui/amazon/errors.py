"""What can go wrong on the way to Amazon, told apart by what it proves.

::

    AmazonError                  `sentence` for the operator
    ├── NotSentError             provably never left this machine
    │   ├── UnreachableError     no connection: name not found, refused, timed out, TLS, no free connection
    │   ├── UnsignedError        the request could not be signed
    │   └── HeldBackError        the local throttle was stopped, or the pause Amazon asked for is too long
    ├── LostError                left, or may have left, and no whole answer came back: the effect is unknown
    │   ├── TimedOutError        no whole answer in time
    │   └── ConnectionLostError  the connection ended first
    └── ApiError                 a whole answer other than the readable object: `status`, `reason_code`, `request_id`
        ├── ThrottledError       429
        ├── CredentialsError     401, 403
        ├── NotFoundError        404
        ├── RefusedError         any other 4xx
        ├── ServerTroubleError   5xx, 408, 425
        └── OddAnswerError       2xx without a readable object, 3xx and whatever else

A wrong configuration is no AmazonError but a `azpay_tui.paths.ConfigError`. Inside this package errors are raised; at
the edge the gateway turns every AmazonError into an `Answer`.
"""

from __future__ import annotations

from typing import Final

KEY_UNUSABLE: Final = "KeyUnusable"
"""`reason_code` of an unsent answer when the private key cannot be used; no word of Amazon's (exit code 7)."""
HELD_BACK: Final = "HeldBack"
"""`reason_code` of an unsent answer when the local throttle held the request back; no word of Amazon's."""

ODD_ANSWER: Final = "OddAnswer"
"""`reason_code` of a 2xx that does not say what was asked for, where no object would show it; no word of Amazon's."""


class AmazonError(Exception):
    """Base of everything that can go wrong on the way to Amazon."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        """What happened, one sentence for the operator."""


class NotSentError(AmazonError):
    """The request provably never left this machine."""

    reason_code: str | None = None


class UnreachableError(NotSentError):
    """No connection could be made: name not found, refused, timed out, TLS, no free connection."""


class UnsignedError(NotSentError):
    """The request could not be signed; the sentence says what is wrong with the key."""

    reason_code = KEY_UNUSABLE


class HeldBackError(NotSentError):
    """The local throttle did not let the request go."""

    reason_code = HELD_BACK

    def __init__(self, sentence: str, seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.seconds = seconds
        """How long the pause still lasts; None when the throttle was stopped."""


class LostError(AmazonError):
    """The request left, or may have left, and no whole answer came back."""

    def __init__(self, sentence: str, partial: bytes = b"") -> None:
        super().__init__(sentence)
        self.partial = partial
        """The part of the answer's body that arrived; evidence, never interpreted."""


class TimedOutError(LostError):
    """No whole answer came in time."""


class ConnectionLostError(LostError):
    """The connection ended before the whole answer was there."""


class ApiError(AmazonError):
    """A whole HTTP answer that is not the readable object asked for."""

    def __init__(
        self, sentence: str, status: int, reason_code: str | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.reason_code = reason_code
        """Amazon's word, an open string; None when the body has none."""
        self.request_id = request_id
        """What Amazon's support asks for."""


class ThrottledError(ApiError):
    """Too many requests; the same request is welcome later."""


class CredentialsError(ApiError):
    """Amazon does not accept the key, the signature or the account."""


class NotFoundError(ApiError):
    """No such object in this region and environment."""


class RefusedError(ApiError):
    """Amazon understood and refuses."""


class ServerTroubleError(ApiError):
    """Amazon or something on the way had trouble; the effect is unknown."""


class OddAnswerError(ApiError):
    """An answer that is none this program understands; the effect is unknown."""


def refusal_type(status: int) -> type[ApiError]:
    """Return the type of error for the status of a whole answer."""
    match status:
        case 429:
            return ThrottledError
        case 401 | 403:
            return CredentialsError
        case 404:
            return NotFoundError
        case 408 | 425:
            return ServerTroubleError
        case _ if 400 <= status < 500:
            return RefusedError
        case _ if 500 <= status < 600:
            return ServerTroubleError
        case _:
            return OddAnswerError
