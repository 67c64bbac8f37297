"""The places on disk: whose they are, who else can look into them, and whether there is room."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

import platformdirs

from azpay_tui.cli.doctor.findings import Finding
from azpay_tui.paths import ConfigError, check_parents, private_directory
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile

_LITTLE: Final = 200 * 1024 * 1024
_REMOTE: Final = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs", "lustre")
_MOUNTS: Final = Path("/proc/mounts")


def check_places(profile: Profile) -> list[Finding]:
    """Judge the data directory, the files in it, the disk below, and whether crash reports wait to be read."""
    directory = profile.data_dir
    found: list[Finding] = []
    try:
        if directory.exists():
            private_directory(directory)
            found.append(_writable(directory))
            found += _open_files(directory)
        else:
            check_parents(directory)
            sentence = f"{shown_path(directory)} does not exist yet; it is made when azpay first needs it."
            found.append(Finding("files", "data-dir", "note", sentence))
    except ConfigError as error:
        found.append(Finding("files", "data-dir", "bad", str(error)))
    found += _disk(directory)
    found += _reports()
    return found


def _writable(directory: Path) -> Finding:
    if os.access(directory, os.W_OK | os.X_OK):
        return Finding("files", "data-dir", "ok", f"{shown_path(directory)} is yours alone.")
    sentence = f"{shown_path(directory)} cannot be written: orders are shown, nothing is read anew and nothing is sent."
    remedy = f"chmod u+rwx {shown_path(directory)}, or see how its file system is mounted."
    return Finding("files", "data-dir", "bad", sentence, remedy)


def _open_files(directory: Path) -> list[Finding]:
    wide = [
        path.name
        for path in sorted(directory.iterdir())
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    if not wide:
        return []
    return [
        Finding(
            "files",
            "modes",
            "warn",
            f"Files in {shown_path(directory)} are open to others: {', '.join(ascii(name) for name in wide[:5])}.",
            f"chmod -R go= {shown_path(directory)}",
        )
    ]


def _disk(directory: Path) -> list[Finding]:
    there = next((path for path in (directory, *directory.parents) if path.exists()), Path("/"))
    room = os.statvfs(there)
    free = room.f_bavail * room.f_frsize
    found: list[Finding] = []
    if free < _LITTLE:
        found.append(
            Finding(
                "files",
                "room",
                "warn",
                f"Only {free // (1024 * 1024)} MiB are free where {shown_path(directory)} lies.",
                "Free some space: without room no action can be recorded, and so none is sent.",
            )
        )
    kind = _file_system(there)
    if kind is not None and kind.startswith(_REMOTE):
        found.append(
            Finding(
                "files",
                "file-system",
                "warn",
                f"{shown_path(directory)} lies on a network file system ({kind}), where locks cannot be relied on.",
                "Name a directory on a local disk as data_dir.",
            )
        )
    return found


def _file_system(path: Path) -> str | None:
    """Return the type of the file system a directory lies on; None where the system does not say."""
    try:
        mounts = [line.split(" ") for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return None
    real = Path(os.path.realpath(path))
    best, kind = -1, None
    for parts in mounts:
        if len(parts) > 2:
            point = Path(parts[1].replace("\\040", " "))
            if real.is_relative_to(point) and len(point.parts) > best:
                best, kind = len(point.parts), parts[2]
    return kind


def _reports() -> list[Finding]:
    directory = platformdirs.user_state_path("azpay", appauthor=False) / "reports"
    count = len(list(directory.glob("crash-*.txt"))) if directory.is_dir() else 0
    if not count:
        return []
    return [
        Finding(
            "files",
            "crash-reports",
            "note",
            f"azpay has crashed {'once' if count == 1 else f'{count} times'}; reports without any data lie in "
            f"{shown_path(directory)}.",
            "Pass them on to whoever looks after azpay, then delete them.",
        )
    ]
