"""Finding a password among the words of a command, so that it never gets into a file or a list of processes."""

import re
from collections.abc import Sequence
from typing import Final

_MYSQL: Final = re.compile(r"(?:.*/)?(?:mysql|mariadb|mysqldump|mariadb-dump|mysqlsh|mycli)(?:\.exe)?")
"""Programs whose -p is a password, glued to it; elsewhere -p is mostly a port or a project."""
_SSHPASS: Final = re.compile(r"(?:.*/)?sshpass")
_SSH: Final = re.compile(r"(?:.*/)?ssh")
_LONG: Final = re.compile(r"--?(?!no-)(?:[a-z]+-)*(?:password|passwd|pass|pw|pwd|secret|token|api-key)[0-9]?", re.I)
_ASSIGNED: Final = re.compile(r"(?:\w*_)?(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN)|PGPASSWORD", re.I)
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/@\s:]*:[^/@\s]+@")
_HEADER: Final = re.compile(r"\b(?:authorization|x-[a-z-]*(?:key|token|secret)[a-z-]*):\s*\S", re.I)
_PAIR: Final = re.compile(r"[^:/]*[^:/0-9][^:/]*:[^/].*", re.S)
"""NAME:PASSWORD of curl -u; two numbers are a user and a group."""
_SPLIT: Final = re.compile(r"[\s'\"`;|&()]+")


def secret_in(words: Sequence[str]) -> str | None:
    """Return in which form a command bears a password, never the password itself; None when it bears none.

    A word may be a whole line for the shell on another machine (`ssh web1 "mysql -p... shop"`), so each is looked into.
    A port (`ssh -p2222`), and an option that names a file, is no password.
    """
    for word in words:
        if _HEADER.search(word):
            return "in a header"
        if _ADDRESS.search(word):
            return "in an address"
    tokens = [token for word in words for token in _SPLIT.split(word) if token]
    mysql = sshpass = False
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        mysql = mysql or _MYSQL.fullmatch(token) is not None
        sshpass = (sshpass or _SSHPASS.fullmatch(token) is not None) and _SSH.fullmatch(token) is None
        problem = _in_token(token, following, mysql=mysql, sshpass=sshpass)
        if problem is not None:
            return problem
    return None


def _in_token(token: str, following: str, *, mysql: bool, sshpass: bool) -> str | None:
    option, _, value = token.partition("=")
    # Alone it takes the next word, or, for mysql, asks for one where nobody can answer.
    alone = "=" not in token and (mysql or not following.startswith("-")) and (mysql or following != "")
    if _LONG.fullmatch(option) and (value or alone):
        return f"{option} and its value"
    if value and _ASSIGNED.fullmatch(option):
        return f"{option}= and its value"
    if (mysql or sshpass) and token.startswith("-p"):
        return "-p and its value"
    user = following if token in ("-u", "--user") else value if option == "--user" else token[2:]
    if token.startswith(("-u", "--user")) and _PAIR.fullmatch(user):
        return "-u and its value"
    return None
