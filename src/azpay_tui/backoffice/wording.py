"""Sentences about the way to Amazon, said in one place so that no face says anything twice."""

from __future__ import annotations

from typing import Final

from azpay_tui.amazon.errors import KEY_UNUSABLE
from azpay_tui.domain.attempt import Answer
from azpay_tui.domain.reasons import explain

_UNSENT: Final = (" Nothing was sent.", "; nothing was sent.")


def no_way(answer: Answer) -> str:
    """Say why Amazon cannot be asked at all; without the remark on what was sent, which whoever sends adds."""
    for remark in _UNSENT:
        if answer.message.endswith(remark):
            return f"{answer.message.removesuffix(remark).rstrip('.')}."
    return answer.message


def no_access(answer: Answer) -> str:
    """Say why Amazon does not accept the credentials, or why there are none to show, and what to do."""
    if answer.reason_code == KEY_UNUSABLE:
        return answer.message
    if answer.reason_code is None:
        said = f"Amazon answered {answer.status}" if answer.status is not None else "no reason was given"
        return f"Amazon refused the credentials: {said}. Check key, region and environment of the profile."
    known = explain(answer.reason_code)
    step = known.step(()).write(str).removeprefix("Next: ")
    return f"Amazon refused the credentials ({answer.reason_code}). {known.sentence} {step}"
