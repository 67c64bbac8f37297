"""Configuration and key: can they be read, do they fit each other, are they safe."""

from __future__ import annotations

import os
from pathlib import Path

from azpay_tui import config
from azpay_tui.cli.context import Context
from azpay_tui.cli.doctor.findings import Finding
from azpay_tui.config import NoProfileError
from azpay_tui.keyfile import MIN_BITS, load_private_key
from azpay_tui.learned import POINTS
from azpay_tui.paths import ConfigError, config_file, root_warning
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile
from azpay_tui.tomlfile import read_toml


def check_configuration(context: Context) -> tuple[list[Finding], Profile | None]:
    """Judge the configuration and every profile in it; returns the profile that the other checks are about, if any."""
    found: list[Finding] = []
    file = Path(os.path.abspath(context.config_file or config_file()))
    profile: Profile | None = None
    try:
        profile = context.profile()
        found.append(
            Finding(
                "configuration",
                "profile",
                "ok",
                f"Profile {profile.name} ({profile.environment}, {profile.region}) of {shown_path(file)} can be used.",
            )
        )
    except NoProfileError as error:
        remedy = "" if file.exists() else "Make one with azpay init, or look around with azpay demo."
        found.append(Finding("configuration", "profile", "bad", str(error), remedy))
    except ConfigError as error:
        found.append(Finding("configuration", "profile", "bad", str(error), "Correct it, or make one with azpay init."))
    found += _other_profiles(file, context.profile_name)
    if profile is not None:
        found += _choices(profile)
        found += _console(context)
    warning = root_warning()
    if warning is not None:
        found.append(Finding("configuration", "root", "warn", warning))
    return found, profile


def _console(context: Context) -> list[Finding]:
    """Judge the section of the console, without which it does not open."""
    try:
        context.settings()
    except ConfigError as error:
        return [Finding("configuration", "console", "bad", str(error), "Correct that line, or take it out.")]
    return []


def _other_profiles(file: Path, wanted: str | None) -> list[Finding]:
    """Judge what else stands in the file, so that a mistake in another profile does not wait for the day it is used."""
    try:
        if not file.exists():
            return []
        document = read_toml(file)
        names = config.profile_names(document, file)
    except (ConfigError, OSError):
        return []  # said above
    found: list[Finding] = []
    default = document.get("default_profile")
    judged = wanted or default
    if default is None:
        found.append(
            Finding(
                "configuration",
                "default-profile",
                "note",
                "No default_profile is set, so every command needs --profile.",
                f'Write default_profile = "{names[0]}" into the first line.' if names else "Make one with azpay init.",
            )
        )
    elif default not in names:
        found.append(
            Finding(
                "configuration",
                "default-profile",
                "warn",
                "default_profile names a profile that does not exist.",
                f"Known profiles: {', '.join(names) or 'none'}.",
            )
        )
    for name in names:
        if name == judged:
            continue
        try:
            config.profile_of(document, file, name)
        except ConfigError as error:
            found.append(
                Finding("configuration", f"profile-{name}", "warn", str(error), "Correct it before it is used.")
            )
    return found


def _choices(profile: Profile) -> list[Finding]:
    found: list[Finding] = []
    if profile.environment == "live":
        if profile.writable:
            sentence = f"Profile {profile.name} is live and writable: it moves real money."
            found.append(Finding("configuration", "writable", "note", sentence))
        else:
            sentence = f"Profile {profile.name} is live and only looks."
            found.append(
                Finding(
                    "configuration", "writable", "note", sentence, "writable = true lets it act, when that is wanted."
                )
            )
    elif not profile.writable:
        found.append(
            Finding("configuration", "writable", "note", f"Profile {profile.name} only looks: writable is false.")
        )
    if profile.environment == "sandbox":
        found.append(_learned(profile))
    if profile.pace == "off" and profile.environment != "simulator":
        found.append(
            Finding(
                "configuration",
                "pace",
                "warn",
                'pace is "off": Amazon will refuse requests above its quotas (429), those of your shop as well.',
                'Set pace = "quota", or leave the key out.',
            )
        )
    return found


def _learned(profile: Profile) -> Finding:
    """Say how much of what Amazon leaves open was settled on this account."""
    if not profile.learned:
        sentence = "Nothing of what Amazon's documents leave open was tried on this account yet."
        return Finding("configuration", "learned", "note", sentence, "azpay doctor --learn does, with harmless calls.")
    last = max(one.at for one in profile.learned)
    sentence = (
        f"{len(profile.learned)} of {len(POINTS)} open points are settled on this account, last on {last:%Y-%m-%d}."
    )
    return Finding("configuration", "learned", "ok", sentence)


def check_key(profile: Profile) -> list[Finding]:
    """Judge the key file and what the id of the key says; nothing of the key is told."""
    path = shown_path(profile.private_key_file)
    try:
        key = load_private_key(profile.private_key_file)
    except ConfigError as error:
        return [Finding("key", "file", "bad", str(error))]
    found = [
        Finding("key", "file", "ok", f"{path} holds an RSA key of {key.key_size} bits that only you can read."),
    ]
    if key.key_size > 2 * MIN_BITS:
        sentence = f"The key has {key.key_size} bits; Amazon's own clients use {MIN_BITS}."
        found.append(Finding("key", "size", "note", sentence, "If Amazon refuses it, have a new pair made."))
    prefix = profile.public_key_id.upper()
    if not prefix.startswith(("SANDBOX", "LIVE")):
        found.append(
            Finding(
                "key",
                "prefix",
                "note",
                "public_key_id has no SANDBOX- or LIVE- in front, as older keys: the path of each request says "
                f"{'live' if profile.environment == 'live' else 'sandbox'}.",
            )
        )
    else:
        found.append(Finding("key", "prefix", "ok", f"public_key_id belongs to {profile.environment}."))
    return found
