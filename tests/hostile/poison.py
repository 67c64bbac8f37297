"""Amazon with poison in its answers: the simulator's own, every text in them replaced by a hostile one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from tests.hostile.world import Texts

from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.wire import Request, Response

_KEPT: Final = frozenset(
    {
        *("chargePermissionId", "chargeId", "refundId", "amount", "currencyCode", "chargePermissionType"),
        *("creationTimestamp", "expirationTimestamp", "lastUpdatedTimestamp", "lastUpdateTimestamp"),
    }
)
"""Ids, amounts and times: another one makes the answer unreadable, which other tests are about."""
_WORDS: Final = frozenset({"state", "reasonCode", "releaseEnvironment"})
"""Words that rules depend on; a hostile one is a word this program does not know."""
_EMPTY: Final = frozenset(
    {"reasonDescription", "merchantReferenceId", "noteToBuyer", "customInformation", "phoneNumber"}
)
"""What may be missing and gets a text all the same."""
_LONGEST_WORD: Final = 200


class Poisoned:
    """Answers for a simulator; control requests of tests pass as they are."""

    def __init__(self, core: Simulator, texts: Texts) -> None:
        self._answer = core.handle
        self._texts = texts
        self.words = False
        """Whether states and reason codes are replaced too."""
        self.placed = 0
        """How many texts went into answers."""

    def __call__(self, request: Request) -> Response:
        answer = self._answer(request)
        if request.path.startswith("/_sim/") or not answer.body:
            return answer
        body = self._poisoned(json.loads(answer.body), "", refused=answer.status >= 400)
        headers = tuple(
            (name, "id\x9b31m\x9d0;t" if name.casefold() == "x-amz-pay-request-id" else value)
            for name, value in answer.headers
            if name.casefold() != "content-length"
        )
        return replace(answer, headers=headers, body=json.dumps(body).encode("ascii"))

    def _poisoned(self, value: Any, key: str, *, refused: bool) -> Any:
        if isinstance(value, dict):
            return {name: self._poisoned(each, name, refused=refused) for name, each in value.items()}
        if isinstance(value, list):
            return [self._poisoned(each, key, refused=refused) for each in value]
        if key in _KEPT or (value is None and key not in _EMPTY) or not isinstance(value, str | None):
            return value
        if key in _WORDS:
            return self._word() if self.words or (refused and key == "reasonCode") else value
        self.placed += 1
        return self._texts()

    def _word(self) -> str:
        self.placed += 1
        return self._texts()[:_LONGEST_WORD].strip() or "Unknown"
