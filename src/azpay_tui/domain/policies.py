"""What a shop may set to narrow Amazon's rules, and the presets of the shops it may come from; data.

A preset is how a shop's own module worked; every setting of it can be set otherwise in the profile. None of them can
allow what the action matrix does not: a setting only draws amounts closer, warns, or turns a verdict into `no`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from azpay_tui.domain import limits
from azpay_tui.domain.allowances import AS_AMAZON, NOTHING, Allowance
from azpay_tui.domain.tries import USUAL, Tries

CancelSale = Literal["automatic", "manual", "refuse"]
Closing = Literal["automatic", "remind", "never"]
PaymentAction = Literal["manual", "authorize", "authorize-and-capture", "review"]
ShopWords = Literal["none", "xcart", "oxid", "magento"]


class PolicyError(ValueError):
    """A policy that cannot be; the text is one sentence that names the setting and says what to do."""


Value = bool | str | Allowance | Tries


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of one profile's policy, and where it comes from."""

    preset: str = "amazon"
    whole_amounts: bool = False
    partial_capture: bool = True
    partial_refund: bool = True
    overcharge: Allowance = AS_AMAZON
    refund_above: Allowance = AS_AMAZON
    soft_declines: Tries = USUAL
    reason_required: bool = False
    cancel_sale: CancelSale = "automatic"
    close_after_capture: Closing = "remind"
    payment_action: PaymentAction = "manual"
    shop_words: ShopWords = "none"
    own: frozenset[str] = frozenset()
    """Names of the settings that the profile has of its own."""

    def value(self, name: str) -> Value:
        """Return a setting by its name."""
        found: Value = getattr(self, name)
        return found

    def shown(self, name: str) -> str:
        """Return a setting as a configuration says it, such as `overcharge = "15%/75"`."""
        value = self.value(name)
        return f"{name} = {str(value).lower()}" if isinstance(value, bool) else f'{name} = "{value}"'

    def origin(self, name: str) -> str:
        """Say where a setting comes from."""
        if self.whole_amounts and name in IMPLIED:
            return f"by whole_amounts = true, {self.origin('whole_amounts')}"
        return "set in the profile" if name in self.own else f"preset {self.preset}"

    def why(self, name: str) -> str:
        """Name a setting with its value and where it comes from."""
        return f"{self.shown(name)}, {self.origin(name)}"

    def __str__(self) -> str:
        """Return preset and own settings on one line."""
        return ", ".join([self.preset, *(self.shown(setting.name) for setting in SETTINGS if setting.name in self.own)])


IMPLIED: Final[Mapping[str, Value]] = {
    "partial_capture": False,
    "partial_refund": False,
    "overcharge": NOTHING,
    "refund_above": NOTHING,
}
"""What `whole_amounts` decides besides: nothing but the whole leaves no room for these."""

PRESETS: Final[Mapping[str, Settings]] = {
    "amazon": Settings(),
    "xcart": Settings(
        "xcart",
        whole_amounts=True,
        partial_capture=False,
        partial_refund=False,
        overcharge=NOTHING,
        refund_above=NOTHING,
        shop_words="xcart",
    ),
    "oxid": Settings("oxid", shop_words="oxid"),
    "magento": Settings("magento", partial_capture=False, cancel_sale="refuse", shop_words="magento"),
}
"""Every preset; what a shop's manual does not speak of is as Amazon has it."""
OF_PRESETS: Final[Mapping[str, str]] = {
    "amazon": "Amazon's own rules, not narrowed",
    "xcart": "X-Cart: whole amounts only",
    "oxid": "OXID eShop: orders cancelled in whole or in part, with refund",
    "magento": "Magento 1: whole captures, refunds in part, cancel only what is not captured",
}
"""What each is, for people."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, for people."""

    name: str
    values: tuple[str, ...]
    """What it may be, as a configuration says it."""
    says: str
    """What it does, one sentence."""

    @property
    def allowed(self) -> str:
        """What it may be, as one text."""
        return " or ".join(self.values)


_SWITCH: Final = ("true", "false")
_ALLOWANCES: Final = ('"limit"', '"none"', 'such as "15%/75"')
_TRIES: Final = ('"limit"', '"3"', 'such as "3/24h"')
SETTINGS: Final = (
    Setting(
        "whole_amounts",
        _SWITCH,
        "Authorize the whole order, capture the whole authorization, refund all that is left; no other amount.",
    ),
    Setting("partial_capture", _SWITCH, "Whether a part of an authorization may be captured."),
    Setting("partial_refund", _SWITCH, "Whether a part of what is left may be refunded."),
    Setting(
        "overcharge",
        _ALLOWANCES,
        "How much more than the order's total may be charged in all: up to the permission's limit, nothing, or a "
        "share of the total and an amount, whichever is less.",
    ),
    Setting(
        "refund_above",
        _ALLOWANCES,
        "How much more than was captured may be refunded: up to Amazon's limit, nothing, or a share of the capture "
        "and an amount, whichever is less.",
    ),
    Setting(
        "soft_declines",
        _TRIES,
        "After how many soft declines in a row the buyer is asked for another payment method, and another "
        "authorization is warned of; with hours it is not offered before they have passed; limit: never.",
    ),
    Setting("reason_required", _SWITCH, "Whether whoever moves or ends something must write down why."),
    Setting(
        "cancel_sale",
        ('"automatic"', '"manual"', '"refuse"'),
        "What cancelling a sale does with money already taken: refund it, leave the refund to a person, or refuse.",
    ),
    Setting(
        "close_after_capture",
        ('"automatic"', '"remind"', '"never"'),
        "What becomes of an order that is captured in full and still open: closed, reminded of, or left.",
    ),
    Setting(
        "payment_action",
        ('"manual"', '"authorize"', '"authorize-and-capture"', '"review"'),
        "What is done with new orders without a person, once a person has switched it on (azpay policy switch-on); "
        "review: nothing at all is moved or ended from here.",
    ),
    Setting("shop_words", ('"none"', '"xcart"', '"oxid"', '"magento"'), "Whose words stand beside the status."),
)
"""Every setting in the order in which it is shown."""

NARROWS: Final = "A policy narrows what Amazon allows and never widens it; it stands as policy in the profile."
"""What a policy is, one sentence."""

SHOP_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "none": {},
    "xcart": {"AUTHORIZED": "Authorized", "CAPTURED": "Processed", "VOIDED": "Voided", "EXPIRED": "Voided"},
    "oxid": {
        "CAPTURED": "Captured",
        "REFUNDED": "Refunded",
        "PART-REFUNDED": "Refunded",
        "CANCELED": "Canceled",
    },
    "magento": {
        "CAPTURING": "Pending",
        "REFUNDING": "Pending",
        "PENDING": "Pending",
        "AUTHORIZED": "Processing",
        "SUSPENDED": "On hold",
        "CANCELED": "Canceled",
        "DECLINED": "On hold",
        "OPEN": "Pending",
    },
}
"""For each shop its own word of a status word, where it has one."""
SHOP_NAMES: Final[Mapping[str, str]] = {"xcart": "X-Cart", "oxid": "OXID", "magento": "Magento"}


def shop_word(settings: Settings, status: str) -> str:
    """Return what the shop calls a status, such as `X-Cart: Processed`; empty where it has no word for it."""
    word = SHOP_WORDS[settings.shop_words].get(status)
    return f"{SHOP_NAMES[settings.shop_words]}: {word}" if word else ""


def chosen(preset: str, own: Mapping[str, object]) -> Settings:
    """Return a known preset with the profile's own settings; raises `PolicyError` for one that cannot be."""
    values = {name: _read(name, value) for name, value in own.items()}
    settings = replace(PRESETS[preset], own=frozenset(own), **values)  # type: ignore[arg-type]
    if not settings.whole_amounts:
        return settings
    for name, implied in IMPLIED.items():
        if name in own and settings.value(name) != implied:
            raise PolicyError(
                f"{settings.shown(name)} would widen whole_amounts = true ({settings.origin('whole_amounts')}), which "
                f"leaves no room for it: set whole_amounts = false as well, or take {name} out."
            )
    return replace(settings, **IMPLIED)  # type: ignore[arg-type]


def _read(name: str, value: object) -> Value:
    setting = next(one for one in SETTINGS if one.name == name)
    if setting.values == _SWITCH:
        if not isinstance(value, bool):
            raise PolicyError(f"{name} must be {setting.allowed} without quotes.")
        return value
    text = value if isinstance(value, str) else ""
    if setting.values == _ALLOWANCES:
        return _narrowed(setting, Allowance.parse(text), "whole numbers")
    if setting.values == _TRIES:
        return _narrowed(setting, Tries.parse(text), "whole numbers above 0")
    if f'"{text}"' not in setting.values:
        raise PolicyError(f"{name} must be {setting.allowed}.")
    return text


_ABOVE: Final = '"15%/75" or less'
_AMAZONS: Final = {
    "overcharge": ("charges at most 15 % and 75 above an order's total, within the permission's limit", _ABOVE),
    "refund_above": ("gives back at most 15 % and 75 above what was captured", _ABOVE),
    "soft_declines": (f"makes at most {limits.MAX_CHARGES} charges of an order within 180 days", '"3/24h"'),
}
"""For each setting that draws a limit closer what Amazon's own rule does, and what to write instead."""


def _narrowed(setting: Setting, found: Allowance | Tries | None, numbers: str) -> Allowance | Tries:
    if found is None:
        raise PolicyError(f"{setting.name} must be {setting.allowed}, in {numbers}.")
    if found.widens:
        rule, instead = _AMAZONS[setting.name]
        raise PolicyError(
            f'{setting.name} = "{found}" would widen Amazon\'s rule, which {rule}; a policy can only narrow it: write '
            f'{instead}, or "limit" for all that Amazon allows.'
        )
    return found
