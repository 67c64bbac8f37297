"""Keep variables of the environment from acting on the program."""

import os
import sys
from collections.abc import Mapping, Sequence

# A prefix stands for a family: Textual and Python read more of them with every version.
_PREFIXES = ("PYTHON", "TEXTUAL_")
_NAMES = frozenset({"SSLKEYLOGFILE"})


def cleaned_environment(environment: Mapping[str, str]) -> dict[str, str] | None:
    """Return the environment without the variables that could act, or None when there are none.

    TEXTUAL_* presses keys and writes logs, PYTHON* loads foreign code, SSLKEYLOGFILE writes session keys. Everything
    else stays, also what says how the terminal looks (TERM, COLUMNS, NO_COLOR, LANG, ESCDELAY).
    """
    kept = {name: value for name, value in environment.items() if not _acts(name)}
    return None if len(kept) == len(environment) else kept


def isolated_command(executable: str, arguments: Sequence[str]) -> list[str]:
    """Return the command that starts azpay with these arguments under the interpreter's isolated mode."""
    return [executable, "-I", "-m", "azpay_tui", *arguments]


def isolate() -> None:
    """Replace this process by an isolated one (same process id) if a variable of the environment could act.

    Returns when nothing has to be done. An interpreter that is isolated already is never replaced again, even if its
    own start-up files set such a variable: there it is removed before anything reads it. Raises OSError when the
    interpreter cannot be started again.
    """
    cleaned = cleaned_environment(os.environ)
    if cleaned is None:
        return
    if sys.flags.isolated:
        for name in os.environ.keys() - cleaned.keys():
            del os.environ[name]
        return
    os.execve(sys.executable, isolated_command(sys.executable, sys.argv[1:]), cleaned)


def _acts(name: str) -> bool:
    return name in _NAMES or name.startswith(_PREFIXES)
