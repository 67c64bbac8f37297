"""config.toml: every key, every refusal, one clear sentence each."""

import dataclasses
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from azpay_tui.config import ConfigError, NoProfileError, load
from azpay_tui.domain.policies import PRESETS
from azpay_tui.keyfile import check_key_file
from azpay_tui.mailing import OFF
from azpay_tui.paths import private_directory
from azpay_tui.profiles import Profile
from azpay_tui.simulator.profile import open_profile, write_profile
from azpay_tui.timezones import machine_timezone

SANDBOX: dict[str, object] = {
    "region": "eu",
    "environment": "sandbox",
    "merchant_id": "A2MERCHANT",
    "public_key_id": "SANDBOX-AFKEY",
    "private_key_file": "key.pem",
}
LIVE = SANDBOX | {"environment": "live", "public_key_id": "LIVE-AFKEY"}
SIMULATOR = SANDBOX | {"environment": "simulator", "url": "http://127.0.0.1:8080"}


class Text(str):
    """A value that is written into the file as it stands."""


def toml(*, default: str | None = "shop", **profiles: dict[str, object]) -> str:
    lines = [f'default_profile = "{default}"'] if default else []
    for name, table in profiles.items():
        lines.append(f"[profiles.{name}]")
        lines += [f"{key} = {value if isinstance(value, Text) else json.dumps(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, table: dict[str, object]) -> Profile:
    file.write_text(toml(shop=table), encoding="utf-8")
    return load(file)


def refusal(file: Path, content: str | bytes, profile: str | None = None) -> str:
    """Return the sentence with which this content is refused; it is one line and safe to print."""
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigError) as caught:
        load(file, profile)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert str(file) in sentence
    return sentence


def without(table: dict[str, object], key: str) -> dict[str, object]:
    return {name: value for name, value in table.items() if name != key}


def test_the_least_that_is_needed_and_its_defaults(file: Path) -> None:
    profile = read(file, SANDBOX)
    assert dataclasses.asdict(profile) == {
        "name": "shop",
        "api": "v2",
        "region": "eu",
        "environment": "sandbox",
        "url": None,
        "ca_file": None,
        "merchant_id": "A2MERCHANT",
        "store_id": None,
        "public_key_id": "SANDBOX-AFKEY",
        "private_key_file": file.parent / "key.pem",
        "data_dir": Path(os.environ["XDG_DATA_HOME"], "azpay", "sandbox", "shop"),
        "writable": True,
        "policy": dataclasses.asdict(PRESETS["amazon"]),
        "timezone": "UTC",
        "pace": "quota",
        "pending_authorization": False,
        "file": file,
        "learned": (),
        "sources": (),
        "hooks": {"command": (), "webhook": None, "secret_file": None, "timeout": timedelta(seconds=30)},
        "syslog": False,
        "retention_days": 30,
        "mail": dataclasses.asdict(OFF),
    }


def test_every_key_can_be_set(file: Path) -> None:
    profile = read(
        file,
        SIMULATOR
        | {
            "api": "v2",
            "url": "https://localhost:8443/",
            "ca_file": "ca.pem",
            "store_id": "amzn1.application-oa2-client.0a1b",
            "data_dir": "data",
            "writable": False,
            "policy": "amazon",
            "timezone": "Asia/Tokyo",
            "pace": "off",
            "pending_authorization": True,
        },
    )
    assert profile.url == "https://localhost:8443"
    assert profile.ca_file == file.parent / "ca.pem"
    assert profile.data_dir == file.parent / "data"
    assert (profile.writable, profile.pace, profile.pending_authorization) == (False, "off", True)
    assert profile.store_id == "amzn1.application-oa2-client.0a1b"
    assert profile.zone.key == "Asia/Tokyo"


def test_live_is_read_only_unless_the_file_says_otherwise(file: Path) -> None:
    assert read(file, LIVE).writable is False
    assert read(file, LIVE | {"writable": True}).writable is True
    assert read(file, SIMULATOR).writable is True


def test_a_profile_is_frozen(file: Path) -> None:
    profile = read(file, LIVE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.writable = True  # type: ignore[misc]


def test_paths_are_relative_to_the_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file.write_text(toml(shop=SANDBOX | {"data_dir": "../up", "private_key_file": "~/key.pem"}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    profile = load(Path("config.toml"))
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert profile.data_dir == tmp_path.parent / "up"
    assert profile.private_key_file == Path(os.environ["HOME"], "key.pem")
    assert read(file, SANDBOX | {"private_key_file": "/etc/key.pem"}).private_key_file == Path("/etc/key.pem")


def test_the_users_own_file_is_the_default() -> None:
    with pytest.raises(NoProfileError, match=r"azpay demo.*azpay init"):
        load()
    own = Path(os.environ["XDG_CONFIG_HOME"], "azpay", "config.toml")
    own.parent.mkdir(parents=True, mode=0o700)
    own.write_text(toml(shop=SANDBOX), encoding="utf-8")
    assert load().file == own


def test_without_a_default_profile_the_demo_is_offered_or_one_is_named(file: Path) -> None:
    file.write_text(toml(default=None, shop=SANDBOX, other=LIVE), encoding="utf-8")
    with pytest.raises(NoProfileError, match="known: other, shop"):
        load(file)
    assert load(file, "other").environment == "live"


def test_an_unknown_profile_names_the_known_ones(file: Path) -> None:
    assert "'nope'" in refusal(file, toml(shop=SANDBOX, other=LIVE), "nope")
    assert "known profiles: other, shop" in refusal(file, toml(shop=SANDBOX, other=LIVE), "nope")
    assert "known profiles: shop" in refusal(file, toml(default="gone", shop=SANDBOX))
    assert "known profiles: none" in refusal(file, "", "shop")


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("merchantid", "merchant_id"),
        ("Region", "region"),
        ("private_key", "private_key_file"),
        ("datadir", "data_dir"),
        ("readonly", "region"),
        ("time_zone", "timezone"),
        ("write", "writable"),
        ("zzz", ""),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(file: Path, wrong: str, nearest: str) -> None:
    sentence = refusal(file, toml(shop=SANDBOX | {wrong: "x"}))
    assert f"profile shop: there is no key '{wrong}'; the nearest known one is {nearest}" in sentence


def test_unknown_keys_outside_of_a_profile(file: Path) -> None:
    assert "nearest known one is default_profile" in refusal(file, 'default = "shop"\n')
    assert "nearest known one is profiles" in refusal(file, "[profile.shop]\n")
    assert "region belongs into a [profiles.NAME] section" in refusal(file, 'region = "na"\n')


@pytest.mark.parametrize("key", [*sorted(SANDBOX), "url"])
def test_a_missing_key_says_what_it_must_be(file: Path, key: str) -> None:
    assert f"{key} is missing; it must be " in refusal(file, toml(shop=without(SIMULATOR, key)))


STRINGS = [
    *("api", "region", "environment", "url", "ca_file", "merchant_id", "store_id", "public_key_id"),
    *("private_key_file", "data_dir", "timezone", "pace"),
]


@pytest.mark.parametrize("key", STRINGS)
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, "a number"),
        (1.5, "a number"),
        (True, "true or false"),
        ([], "a list"),
        (Text("{}"), "a section"),
        (Text("2026-01-01"), "a date or time"),
        (Text("nan"), "a number"),
    ],
)
def test_a_wrong_type_names_key_and_type(file: Path, key: str, value: object, kind: str) -> None:
    sentence = refusal(file, toml(shop=SIMULATOR | {key: value}))
    assert f"profile shop: {key} must be " in sentence
    assert f"in quotes, not {kind}." in sentence


def test_for_how_long_personal_data_is_kept(file: Path) -> None:
    for days in (1, 14, 3650):
        assert read(file, SIMULATOR | {"retention_days": days}).retention_days == days
    for wrong in (0, -1, 3651, 30.0, "30", True):
        told = refusal(file, toml(shop=SIMULATOR | {"retention_days": wrong}))
        assert "retention_days must be a whole number of days from 1 to 3650, without quotes." in told


@pytest.mark.parametrize("key", ["writable", "pending_authorization", "syslog"])
@pytest.mark.parametrize("value", ["true", 1, 0, []])
def test_a_switch_takes_true_and_false_only(file: Path, key: str, value: object) -> None:
    assert f"{key} must be true or false" in refusal(file, toml(shop=SIMULATOR | {key: value}))


@pytest.mark.parametrize("key", STRINGS)
@pytest.mark.parametrize("value", ["", "  ", "a\nb", "a\x1b[2J", "a\x00b", "‮a"])
def test_empty_and_hostile_text_is_refused_and_not_repeated(file: Path, key: str, value: str) -> None:
    table = SIMULATOR | {key: Text(json.dumps(value, ensure_ascii=True).replace("\\u202e", "‮"))}
    assert f"{key} must be " in refusal(file, toml(shop=table))


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("api", "v1", '"v2"'),
        ("region", "us", '"na" or "eu" or "jp"'),
        ("region", "EU", '"na" or "eu" or "jp"'),
        ("environment", "production", '"simulator" or "sandbox" or "live"'),
        ("policy", "generous", '"amazon" or "xcart" or "oxid" or "magento"'),
        ("pace", "fast", '"quota" or "off"'),
    ],
)
def test_a_wrong_choice_names_the_allowed_ones(file: Path, key: str, value: str, allowed: str) -> None:
    assert f"{key} must be {allowed}, not '{value}'." in refusal(file, toml(shop=SANDBOX | {key: value}))


@pytest.mark.parametrize("key", ["merchant_id", "store_id", "public_key_id"])
@pytest.mark.parametrize("value", ["a b", "a/b", "ä", "a:b", "A" * 201, "A\u0661"])
def test_identifiers_fit_into_a_header(file: Path, key: str, value: str) -> None:
    assert f"{key} must be the identifier" in refusal(file, toml(shop=SANDBOX | {key: value}))


@pytest.mark.parametrize(
    "value", ["Europe/Berlinn", "America", "/etc/passwd", "../UTC", "CET+9", "Europe", "localtime/x", "+02:00"]
)
def test_a_time_zone_is_an_iana_name(file: Path, value: str) -> None:
    assert f"timezone must be an IANA time zone such as Europe/Berlin, not '{value}'" in refusal(
        file, toml(shop=SANDBOX | {"timezone": value})
    )


def test_the_machines_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("America/New_York", ":America/New_York"):
        monkeypatch.setenv("TZ", value)
        assert machine_timezone() == "America/New_York"
    monkeypatch.setenv("TZ", "no such zone")
    assert machine_timezone() != "no such zone"


@pytest.mark.parametrize("key", ["url", "ca_file"])
@pytest.mark.parametrize("table", [SANDBOX, LIVE], ids=["sandbox", "live"])
def test_an_address_of_its_own_is_for_the_simulator_only(file: Path, key: str, table: dict[str, object]) -> None:
    sentence = refusal(file, toml(shop=table | {key: "http://127.0.0.1:1"}))
    assert f"{key} is for the simulator only" in sentence


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8080/",
        "https://[::1]:8443",
        "https://localhost:65535",
    ],
)
def test_loopback_addresses(file: Path, url: str) -> None:
    assert read(file, SIMULATOR | {"url": url}).url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://pay-api.amazon.com",
        "http://127.0.0.1@evil.example",
        "http://user:secret@127.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://evil.example#127.0.0.1",
        "http://127.0.0.1\\@evil.example",
        "http://127.0.0.1:80@evil.example",
        "http://127.0.0.1:8080/path",
        "http://127.0.0.1:8080//",
        "http://127.0.0.1:8080?x",
        "http://127.0.0.1:8080#x",
        "http://127.0.0.1:",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:99999999",
        "http://127.0.0.1:\u0668\u0660",
        "http://127.0.0.1:-1",
        "http://127.1",
        "http://127.0.0.2",
        "http://2130706433",
        "http://0x7f000001",
        "http://0177.0.0.1",
        "http://0.0.0.0:80",
        "http://[::]:80",
        "http://[::ffff:127.0.0.1]:80",
        "http://[::1%25eth0]:80",
        "http://::1",
        "HTTP://127.0.0.1",
        "http://LOCALHOST",
        "http://ⓛocalhost",
        "http://localhost。",
        "http://localhost.",
        "http:127.0.0.1",
        "http:/127.0.0.1",
        "//127.0.0.1",
        "127.0.0.1:80",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        " http://127.0.0.1",
        "http://127.0.0.1 ",
        "http://127.0.0.1/ http://evil.example",
    ],
)
def test_every_other_address_is_refused_and_not_repeated(file: Path, url: str) -> None:
    sentence = refusal(file, toml(shop=SIMULATOR | {"url": url}))
    assert "url must be an address of this machine" in sentence
    assert "evil" not in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize(
    ("environment", "key", "accepted"),
    [
        ("live", "LIVE-A", True),
        ("live", "live-a", True),
        ("live", "A", True),
        ("live", "SANDBOX-A", False),
        ("live", "sandbox-a", False),
        ("sandbox", "SANDBOX-A", True),
        ("sandbox", "A", True),
        ("sandbox", "LIVE-A", False),
        ("sandbox", "Live-A", False),
        ("simulator", "SANDBOX-A", True),
        ("simulator", "A", True),
        ("simulator", "LIVE-A", False),
    ],
)
def test_key_and_environment_must_fit(file: Path, environment: str, key: str, accepted: bool) -> None:
    table = (SIMULATOR if environment == "simulator" else SANDBOX) | {"environment": environment, "public_key_id": key}
    if accepted:
        assert read(file, table).public_key_id == key
    else:
        assert f"but environment is {environment}" in refusal(file, toml(shop=table))


def test_a_key_pasted_in_place_of_its_path_is_not_repeated(file: Path) -> None:
    for key in ("-----BEGIN PRIVATE KEY----- MIISECRET", "-----BEGIN PRIVATE KEY-----\nMIISECRET\n"):
        sentence = refusal(file, toml(shop=SANDBOX | {"private_key_file": key}))
        assert "private_key_file must be the path of a file" in sentence
        assert "SECRET" not in sentence


def test_two_shops_never_share_a_data_directory(file: Path) -> None:
    first = SANDBOX | {"data_dir": "data"}
    assert "data_dir is also that of profile other" in refusal(
        file, toml(shop=first, other=LIVE | {"data_dir": "./data"})
    )
    file.write_text(toml(shop=first, other=SANDBOX | {"data_dir": "data", "writable": False}), encoding="utf-8")
    assert load(file, "other").data_dir == load(file, "shop").data_dir, "two views of one shop may"


@pytest.mark.parametrize("name", ["..", "a/b", "a b", "", "ä", "a" * 65, "-x", "\x1b[2J"])
def test_a_profile_name_can_be_a_directory(file: Path, name: str) -> None:
    assert "a profile cannot be called" in refusal(file, f"[profiles.{json.dumps(name)}]\n", "shop")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("default_profile = shop\n", "not valid TOML: Invalid value (at line 1, column 19)"),
        ("\n\n[profiles.shop\n", "line 3"),
        ('[profiles.shop]\nregion = "na"\nregion = "eu"\n', "line 3"),
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("a = " + "1" * 5000, "not valid TOML"),
        (b"\n# \xff\n", "not UTF-8 text at line 2"),
        (b"default_profile = 'a'\x00", "not valid TOML"),
        (b"#" * (256 * 1024 + 1), "larger than 256 KiB"),
        ("profiles = 1\n", "profiles must be sections"),
        ("[profiles]\nshop = 1\n", "profiles.shop must be a section"),
        ("[[profiles.shop]]\n", "profiles.shop must be a section"),
        ("default_profile = 1\n", "default_profile must be the name"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_broken_files(file: Path, content: str | bytes, expected: str) -> None:
    assert expected in refusal(file, content)


def test_a_byte_order_mark_is_no_error(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + toml(shop=SANDBOX).encode())
    assert load(file).name == "shop"


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name, expected in (("pipe", "is no file"), (".", "Is a directory"), ("missing", "No such file")):
        with pytest.raises(ConfigError, match=expected):
            load(tmp_path / name)


@pytest.mark.parametrize("bits", [0o620, 0o602, 0o666, 0o664])
def test_a_file_that_others_can_change_is_refused(file: Path, bits: int) -> None:
    file.write_text(toml(shop=SANDBOX), encoding="utf-8")
    file.chmod(bits)
    with pytest.raises(ConfigError, match=rf"chmod go-w {file}$"):
        load(file)
    file.chmod(0o644)
    assert load(file).name == "shop"


def test_a_file_of_somebody_else_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(toml(shop=SANDBOX), encoding="utf-8")
    if os.geteuid() == 0:
        os.chown(file, 54321, 54321)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(ConfigError, match=r"The configuration .* belongs to "):
        load(file)


def test_a_file_below_an_open_directory_is_refused(file: Path) -> None:
    file.write_text(toml(shop=SANDBOX), encoding="utf-8")
    file.parent.chmod(0o777)
    with pytest.raises(ConfigError, match=f"chmod go-w {file.parent}"):
        load(file)
    file.parent.chmod(0o1777)
    assert load(file).name == "shop"


def test_the_simulators_own_profile_is_accepted(tmp_path: Path) -> None:
    os.umask(0)
    directory = tmp_path / "shop"
    write_profile(open_profile(directory), 8080, False, {})
    profile = load(directory / "config.toml")
    check_key_file(profile.private_key_file)
    assert private_directory(profile.data_dir) == directory / "data"
    assert (profile.name, profile.environment, profile.url) == ("sim", "simulator", "http://127.0.0.1:8080")
    assert (profile.region, profile.writable, profile.pace) == ("na", True, "off")
