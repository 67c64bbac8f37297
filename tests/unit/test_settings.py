"""The [console] section of config.toml, and what the terminal and the link decide where nothing is chosen."""

from pathlib import Path

import pytest

from azpay_tui.config import load
from azpay_tui.paths import ConfigError
from azpay_tui.settings import THEMES, ConsoleSettings, load_settings, theme_of
from azpay_tui.tui.levers import Levers, Palette, choose, prepare_environment

UTF8 = {"LANG": "en_US.UTF-8", "TERM": "xterm-256color"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, content: str) -> ConsoleSettings:
    file.write_text(content, encoding="utf-8")
    return load_settings(file)


def refusal(file: Path, content: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(file, content)
    assert str(file) in str(caught.value)
    return str(caught.value)


def test_nothing_is_chosen_without_a_file_or_a_section(file: Path) -> None:
    assert load_settings(file) == ConsoleSettings()
    assert read(file, "[profiles.shop]\n") == ConsoleSettings()


def test_every_key_is_read(file: Path) -> None:
    content = '[console]\ntheme = "high-contrast"\nascii = true\nmouse = false\nlow_bandwidth = true\n'
    assert read(file, content) == ConsoleSettings("high-contrast", True, False, True)


def test_an_unknown_key_names_the_nearest(file: Path) -> None:
    assert "'them'; the nearest known one is theme" in refusal(file, '[console]\nthem = "dark"\n')
    assert "the nearest known one is low_bandwidth" in refusal(file, "[console]\nlow-bandwidth = true\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[console]\ntheme = "pink"\n', "auto, dark, light, high-contrast, mono"),
        ("[console]\ntheme = 3\n", "There is no theme '3'"),
        ('[console]\nascii = "yes"\n', "ascii must be true or false without quotes, not text in quotes"),
        ("console = 3\n", "console must be a section named [console]"),
    ],
)
def test_a_wrong_value_is_said(file: Path, content: str, said: str) -> None:
    assert said in refusal(file, content)


def test_profiles_do_not_mind_the_section(file: Path) -> None:
    file.write_text(
        'default_profile = "shop"\n[console]\ntheme = "dark"\n[profiles.shop]\nregion = "eu"\nenvironment = "sandbox"\n'
        'merchant_id = "A"\npublic_key_id = "SANDBOX-A"\nprivate_key_file = "key.pem"\n'
    )
    assert load(file).name == "shop"


def test_options_go_before_the_file() -> None:
    options, file = ConsoleSettings(theme="mono", mouse=True), ConsoleSettings("light", True, False, None)
    assert options.over(file) == ConsoleSettings("mono", True, True, None)


def test_themes_are_known_by_name() -> None:
    assert all(theme_of(theme) == theme for theme in THEMES)
    with pytest.raises(ValueError, match="there are auto, dark"):
        theme_of("x" * 500)


@pytest.mark.parametrize(
    ("environment", "palette"),
    [
        ({}, "dark"),
        ({"COLORFGBG": "15;0"}, "dark"),
        ({"COLORFGBG": "0;15"}, "light"),
        ({"COLORFGBG": "0;default;7"}, "light"),
        ({"NO_COLOR": "1"}, "mono"),
        ({"NO_COLOR": ""}, "dark"),
        ({"NO_COLOR": "1", "COLORFGBG": "0;15"}, "mono"),
        ({"TERM": "vt100"}, "mono"),
        ({"TERM": "vt220"}, "mono"),
        ({"TERM": "linux"}, "dark"),
        ({"TERM": "screen"}, "dark"),
        ({"TERM": "tmux-256color"}, "dark"),
        ({"TERM": "xterm"}, "dark"),
        ({"TERM": "a-terminal-of-tomorrow"}, "dark"),
    ],
    ids=str,
)
def test_the_palette_is_what_the_terminal_can_show(environment: dict[str, str], palette: Palette) -> None:
    assert choose(ConsoleSettings(), UTF8 | environment).palette == palette
    assert choose(ConsoleSettings(theme="light"), UTF8 | environment).palette == "light"
    assert choose(ConsoleSettings(theme="auto"), UTF8 | environment).palette == palette


@pytest.mark.parametrize(
    ("environment", "ascii"),
    [
        ({}, False),
        ({"LANG": "de_DE.utf8@euro"}, False),
        ({"LANG": "C"}, True),
        ({"LANG": ""}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "C", "LC_CTYPE": "UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LC_ALL": "C"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "vt100"}, True),
    ],
    ids=str,
)
def test_ascii_where_the_terminal_shows_no_more(environment: dict[str, str], ascii: bool) -> None:
    assert choose(ConsoleSettings(), UTF8 | environment).ascii is ascii
    assert choose(ConsoleSettings(ascii=not ascii), UTF8 | environment).ascii is not ascii


def test_mouse_is_off_and_bytes_are_saved_over_ssh_unless_chosen() -> None:
    over_ssh = UTF8 | {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
    assert choose(ConsoleSettings(), UTF8) == Levers("dark", ascii=False, mouse=True, low_bandwidth=False)
    assert choose(ConsoleSettings(), over_ssh) == Levers("dark", ascii=False, mouse=False, low_bandwidth=True)
    assert choose(ConsoleSettings(mouse=True, low_bandwidth=False), over_ssh) == Levers("dark", False, True, False)


def test_a_lone_escape_waits_longer_over_ssh_unless_a_person_chose() -> None:
    for environment, delay in (
        ({}, "100"),
        ({"SSH_CONNECTION": "x"}, "250"),
        ({"SSH_CONNECTION": "x", "ESCDELAY": "40"}, "40"),
    ):
        prepare_environment(environment=environment)
        assert environment["ESCDELAY"] == delay
        assert environment["TEXTUAL_COLOR_SYSTEM"] == "standard"
