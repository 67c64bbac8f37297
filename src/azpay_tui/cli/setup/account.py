"""A profile for an account at Amazon, sandbox or live: asked for, tried with one read, then written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from azpay_tui import config, configfile
from azpay_tui.cli.context import Context
from azpay_tui.cli.doctor.signed import SignedRead, clock_finding, signed_read
from azpay_tui.cli.outcome import CONFIGURATION, OFFLINE, OK, CommandError
from azpay_tui.cli.output import json_result, result, say, shown
from azpay_tui.cli.setup import answers, keys
from azpay_tui.cli.setup.answers import Answers
from azpay_tui.cli.setup.asking import agreed, left, question
from azpay_tui.cli.setup.given import Given, console_command, profile_name
from azpay_tui.cli.wrapping import tell
from azpay_tui.paths import ConfigError
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile


def account(context: Context, found: Answers, given: Given, file: Path, asks: bool) -> int:
    """Make a profile for Amazon (or for a simulator that runs already), tried with one read before it is written."""
    if asks:
        _ask_rest(found)
    assert found.environment is not None
    assert found.key_file is not None
    if not asks:
        keys.usable_key(found.key_file, lambda _: False)
    found.name = profile_name(found, file, asks, f"{found.environment}-{found.region}")
    while True:
        new = _new_profile(found, file)
        profile = _judged(new, file)
        read = None if given.offline else _tried(context, profile, told=asks)
        if not asks:
            break
        if read is None or read.good or (choice := _after_failure(read)) == "write":
            break
        if choice == "change":
            _ask_again(found)
    if read is not None and not read.good and not asks:
        raise _refusal(read)
    if asks:
        say("")
        say(_shown(new))
        if not agreed(f"Write this to {shown_path(file)}?"):
            raise left()
    default = configfile.add_profile(file, new)
    checked = read.good if read is not None else None
    if given.as_json:
        json_result({"profile": new.name, "file": str(file), "default": default, "checked": checked, "start": None})
        return OK
    result(f"Profile {new.name} is in {shown_path(file)}.")
    _next_steps(context, new, default, checked)
    return OK


def _shown(new: configfile.NewProfile) -> str:
    """Return a profile's section as it is shown: nothing in it can steer the terminal."""
    return "\n".join(f"  {shown(line)}" for line in configfile.section(new).splitlines())


def _ask_rest(found: Answers) -> None:
    environment = found.environment or ""
    if environment == "simulator" and found.url is None:
        found.url = question("Address of the simulator, such as http://127.0.0.1:8080", answers.url)
    if found.region is None:
        found.region = question("Region: na (USD), eu (EUR, GBP) or jp (JPY)", answers.region)
    if found.merchant_id is None:
        found.merchant_id = question("Merchant id (Seller Central, Settings, Account Info)", answers.merchant_id)
    if found.public_key_id is None:
        where = f"Seller Central, Integration Central, {environment} keys"
        found.public_key_id = question(
            f"Public key id ({where})", lambda text: answers.public_key_id(text, environment)
        )
    found.key_file = _usable(found.key_file)
    if found.key_file is None:
        found.key_file = question("File with the private key (.pem)", _asked_key)
    if found.store_id is None:
        found.store_id = question("Store id, not needed for the back office", answers.store_id, optional=True)


def _ask_again(found: Answers) -> None:
    """Ask once more for what a refusal can come from; Enter keeps each answer."""
    environment = found.environment or ""
    found.region = question("Region", answers.region, default=found.region or "")
    found.merchant_id = question("Merchant id", answers.merchant_id, default=found.merchant_id or "")
    found.public_key_id = question(
        "Public key id", lambda text: answers.public_key_id(text, environment), default=found.public_key_id or ""
    )
    found.key_file = question("File with the private key", _asked_key, default=str(found.key_file or ""))


def _usable(path: Path | None) -> Path | None:
    """Return the key file that was given when it will do; else say why not and return None, so that it is asked for."""
    if path is None:
        return None
    try:
        return keys.usable_key(path, agreed)
    except ConfigError as error:
        tell(shown(str(error)))
        return None


def _asked_key(text: str) -> Path:
    return keys.usable_key(answers.key_path(text), agreed)


def _new_profile(found: Answers, file: Path) -> configfile.NewProfile:
    assert found.environment is not None
    assert found.region is not None
    assert found.merchant_id is not None
    assert found.public_key_id is not None
    assert found.name is not None
    assert found.key_file is not None
    return configfile.NewProfile(
        name=found.name,
        environment=found.environment,
        region=found.region,
        merchant_id=found.merchant_id,
        public_key_id=found.public_key_id,
        private_key_file=configfile.written_path(found.key_file, file),
        store_id=found.store_id,
        url=found.url,
        pace="off" if found.environment == "simulator" else None,
    )


def _judged(new: configfile.NewProfile, file: Path) -> Profile:
    """Return the profile as the rest of azpay will see it; raises `ConfigError` when it would refuse it."""
    return config.profile_of(configfile.document(new), Path(file).absolute(), new.name)


def _tried(context: Context, profile: Profile, *, told: bool) -> SignedRead:
    """Try the key; a refusal is told here where a person is `told` and then asked, else it ends the command."""
    say("Asking for an order that cannot exist, to see whether the key is good ...")
    read = signed_read(context.builder, profile, lambda: datetime.now(UTC))
    clock = clock_finding(read.offset, profile)
    said = [read.finding] if told or read.good else []
    for finding in (*said, *([clock] if clock.level in ("warn", "bad", "note") and read.offset else [])):
        tell(shown(finding.sentence), indent="  ")
        if finding.remedy:
            tell(shown(finding.remedy), indent="  ")
    return read


def _after_failure(read: SignedRead) -> str:
    """Ask what to do about a read that failed: `again`, `change` or `write`; leaving raises."""
    words = {"t": "again", "c": "change", "w": "write", "q": "leave"}

    def choice(text: str) -> str:
        if text.lower()[:1] not in words:
            raise ConfigError("Type t, c, w or q.")
        return words[text.lower()[:1]]

    label = "t try again, c change an answer, w write it all the same, q leave"
    chosen = question(label, choice, default="t" if read.offline else "c")
    if chosen == "leave":
        raise left()
    return chosen or "again"


def _refusal(read: SignedRead) -> CommandError:
    finding = read.finding
    if read.offline:
        text = f"{finding.sentence} Nothing was written; --offline writes without asking Amazon. {finding.remedy}"
        return CommandError(text, OFFLINE, "offline")
    return CommandError(f"{finding.sentence} {finding.remedy} Nothing was written.", CONFIGURATION, "credentials")


def _next_steps(context: Context, new: configfile.NewProfile, default: bool, checked: bool | None) -> None:
    azpay = console_command(new.name, default, context)
    if new.environment == "live":
        tell("It only looks: nothing can move money until writable = true stands in its section.")
    if not checked:
        say(f"{'The key was not tried yet: ' if checked is None else 'Look into what failed:     '} {azpay} doctor")
    say(f"Tell azpay of your orders:  {azpay} orders import FILE.csv")
    say(f"                        or  {azpay} orders track ID...")
    say(f"Open the console:           {azpay}")
    say(f"Let orders come by themselves, which shops can:  {azpay} sources sql")
    say(f"  {azpay} sources add --preset SHOP -- ssh HOST mysql --batch DATABASE")
