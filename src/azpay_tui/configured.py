"""What a profile is set to, gathered in one place for people; no secret and no content of a file is among it."""

from collections.abc import Iterator

from azpay_tui.domain.configured import Fact
from azpay_tui.domain.spans import written
from azpay_tui.domain.switching import mode_of
from azpay_tui.profiles import Profile
from azpay_tui.sourcing import Source

_HERE = "WHERE"
_BY_ITSELF = "DONE BY ITSELF"
_IN_STEP = "KEPT IN STEP"
_TOLD = "WHO IS TOLD"


def facts(profile: Profile) -> tuple[Fact, ...]:
    """Return everything that a profile decides, the policy's own settings excepted."""
    return (*_here(profile), *_by_itself(profile), *_in_step(profile), *_told(profile))


def _here(profile: Profile) -> Iterator[Fact]:
    place = f"{profile.environment}, region {profile.region}, API {profile.api}"
    yield Fact(_HERE, "profile", profile.name, f"It stands in {profile.file}.")
    yield Fact(_HERE, "environment", place, "Where payments are read and made.")
    yield Fact(_HERE, "merchant_id", profile.merchant_id, "The account at Amazon.")
    yield Fact(_HERE, "data_dir", str(profile.data_dir), "Where journal and cache lie.")
    yield Fact(_HERE, "timezone", profile.timezone, "Of days and of times on the screen.")
    days = f"{profile.retention_days} days"
    yield Fact(_HERE, "retention_days", days, "For how long buyers' data is kept after an order's last open duty.")


def _by_itself(profile: Profile) -> Iterator[Fact]:
    sent = "Whether anything may be sent; false: look only."
    yield Fact(_BY_ITSELF, "writable", _switch(profile.writable), sent)
    yield _payment(profile)
    policy = "What the shop narrows; azpay policy show explains every setting."
    yield Fact(_BY_ITSELF, "policy", str(profile.policy), policy)
    pending = "true: Amazon may take up to 24 hours to decide about an authorization; false: it decides at once."
    yield Fact(_BY_ITSELF, "pending_authorization", _switch(profile.pending_authorization), pending)


def _payment(profile: Profile) -> Fact:
    mode = mode_of(profile.policy)
    if profile.policy.payment_action == "review":
        return Fact(_BY_ITSELF, "payment", "review only", "Nothing is authorized, captured, refunded or ended here.")
    if not mode:
        by_hand = "A person authorizes, captures, refunds and closes; nothing is sent without a confirmation."
        return Fact(_BY_ITSELF, "payment", "by hand", by_hand)
    says = "Done with new orders without a person, once a person switched it on; azpay policy plan says how it stands."
    return Fact(_BY_ITSELF, "payment", mode, says)


def _in_step(profile: Profile) -> Iterator[Fact]:
    schedule = (
        "What is being decided every few seconds to an hour, the rest daily and exactly at its deadlines, what was "
        "captured weekly after 30 days, what ended never; azpay sync --status says what comes next."
    )
    yield Fact(_IN_STEP, "orders", "read by a schedule", schedule)
    yield Fact(_IN_STEP, "notifications", "none", "None is needed: what Amazon decides is learnt by reading.")
    yield Fact(_IN_STEP, "pace", profile.pace, "quota: no faster than Amazon's published quotas; off: at once.")
    for source in profile.sources:
        yield Fact(_IN_STEP, f"source {source.name}", f"every {written(source.every)}", _asked(source))
    if not profile.sources:
        none = "No place is asked for new orders: azpay sources add names one."
        yield Fact(_IN_STEP, "sources", "none", none)


def _asked(source: Source) -> str:
    preset = f" by the preset {source.preset}" if source.preset else ""
    whom = {"command": "A program", "http": "The shop's interface", "reports": "Amazon, for its reports,"}[source.kind]
    return f"{whom} is asked for orders{preset}."


def _told(profile: Profile) -> Iterator[Fact]:
    letters = "off: no letter leaves; manual: when a person says so; automatic: also when an order is declined."
    yield Fact(_TOLD, "mail", profile.mail.send, letters)
    hooks = profile.hooks
    if hooks.command:
        yield Fact(_TOLD, "tell command", hooks.command[0], "Runs on every change of an order's status.")
    if hooks.webhook is not None:  # its path may be a secret
        signed = "Gets a signed message on every change of an order's status."
        yield Fact(_TOLD, "tell webhook", hooks.webhook.origin, signed)
    if not hooks.channels:
        yield Fact(_TOLD, "tell", "none", "The shop is not told: [profiles.NAME.tell] names a command or a webhook.")


def _switch(value: bool) -> str:
    return str(value).lower()
