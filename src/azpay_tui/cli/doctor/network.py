"""The way to Amazon, its clock, and what its quotas mean for this shop."""

from __future__ import annotations

from typing import Final

from azpay_tui.amazon.errors import KEY_UNUSABLE
from azpay_tui.amazon.hosts import endpoint
from azpay_tui.amazon.reach import Reached, reach
from azpay_tui.amazon.throttle import Operation, quotas
from azpay_tui.cli.context import Builder
from azpay_tui.cli.doctor.findings import Finding
from azpay_tui.cli.doctor.signed import clock_finding, signed_read, simulate_command
from azpay_tui.profiles import Profile

_READS: Final = {
    "permission": Operation.GET_PERMISSION,
    "charge": Operation.GET_CHARGE,
    "refund": Operation.GET_REFUND,
}


def check_connection(builder: Builder, profile: Profile) -> list[Finding]:
    """Go the way to Amazon step by step, then make one harmless signed read. Raises `ConfigError`."""
    place = endpoint(profile.environment, profile.region, profile.url)
    found: list[Finding] = []
    reached = reach(place, profile.ca_file)
    if reached.failed is None:
        secured = f", certificate verified, {reached.tls}" if reached.tls else ", without TLS, on this machine"
        found.append(Finding("connection", "way", "ok", f"{place.origin} is reached{secured}."))
    else:
        found.append(_unreached(reached, place.origin, profile))
    read = signed_read(builder, profile)
    unusable = read.answer.kind == "unsent" and read.answer.reason_code == KEY_UNUSABLE  # said of the key file already
    if not unusable and (reached.failed is None or not read.offline):
        found.append(read.finding)
    found.append(clock_finding(read.offset, profile))
    return found


def _unreached(reached: Reached, origin: str, profile: Profile) -> Finding:
    if profile.environment == "simulator" and origin.startswith("https:") and reached.failed != "connection":
        sentence = f"{origin} cannot be trusted, or speaks no TLS: {reached.why}."
        remedy = f"Start it with {simulate_command(profile)} --tls, or write url with http:// when it has no TLS."
        return Finding("connection", "way", "bad", sentence, remedy)
    if profile.environment == "simulator":
        return Finding(
            "connection",
            "way",
            "bad",
            f"No simulator answers at {origin}: {reached.why}.",
            f"Start it and leave it running: {simulate_command(profile)}",
        )
    match reached.failed:
        case "name":
            sentence, remedy = reached.why, "Check the network and its name server."
        case "connection":
            sentence = f"{origin} does not answer: {reached.why}"
            remedy = "Port 443 has to be open to the outside; azpay uses no proxy."
        case _:
            sentence = f"The certificate of {origin} cannot be trusted: {reached.why}"
            remedy = (
                "Something on the way opens encrypted connections (a company's proxy?), or the clock is far off; "
                "azpay sends nothing through it."
            )
    return Finding("connection", "way", "bad", f"{sentence}.", remedy)


def check_quotas(profile: Profile, objects: dict[str, int]) -> list[Finding]:
    """Say how long it takes to read everything again at Amazon's published quotas."""
    kept = quotas(profile.environment, profile.pace)
    total = sum(objects.values())
    if not kept:
        return [Finding("quotas", "pace", "ok", "No pace is kept: pace is off.")]
    seconds = max(
        (
            max(0.0, objects.get(kind, 0) - kept[operation].burst) / kept[operation].rate
            for kind, operation in _READS.items()
        ),
        default=0.0,
    )
    rate = kept[Operation.GET_CHARGE].rate
    return [
        Finding(
            "quotas",
            "refresh",
            "ok",
            f"{total:,} objects are known; to read them all again takes {_duration(seconds)} at "
            f"{rate:g} a second of each kind, as Amazon publishes for {profile.environment}.",
        )
    ]


def _duration(seconds: float) -> str:
    if seconds < 60:
        return "less than a minute"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"
