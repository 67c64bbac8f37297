"""The policy of a profile in config.toml: the name of a preset, or a section with a preset and own settings."""

from collections.abc import Mapping
from typing import Final

from azpay_tui.domain.policies import PRESETS, SETTINGS, PolicyError, Settings, chosen
from azpay_tui.paths import ConfigError
from azpay_tui.tomlfile import check_known, kind, quoted

_DEFAULT: Final = "amazon"
_PRESET: Final = "preset"
_KEYS: Final = (_PRESET, *(setting.name for setting in SETTINGS))


def read_policy(value: object, where: str) -> Settings:
    """Judge the policy of a profile; None stands for the default preset.

    Raises ConfigError, one sentence that begins with `where`, names the setting and says what to do; also for a setting
    that would allow more than Amazon does.
    """
    if value is None:
        return PRESETS[_DEFAULT]
    if isinstance(value, Mapping):
        for key in value:
            check_known(key, _KEYS, f"{where}, policy")
        own = {key: setting for key, setting in value.items() if key != _PRESET}
        preset = _preset(value.get(_PRESET, _DEFAULT), _PRESET, f"{where}, policy")
        try:
            return chosen(preset, own)
        except PolicyError as error:
            raise ConfigError(f"{where}, policy: {error}") from error
    return PRESETS[_preset(value, "policy", where)]


def _preset(value: object, key: str, where: str) -> str:
    allowed = " or ".join(f'"{name}"' for name in PRESETS)
    if not isinstance(value, str):
        raise ConfigError(f"{where}: {key} must be {allowed} in quotes, not {kind(value)}.")
    if value not in PRESETS:
        raise ConfigError(f"{where}: {key} must be {allowed}, not {quoted(value)}.")
    return value
