"""`azpay init`: from nothing to a profile, each mistake explained, nothing written before all is well."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from tests.cli.conftest import Result, simulate
from tests.cli.init_main import amazon
from tests.support.inline import InlineTransport
from tests.support.terminal import Terminal

from azpay_tui import config, paths
from azpay_tui.bootstrap import Parts, main
from azpay_tui.cli.run import run
from azpay_tui.cli.setup import shop

ROOT = Path(__file__).parents[2]
KEY_ID = "SANDBOX-AFGOODKEY"
MERCHANT = "A1B2C3D4E5F6G7"


def pem(key: PrivateKeyTypes, encryption: KeySerializationEncryption | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


@pytest.fixture(scope="module")
def keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """The good key, and one that Amazon does not know."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048), rsa.generate_private_key(
        public_exponent=65537, key_size=2048
    )


class Setup:
    """A clean account with a key file, and an Amazon that knows the key."""

    def __init__(self, keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey], capture: pytest.CaptureFixture[str]) -> None:
        self.keys = keys
        self.capture = capture
        self.key_file = Path.home() / "shop.pem"
        self.write(pem(keys[0]))
        self.amazon: InlineTransport = amazon(KEY_ID, self.key_file)

    def write(self, content: bytes, mode: int = 0o600) -> None:
        self.key_file.write_bytes(content)
        self.key_file.chmod(mode)

    @property
    def config(self) -> Path:
        return paths.config_file()

    def options(self, **changed: str | None) -> list[str]:
        options: dict[str, str | None] = {
            "environment": "sandbox",
            "region": "na",
            "merchant-id": MERCHANT,
            "public-key-id": KEY_ID,
            "private-key-file": str(self.key_file),
        }
        options |= {name.replace("_", "-"): value for name, value in changed.items()}
        return [part for name, value in options.items() if value is not None for part in (f"--{name}", value)]

    def __call__(self, *more: str, **changed: str | None) -> Result:
        """Run init for scripts."""
        self.capture.readouterr()
        code = run(Parts(self.amazon), ["init", "--yes", *self.options(**changed), *more])
        return Result(code, *self.capture.readouterr())

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tests.cli.init_main", KEY_ID, str(self.key_file), *arguments]


@pytest.fixture
def setup(
    keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Setup:
    monkeypatch.chdir(ROOT)  # from where the processes of these tests find the tests' own modules
    return Setup(keys, capsys)


def test_a_sandbox_profile_is_written_after_one_harmless_read(setup: Setup) -> None:
    done = setup("--json", store_id="amzn1.application-oa2-client.0a1b")
    assert done.code == 0, done
    assert done.json == {
        "profile": "sandbox-na",
        "file": str(setup.config),
        "default": True,
        "checked": True,
        "start": None,
    }
    assert [(asked.method, asked.path) for asked in setup.amazon.requests] == [
        ("GET", "/v2/chargePermissions/S01-0000000-0000000")
    ]
    profile = config.load()
    assert (profile.name, profile.environment, profile.region) == ("sandbox-na", "sandbox", "na")
    assert (profile.merchant_id, profile.public_key_id) == (MERCHANT, KEY_ID)
    assert (profile.private_key_file, profile.store_id) == (setup.key_file, "amzn1.application-oa2-client.0a1b")
    assert stat.S_IMODE(setup.config.stat().st_mode) == 0o600
    assert setup.amazon.simulator.ledger == []


def test_a_live_profile_only_looks_and_says_so(setup: Setup, keys: tuple[rsa.RSAPrivateKey, ...]) -> None:
    setup.amazon = amazon("LIVE-AFGOODKEY", setup.key_file)
    done = setup(environment="live", public_key_id="LIVE-AFGOODKEY")
    assert done.code == 0, done
    assert "nothing can move money until writable = true" in done.err
    assert config.load().writable is False
    assert [asked.path for asked in setup.amazon.requests] == ["/v2/chargePermissions/P01-0000000-0000000"]


def test_an_older_key_without_a_prefix_is_tried_in_its_environment(setup: Setup) -> None:
    setup.amazon = amazon("AFOLDKEY", setup.key_file)
    assert setup(public_key_id="AFOLDKEY").code == 0
    assert [asked.path for asked in setup.amazon.requests] == ["/sandbox/v2/chargePermissions/S01-0000000-0000000"]


def refuse(setup: Setup, done: Result, code: int, *says: str) -> None:
    assert done.code == code, done
    for text in says:
        assert text in done.err, done.err
    assert len([line for line in done.err.splitlines() if line.startswith("Traceback")]) == 0
    assert not setup.config.exists(), "nothing is written"
    assert "PRIVATE KEY-----" not in done.err


KeyMistake = Callable[[Setup], bytes]
KEY_MISTAKES: dict[str, tuple[KeyMistake, str]] = {
    "public": (
        lambda s: s.keys[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "holds no private key but the public one",
    ),
    "encrypted": (lambda s: pem(s.keys[0], BestAvailableEncryption(b"x")), "has a passphrase"),
    "elliptic": (lambda s: pem(ec.generate_private_key(ec.SECP256R1())), "is no RSA key"),
    "short": (lambda s: pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "1024 bits"),
    "garbage": (lambda s: b"merchant,key\n1,2\n", "no private key in PEM form"),
    "cut": (lambda s: pem(s.keys[0])[:900] + b"\n-----END PRIVATE KEY-----\n", "cut or changed"),
    "utf-16": (lambda s: pem(s.keys[0]).decode().encode("utf-16"), "UTF-16"),
    "openssh": (
        lambda s: s.keys[0].private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
        "ssh-keygen -p -m PEM",
    ),
    "empty": (lambda s: b"", "it is empty"),
}


@pytest.mark.parametrize("mistake", KEY_MISTAKES)
def test_a_mistake_in_the_key_file_is_explained(setup: Setup, mistake: str) -> None:
    make, says = KEY_MISTAKES[mistake]
    setup.write(make(setup))
    refuse(setup, setup(), 7, says, str(setup.key_file))
    assert setup.amazon.requests == [], "Amazon is not asked with a key that cannot be used"


def test_a_key_file_that_is_missing_or_open_is_explained(setup: Setup) -> None:
    refuse(setup, setup(private_key_file="nowhere.pem"), 7, "nowhere.pem", "No such file")
    setup.write(pem(setup.keys[0]), 0o644)
    refuse(setup, setup(), 7, f"open to others: chmod 600 {setup.key_file}")
    assert stat.S_IMODE(setup.key_file.stat().st_mode) == 0o644, "nobody was asked"


@pytest.mark.parametrize("form", ["dos", "bom"])
def test_a_key_saved_on_another_system_is_accepted(setup: Setup, form: str) -> None:
    content = pem(setup.keys[0]).replace(b"\n", b"\r\n")
    setup.write(b"\xef\xbb\xbf" + content if form == "bom" else content)
    assert setup().code == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"public_key_id": "LIVE-AFGOODKEY"}, "That is a LIVE key, and this profile is for sandbox"),
        ({"environment": "live"}, "That is a SANDBOX key, and this profile is live"),
        ({"merchant_id": "shop@example.com"}, "That is a mail address"),
        ({"merchant_id": "A1B2 C3D4E5F6G7"}, "There is a blank in it"),
        ({"merchant_id": "a1b2c3d4e5f6g7"}, "It is written in capitals"),
        ({"merchant_id": KEY_ID}, "That is a public key id"),
        ({"merchant_id": "amzn1.application-oa2-client.0a1b"}, "That is the id of a store"),
        ({"merchant_id": "A1B2C3D4\u200bE5F6G7"}, "cannot be seen"),
        ({"public_key_id": "SANDBOX-AF GOODKEY"}, "There is a blank in it"),
        ({"private_key_file": "-----BEGIN PRIVATE KEY-----\nMIISECRET\n"}, "That is the key itself"),
        ({"public_key_id": "keys/shop.pem"}, "That is the name of a file"),
        ({"public_key_id": "-----BEGIN PRIVATE KEY-----MIISECRET"}, "That is the key itself"),
        ({"store_id": "amzn1.oa2-cs.v1.SECRET"}, "That is a client secret"),
        ({"store_id": "shop"}, "begins with amzn1.application-oa2-client."),
        ({"region": "mars"}, "Choose na (pay-api.amazon.com)"),
        ({"environment": "test"}, "Choose simulator, sandbox or live"),
        ({"profile_name": "my shop"}, "A profile is called by"),
        ({"url": "http://127.0.0.1:8080"}, "--url is for the simulator only"),
        ({"environment": "simulator", "url": "http://example.com"}, "A simulator listens on this machine"),
    ],
)
def test_a_mistake_in_an_answer_is_explained(setup: Setup, options: dict[str, str], says: str) -> None:
    done = setup(**options)
    refuse(setup, done, 2, says)
    assert "SECRET" not in done.err
    assert setup.amazon.requests == []


def test_quotes_and_blanks_around_an_answer_do_no_harm(setup: Setup) -> None:
    done = setup(
        public_key_id=f' "{KEY_ID}",', merchant_id=f"\u201c{MERCHANT}\u201d\n", region="US", environment="Sandbox"
    )
    assert done.code == 0, done
    assert config.load().public_key_id == KEY_ID


def test_a_name_that_is_taken_is_explained_and_else_another_one_is_found(setup: Setup) -> None:
    assert setup(profile_name="shop").code == 0
    before = setup.config.read_bytes()
    done = setup(profile_name="shop")
    assert (done.code, setup.config.read_bytes()) == (7, before)
    assert "There is a profile shop" in done.err
    assert setup(profile_name="SHOP").code == 7, "some disks would give both one data directory"
    assert setup().code == 0
    assert setup("--json").json["profile"] == "sandbox-na-2"
    assert config.load().name == "shop", "the default stays"


def test_a_wrong_key_is_told_from_a_wrong_id_and_from_a_wrong_clock(setup: Setup) -> None:
    refuse(
        setup,
        setup(public_key_id="SANDBOX-AFOTHER"),
        7,
        "does not know this key (401)",
        "region na (pay-api.amazon.com)",
    )
    setup.write(pem(setup.keys[1]))
    refuse(setup, setup(), 7, "do not belong together", f"downloaded together with {KEY_ID}")


def test_a_wrong_clock_is_said_and_does_not_hide_whether_the_key_is_good(setup: Setup) -> None:
    setup.amazon = amazon(KEY_ID, setup.key_file, "clock")
    done = setup()
    assert done.code == 0, done
    assert "The clock of this machine is 20 minutes behind" in done.err or "19 minutes behind" in done.err
    assert "timedatectl" in done.err
    assert len(setup.amazon.requests) == 2, "once more with Amazon's time"
    setup.write(pem(setup.keys[1]))
    assert setup(profile_name="other").code == 7


def test_no_connection_is_said_and_can_be_gone_without(setup: Setup) -> None:
    setup.amazon.reachable = False
    done = setup("--json")
    refuse(setup, done, 6, "cannot be reached", "--offline writes without asking Amazon")
    assert done.error["code"] == "offline"
    assert done.err.count("cannot be reached") == 1, "said once"
    assert setup("--offline").code == 0
    assert config.load().name == "sandbox-na"


def test_trouble_at_amazon_is_no_verdict_on_the_key(setup: Setup) -> None:
    setup.amazon = amazon(KEY_ID, setup.key_file, "trouble")
    refuse(setup, setup(), 6, "has trouble just now (503)")
    setup.amazon = amazon(KEY_ID, setup.key_file, "slow")
    assert setup().code == 0


def test_what_is_missing_is_named_where_nobody_can_be_asked(setup: Setup) -> None:
    for more, missing in (
        ([], "--environment, --region, --merchant-id, --public-key-id, --private-key-file, --yes."),
        (
            ["--environment", "sandbox", "--region", "eu", "--yes"],
            "--merchant-id, --public-key-id, --private-key-file.",
        ),
        (["--environment", "simulator"], "--yes."),
    ):
        setup.capture.readouterr()
        assert run(Parts(setup.amazon), ["init", *more]) == 2
        assert f"missing is: {missing}" in setup.capture.readouterr().err


def test_a_number_without_end_is_no_environment(setup: Setup) -> None:
    setup.capture.readouterr()
    assert run(Parts(setup.amazon), ["init", "--yes", "--environment", "9" * 5_000]) == 2
    assert "Choose simulator, sandbox or live." in setup.capture.readouterr().err


def test_an_unsafe_place_is_refused_before_anything_is_asked(setup: Setup, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    setup.capture.readouterr()
    code = run(Parts(setup.amazon), ["--config", str(tmp_path / "config.toml"), "init", "--yes", *setup.options()])
    assert code == 7
    assert "chmod go-w" in setup.capture.readouterr().err
    assert setup.amazon.requests == []


# The simulator


def test_a_simulated_shop_works_at_once(setup: Setup, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    place = tmp_path / "shop"
    assert main(["init", "--environment", "simulator", "--directory", str(place), "--yes", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["profile"] == "simulator"
    assert made["start"] == f"azpay simulate --profile-dir {place}"
    assert main(["orders", "list", "--json", "--limit", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 200
    with simulate(place) as running:
        assert running.url == config.load().url
        assert main(["sync", "--once", "--json"]) == 0
        done = json.loads(capsys.readouterr().out)
        assert done["read"] >= 200
        assert done["errors"] == 0
        order = running.call("GET", "/_sim/orders")[0]["permission_id"]
        assert main(["orders", "show", order, "--json"]) == 0


def test_a_shop_that_is_interrupted_leaves_no_profile(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shop, "_learn_of_orders", interrupted)
    assert main(["init", "--environment", "simulator", "--yes"]) == 130
    assert not setup.config.exists()
    monkeypatch.undo()
    assert main(["init", "--environment", "simulator", "--yes"]) == 0


def test_a_second_simulated_shop_gets_a_place_of_its_own(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--environment", "simulator", "--yes"]) == 0
    assert main(["init", "--environment", "simulator", "--yes"]) == 0
    first, second = config.load(profile="simulator"), config.load(profile="simulator-2")
    assert first.data_dir != second.data_dir
    assert first.url != second.url


def test_a_simulator_that_runs_already_can_be_named(setup: Setup, tmp_path: Path) -> None:
    with simulate(tmp_path / "sim", "--orders", "0") as running:
        there = config.load(tmp_path / "sim" / "config.toml")
        options = setup.options(
            environment="simulator",
            url=running.url,
            merchant_id=there.merchant_id,
            public_key_id=there.public_key_id,
            private_key_file=str(there.private_key_file),
        )
        assert main(["init", "--yes", *options]) == 0
    assert config.load().url == running.url
    assert main(["init", "--yes", *[o.replace("127.0.0.1", "10.0.0.1") for o in options]]) == 2


# On a terminal


def test_the_questions_lead_to_a_profile(setup: Setup) -> None:
    setup.key_file.chmod(0o644)
    merchant = "Merchant id (Seller Central, Settings, Account Info): "
    with Terminal(setup.command("init"), columns=100) as terminal:
        answer(
            terminal,
            ("Which one [simulator]: ", "2"),
            ("Region: na (USD), eu (EUR, GBP) or jp (JPY): ", "na"),
            (merchant, "shop@example.com"),
            ("That is a mail address", None),
            (merchant, ""),
            ("That is empty", None),
            (merchant, MERCHANT),
            ("sandbox keys): ", f'"{KEY_ID}"'),
            ("The quotes around it are left out.", None),
            ("File with the private key (.pem): ", "~/nowhere.pem"),
            ("permissions.", None),
            ("File with the private key (.pem): ", "~/shop.pem"),
            ("[Y/n]: ", "y"),
            ("Store id, not needed for the back office [none]: ", ""),
            ("Name of the profile [sandbox-na]: ", "my shop"),
            ("A profile is called by", None),
            ("Name of the profile [sandbox-na]: ", "shop"),
            ("accepts the key", None),
            ("Write this to", None),
            ("[Y/n]: ", ""),
        )
        assert terminal.ended() == 0
        assert "azpay orders import FILE.csv" in terminal.text
    assert config.load().name == "shop"
    assert stat.S_IMODE(setup.key_file.stat().st_mode) == 0o600


def answer(terminal: Terminal, *answers: tuple[str, str | None]) -> None:
    """Wait for each text and type the answer to it, if any."""
    for prompt, text in answers:
        terminal.wait_for(prompt)
        if text is not None:
            terminal.written = b""
            terminal.type(f"{text}\n")


def test_a_refused_key_lets_an_answer_be_changed(setup: Setup) -> None:
    with Terminal(setup.command("init", *setup.options(public_key_id="SANDBOX-AFOTHER")), columns=100) as terminal:
        answer(
            terminal,
            ("Store id", ""),
            ("Name of the profile", ""),
            ("q leave [c]: ", "x"),
            ("Type t, c, w or q.", None),
            ("q leave [c]: ", ""),
            ("Region [na]: ", ""),
            (f"Merchant id [{MERCHANT}]: ", ""),
            ("Public key id [SANDBOX-AFOTHER]: ", KEY_ID),
            ("File with the private key [", ""),
            ("Write this to", "yes"),
        )
        assert terminal.ended() == 0
    assert config.load().public_key_id == KEY_ID


def test_a_key_file_that_will_not_do_is_asked_for_again(setup: Setup) -> None:
    good = setup.key_file.with_name("good.pem")
    good.write_bytes(setup.key_file.read_bytes())
    good.chmod(0o600)
    command = [sys.executable, "-m", "tests.cli.init_main", KEY_ID, str(good)]
    setup.write(b"nonsense")
    with Terminal([*command, "--profile", "mine", "init", *setup.options()], columns=100) as terminal:
        terminal.wait_for("File with the private key (.pem): ")
        assert "no private key in PEM form" in " ".join(terminal.text.split())  # where it wraps depends on the path
        answer(
            terminal,
            ("File with the private key (.pem): ", str(good)),
            ("Store id", ""),
            ("Write this to", ""),
        )
        assert terminal.ended() == 0
    assert (config.load().name, config.load().private_key_file) == ("mine", good)


def test_without_a_connection_it_can_be_written_all_the_same(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMAZON", "offline")
    with Terminal(setup.command("init", *setup.options()), columns=100) as terminal:
        answer(
            terminal,
            ("Store id", ""),
            ("Name of the profile", ""),
            ("q leave [t]: ", "t"),
            ("q leave [t]: ", "w"),
            ("Write this to", ""),
        )
        assert terminal.ended() == 0
        assert "Look into what failed:" in terminal.text
    assert config.load().name == "sandbox-na"


@pytest.mark.parametrize("end", ["no", "interrupt", "end of input", "leave"])
def test_leaving_writes_nothing(setup: Setup, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if end == "leave":
        monkeypatch.setenv("AMAZON", "offline")
    with Terminal(setup.command("init", *setup.options()), columns=100) as terminal:
        answer(terminal, ("Store id", ""), ("Name of the profile", ""))
        terminal.wait_for("q leave" if end == "leave" else "Write this to")
        if end == "interrupt":
            terminal.process.send_signal(signal.SIGINT)
        else:
            terminal.type({"no": "n\n", "end of input": "\x04", "leave": "q\n"}[end])
        assert terminal.ended() == (130 if end == "interrupt" else 2)
        left = "nothing was added to the configuration" if end == "interrupt" else "nothing was written"
        assert left in terminal.text
    assert not setup.config.exists()
    assert not setup.config.parent.exists() or os.listdir(setup.config.parent) == []


def test_without_a_profile_init_can_be_chosen(setup: Setup) -> None:
    with Terminal([sys.executable, "-m", "azpay_tui"], columns=100) as terminal:
        answer(
            terminal,
            ("Type demo or init, or Enter to leave: ", "i"),
            ("Which one [simulator]: ", ""),
            ("Name of the profile [simulator]: ", ""),
            ("Make a simulated shop in", ""),
        )
        assert terminal.ended() == 0
        assert "Start the simulated Amazon Pay and leave it running:" in terminal.text
    assert config.load().environment == "simulator"


def test_nothing_secret_reaches_the_terminal(setup: Setup) -> None:
    secret = pem(setup.keys[0]).splitlines()[3].decode()
    done = setup()
    assert secret not in done.out + done.err
    assert secret not in setup.config.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "word", "offers"),
    [("doc", 1, "doctor"), ("ini", 1, "init"), ("init --priv", 2, "--private-key-file"), ("orders imp", 2, "import")],
)
def test_the_shell_completes_what_is_typed(setup: Setup, typed: str, word: int, offers: str) -> None:
    asked = {"_AZPAY_COMPLETE": "complete_bash", "COMP_WORDS": f"azpay {typed}", "COMP_CWORD": str(word)}
    command = [sys.executable, "-m", "azpay_tui"]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert offers in done.stdout.split()
    assert done.stderr == "", "nothing is written into the line being typed"
