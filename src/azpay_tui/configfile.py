"""Writing config.toml: something is added, nothing that stands in it is lost, and the file is whole at every moment."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Final

from azpay_tui.config import profile_names, profile_of
from azpay_tui.learned import Learned
from azpay_tui.paths import ConfigError, check_parents, shown
from azpay_tui.sourcing import Source
from azpay_tui.tomlfile import parsed, read_bytes, replace_file, toml_key, toml_text

_COMMENTS_AT: Final = 38
_LONGEST: Final = 77
_HEADING: Final = "# Configuration of azpay: one section per shop, region and environment. azpay doctor checks it.\n"


@dataclass(frozen=True, slots=True)
class NewProfile:
    """A profile to be added: only what was asked for; everything else keeps its default. Paths as they are written."""

    name: str
    environment: str
    region: str
    merchant_id: str
    public_key_id: str
    private_key_file: str
    store_id: str | None = None
    url: str | None = None
    ca_file: str | None = None
    data_dir: str | None = None
    pace: str | None = None


def section(new: NewProfile) -> str:
    """Return the commented text of a profile's section."""
    hosts = {"na": "pay-api.amazon.com", "eu": "pay-api.amazon.eu", "jp": "pay-api.amazon.jp"}
    live, simulator = new.environment == "live", new.environment == "simulator"
    lines = [
        f"[profiles.{toml_key(new.name)}]",
        _line("environment", new.environment, "sandbox, live or simulator"),
        _line("region", new.region, "na, eu or jp" if simulator else hosts[new.region]),
    ]
    if new.url is not None:
        lines.append(_line("url", new.url, "where the simulator listens"))
    if new.ca_file is not None:
        lines.append(_line("ca_file", new.ca_file, "the simulator's certificate"))
    lines += [
        _line("merchant_id", new.merchant_id, "Seller Central shows it"),
        _line("public_key_id", new.public_key_id, "its private key is in the next line"),
        _line("private_key_file", new.private_key_file, "chmod 600; relative to this file"),
    ]
    if new.store_id is not None:
        lines.append(_line("store_id", new.store_id, "the store's client id"))
    if new.data_dir is not None:
        lines.append(_line("data_dir", new.data_dir, "journal and cache"))
    if new.pace is not None:
        lines.append(_line("pace", new.pace, '"quota": as Amazon publishes'))
    if live:
        lines.append(_commented("writable = false", "look only; true: can move money"))
    else:
        lines.append(_commented("writable = true", "false: look only"))
    lines += [
        _commented('# timezone = "Europe/Berlin"', "of times on screen"),
        _commented("# pending_authorization = false", "true: decided within a day"),
    ]
    return "\n".join(lines) + "\n"


def add_profile(file: Path, new: NewProfile) -> bool:
    """Add a profile to a configuration, which is made when missing; returns whether it became the default profile.

    Nothing that stands in the file is changed, comments included. Raises ConfigError, and then wrote nothing, when
    the name is taken, the result would not be a valid configuration, or the file is not safe to write.
    """
    real = Path(os.path.realpath(file))
    old = read_bytes(file) if os.path.lexists(file) else None
    before = {} if old is None else parsed(old, file)
    if new.name in profile_names(before, file):
        raise ConfigError(f"There is a profile {new.name} in {shown(file)} already; choose another name.")
    default = "default_profile" not in before
    text = "" if old is None else old.decode("utf-8-sig")
    if default:
        first = _commented(f"default_profile = {toml_text(new.name)}", "what azpay opens without --profile") + "\n"
        text = f"{_HEADING}{first}" if old is None else f"{first}{text}"
    if text and not text.endswith("\n"):
        text += "\n"
    text = f"{text}\n{section(new)}"
    after = _checked(text, file, new.name)
    profiles = {**_tables(before), new.name: _tables(after)[new.name]}
    expected = {**before, "profiles": profiles} | ({"default_profile": new.name} if default else {})
    if after != expected:  # whatever the reason: not a byte is written that means something else
        raise ConfigError(f"{shown(file)} cannot be added to safely: write this section into it yourself.")
    replace_file(real, old, text)
    return default


def set_learned(file: Path, name: str, entries: Sequence[Learned]) -> None:
    """Write answers into the section `[profiles.NAME.learned]`; earlier answers to other points stay.

    Raises ConfigError, and then changed nothing, when the file is not safe or cannot be changed without losing
    something; the sentence holds no value.
    """
    old = read_bytes(file)
    before = parsed(old, file)
    text = old.decode("utf-8-sig").replace("\r\n", "\n")
    lines = text.splitlines()
    heading = re.compile(rf'\s*\[\s*profiles\s*\.\s*"?{re.escape(name)}"?\s*\.\s*learned\s*\]\s*(#.*)?')
    start = next((at for at, line in enumerate(lines) if heading.fullmatch(line)), None)
    if start is None:
        lines += ["", f"[profiles.{toml_key(name)}.learned]", "# answers of azpay doctor --learn, and when it got them"]
        end = len(lines)
    else:
        end = next((at for at in range(start + 1, len(lines)) if lines[at].lstrip().startswith("[")), len(lines))
        keys = "|".join(entry.key for entry in entries)
        kept = [line for line in lines[start:end] if not re.match(rf"\s*({keys})\s*=", line)]
        lines[start:end] = kept
        end = start + len(kept)
        while end > start + 1 and not lines[end - 1].strip():
            end -= 1
    lines[end:end] = [learned_line(entry) for entry in entries]
    text = "\n".join(lines) + "\n"
    after = _checked(text, file, name)
    table = _tables(before)[name]
    assert isinstance(table, dict)
    answers = {entry.key: {"value": entry.value, "at": entry.at} for entry in entries}
    changed = {**table, "learned": {**table.get("learned", {}), **answers}}
    if after != {**before, "profiles": {**_tables(before), name: changed}}:
        raise ConfigError(f"{shown(file)} cannot be changed safely: write the section into it yourself.")
    replace_file(Path(os.path.realpath(file)), old, text)


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A source that could be written: as the rest of azpay would see it, and the text of its section."""

    source: Source
    section: str
    file: Path
    old: bytes
    text: str


def draft_source(file: Path, profile: str, keys: Mapping[str, str | bool | Sequence[str]]) -> SourceDraft:
    """Judge a section `[[profiles.NAME.source]]` at the end of a configuration; writes nothing.

    Raises ConfigError when the result would not be a valid configuration, or something in the file would change.
    """
    old = read_bytes(file)
    before = parsed(old, file)
    section = source_section(profile, keys)
    text = old.decode("utf-8-sig").replace("\r\n", "\n")
    text = f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}\n{section}"
    unsafe = ConfigError(f"{shown(file)} cannot be added to safely: write the section of the source into it yourself.")
    try:
        after = parsed(text.encode(), file)
    except ConfigError as error:  # it was valid before: its sources are written in another form
        raise unsafe from error
    table = _tables(before).get(profile)
    if not isinstance(table, dict):
        raise ConfigError(f"There is no profile {profile} in {shown(file)}; nothing was written.")
    values = {key: list(value) if isinstance(value, (list, tuple)) else value for key, value in keys.items()}
    changed = {**table, "source": [*table.get("source", []), values]}
    if after != {**before, "profiles": {**_tables(before), profile: changed}}:
        raise unsafe
    sources = profile_of(after, Path(os.path.abspath(file)), profile).sources
    return SourceDraft(sources[-1], section, file, old, text)


def write_source(draft: SourceDraft) -> None:
    """Write a draft. Raises ConfigError, and then wrote nothing, when the file changed meanwhile or is not safe."""
    replace_file(Path(os.path.realpath(draft.file)), draft.old, draft.text)


def source_section(profile: str, keys: Mapping[str, str | bool | Sequence[str]]) -> str:
    """Return the text of a source's section."""
    return (
        "\n".join([f"[[profiles.{toml_key(profile)}.source]]", *(f"{k} = {_value(v)}" for k, v in keys.items())]) + "\n"
    )


def _value(value: str | bool | Sequence[str]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return toml_text(value) if isinstance(value, str) else f"[{', '.join(map(toml_text, value))}]"


def learned_line(entry: Learned) -> str:
    """Return the line of one answer."""
    value = entry.value
    written = (
        str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else toml_text(value)
    )
    return f"{entry.key} = {{ value = {written}, at = {entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} }}"


def document(new: NewProfile) -> dict[str, object]:
    """Return what a file with this profile alone would hold. Raises ConfigError for a path that is no text."""
    return parsed(section(new).encode(), Path("config.toml"))


def names(file: Path) -> tuple[str, ...]:
    """Return the names that are taken in a configuration; none when there is no file. Raises ConfigError."""
    return profile_names(parsed(read_bytes(file), file), file) if os.path.lexists(file) else ()


def is_addable(file: Path, name: str) -> None:
    """Raise ConfigError when a profile of this name cannot be added to a configuration, before anything else is asked.

    Looks at the safety of the place, at what stands in the file and at the names in it; writes nothing.
    """
    check_parents(file)
    taken = next((one for one in names(file) if one.lower() == name.lower()), None)
    if (
        taken is not None
    ):  # also in other letters: the data of both would be one where the disk does not tell them apart
        raise ConfigError(f"There is a profile {taken} in {shown(file)} already; choose another name.")


def written_path(path: Path, file: Path) -> str:
    """Return how a path is written into a configuration: relative to it when it lies beside or below it."""
    directory = Path(os.path.realpath(file)).parent
    absolute = Path(os.path.abspath(path))
    return str(absolute.relative_to(directory) if absolute.is_relative_to(directory) else absolute)


def _checked(text: str, file: Path, name: str) -> dict[str, object]:
    document = parsed(text.encode(), file)
    profile_of(document, Path(os.path.abspath(file)), name)
    return document


def _tables(document: Mapping[str, object]) -> dict[str, object]:
    profiles = document.get("profiles", {})
    return dict(profiles) if isinstance(profiles, dict) else {}


def _line(key: str, value: str, comment: str) -> str:
    return _commented(f"{key} = {toml_text(value)}", comment)


def _commented(line: str, comment: str) -> str:
    """Add a comment: behind the line, or above it where both would be too long for 80 columns."""
    together = f"{line:<{_COMMENTS_AT}}# {comment}"
    return together if len(line) < _COMMENTS_AT and len(together) <= _LONGEST else f"# {comment}\n{line}"
