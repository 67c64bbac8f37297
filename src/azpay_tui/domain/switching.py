"""Whether a profile does steps without a person: what its policy wants, and the switch a person turned for it.

The policy alone does nothing by itself. A person switches exactly what it says on by typing its name, and it stays so
until somebody switches it off, the policy says something else, or too many steps in a row failed.
"""

from __future__ import annotations

from typing import Final

from azpay_tui.domain.moments import written
from azpay_tui.domain.policies import Settings
from azpay_tui.domain.switch import Switch

MOST_FAILURES: Final = 5
"""So many steps in a row that failed stop everything automatic until a person switches it on again."""
AUTOMATIC: Final = ("authorize", "authorize-and-capture")
"""Payment actions that do something by themselves."""
CLOSE: Final = "close"
"""What a mode calls closing after the capture."""

WARNINGS: Final = {
    "authorize": (
        "Every new order is authorized for its whole amount as soon as it is known here, without a person.",
        "An authorization is guaranteed for 7 days and ends after 30: for goods that ship later use manual.",
    ),
    "authorize-and-capture": (
        "Every new order is authorized and its money taken as soon as it is known here, without a person.",
        "Amazon allows a capture before shipping only for digital goods, or for goods that ship the same day.",
        "Amazon has to have allowed your account to do so (allow-listing): ask Amazon before you switch this on.",
    ),
    CLOSE: ("Every new order that is captured in full is closed at Amazon: nothing more can be charged of it then.",),
}
"""What a person has to know before switching a part of a mode on (extension's manual, payment action)."""


def mode_of(settings: Settings) -> str:
    """Name what a policy wants done by itself, such as `authorize-and-capture+close`; empty: nothing."""
    if settings.payment_action == "review":
        return ""
    action = settings.payment_action if settings.payment_action in AUTOMATIC else ""
    closes = CLOSE if settings.close_after_capture == "automatic" else ""
    return "+".join(part for part in (action, closes) if part)


def parts_of(mode: str) -> tuple[str, ...]:
    """Return the parts of a mode: a payment action, `close`, or both."""
    return tuple(mode.split("+")) if mode else ()


def warnings_of(mode: str) -> tuple[str, ...]:
    """Return every sentence that a person has to know before switching a mode on."""
    return tuple(sentence for part in parts_of(mode) for sentence in WARNINGS.get(part, ()))


def cannot(settings: Settings, capturing: str | None, read_only: str | None) -> str | None:
    """Say why nothing automatic can be switched on or go on, one sentence; None: it can.

    `capturing` names a source whose shop captures by itself, `read_only` says why nothing may be sent.
    """
    if read_only is not None:
        return read_only
    mode = mode_of(settings)
    if not mode:
        return (
            f"The policy wants nothing done by itself ({settings.why('payment_action')}): "
            'set payment_action = "authorize" or "authorize-and-capture", or close_after_capture = "automatic", first.'
        )
    if capturing is not None and mode != CLOSE:
        return (
            f"The shop of source {capturing} captures by itself, and two must not: have the shop's plugin authorize "
            "only and set captures = false in that source, or leave payment_action at manual."
        )
    return None


def resting(settings: Settings, switch: Switch | None, capturing: str | None, read_only: str | None) -> str | None:
    """Say why nothing is done by itself now, one sentence; None: steps are done."""
    why = cannot(settings, capturing, read_only)
    if why is not None:
        return f"{why} {_elsewhere(switch)}".rstrip()
    mode = mode_of(settings)
    if switch is None:
        return f"It was never switched on: azpay policy switch-on does, for {mode}."
    turned = f"by {switch.person} on {written(switch.at)}"
    if switch.position == "stopped":
        return f"It stopped on {written(switch.at)}. {switch.why} azpay policy switch-on starts it again."
    if switch.position == "off":
        return f"It was switched off {turned}: azpay policy switch-on switches {mode} on."
    if switch.mode != mode:
        return (
            f"It was switched on for {switch.mode} {turned}, and the policy now wants {mode}: "
            f"azpay policy switch-on switches that on. {_elsewhere(switch)}"
        )
    return None


def _elsewhere(switch: Switch | None) -> str:
    """Say that what stands in the way here does not stop a process that reads another file; else nothing."""
    if switch is None or switch.position != "on":
        return ""
    return (
        f"It is on all the same: what runs with another configuration file goes on with {switch.mode} until azpay "
        "policy switch-off."
    )


def sign(settings: Settings, switch: Switch | None, capturing: str | None, read_only: str | None) -> str:
    """Return what the status line says: `AUTO`, `AUTO STOPPED`, or nothing where it is off.

    `AUTO NOT HERE`: it is on, but by this profile as it is read here nothing is done; what reads it otherwise goes on.
    """
    if switch is None or switch.position == "off":
        return ""
    if switch.position == "stopped":
        return "AUTO STOPPED"
    return "AUTO NOT HERE" if resting(settings, switch, capturing, read_only) else "AUTO"
