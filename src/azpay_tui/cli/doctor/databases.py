"""Journal and cache: whole, in step, backed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from azpay_tui.cli.doctor.findings import Finding
from azpay_tui.cli.doctor.signed import spoken
from azpay_tui.paths import shown as shown_path
from azpay_tui.profiles import Profile
from azpay_tui.store.checkup import CacheLook, JournalLook, look_at_cache, look_at_journal, users
from azpay_tui.store.errors import StoreError
from azpay_tui.store.files import DataDir

_LARGE_LOG: Final = 64 * 1024 * 1024
_OLD_BACKUP: Final = timedelta(days=2)
_REBUILD: Final = "azpay doctor --rebuild-cache makes it anew; nothing that matters is lost."


def check_databases(profile: Profile) -> tuple[list[Finding], dict[str, int]]:
    """Judge both databases; also returns how many permissions, charges and refunds are known."""
    now = datetime.now(UTC)
    found: list[Finding] = []
    objects: dict[str, int] = {}
    try:
        journal = look_at_journal(profile.data_dir)
        found += _journal(journal, profile, now)
    except (StoreError, OSError) as error:
        found.append(Finding("database", "journal", "bad", str(error), _restore(profile)))
    try:
        cache = look_at_cache(profile.data_dir)
        if cache is not None:
            found += _cache(cache)
            objects = cache.objects
    except (StoreError, OSError) as error:
        found.append(Finding("database", "cache", "warn", str(error), _REBUILD))
    count = users(profile.data_dir)
    if count:
        open_ = "One azpay has" if count == 1 else f"{count} processes of azpay have"
        found.append(Finding("database", "users", "note", f"{open_} this directory open just now."))
    return found, objects


def _restore(profile: Profile) -> str:
    backups = profile.data_dir / "backups"
    if not any(backups.glob("journal-*.db")):
        return (
            f"There is no back-up in {shown_path(backups)}: look for one elsewhere. Without one move the directory "
            "aside, import the orders again, and look into Seller Central for what was under way."
        )
    return f"End every azpay, keep the file, and put the newest back-up of {shown_path(backups)} in its place."


def _journal(look: JournalLook | None, profile: Profile, now: datetime) -> list[Finding]:
    if look is None or look.schema == 0:
        data = DataDir(profile.data_dir)
        if data.cache.exists() or any(data.backups.glob("journal-*.db")):
            sentence = "The journal is missing or empty although azpay was used here: nothing can be done without it."
            return [Finding("database", "journal", "bad", sentence, _restore(profile))]
        return [Finding("database", "journal", "note", "There is no journal yet: azpay was not used here.")]
    if look.damage is not None:
        sentence = f"The journal is damaged: {look.damage}."
        return [Finding("database", "journal", "bad", sentence, _restore(profile))]
    if look.newer:
        sentence = "The journal was written by a newer azpay: it is shown, and nothing can be done."
        return [Finding("database", "journal", "bad", sentence, "Install that azpay, or a newer one.")]
    size = f"{look.size / 1024 / 1024:.1f} MiB"
    found = [Finding("database", "journal", "ok", f"The journal is whole ({size}).")]
    faults = look.audit.faults()
    for fault in faults:
        advice = f"Keep a copy of it, and compare with the back-ups in {shown_path(profile.data_dir / 'backups')}."
        found.append(Finding("database", "audit", "bad", fault, advice))
    if not faults:
        found.append(
            Finding("database", "audit", "ok", f"All {look.audit.rows:,} rows of the audit chain are unchanged.")
        )
    here = f"{profile.environment} {profile.region} {profile.merchant_id}"
    if look.place not in (None, here):
        sentence = f"The data directory belongs to {look.place}, not to {here}."
        found.append(Finding("database", "place", "bad", sentence, "Give this profile a data_dir of its own."))
    found += _open(look, now)
    found += _backups(look, now)
    return found


def _open(look: JournalLook, now: datetime) -> list[Finding]:
    if not look.open_by_state:
        return [Finding("database", "open", "ok", "No action is waiting to be settled.")]
    count = sum(look.open_by_state.values())
    age = f", the oldest since {spoken(now - look.oldest_open)}" if look.oldest_open else ""
    states = ", ".join(f"{number} {state}" for state, number in sorted(look.open_by_state.items()))
    unsure = look.open_by_state.keys() & {"unknown", "attention"}
    return [
        Finding(
            "database",
            "open",
            "warn" if unsure else "note",
            f"{count} {'action is' if count == 1 else 'actions are'} not settled ({states}){age}.",
            "See azpay journal list; azpay journal resume settles what can be settled.",
        )
    ]


def _backups(look: JournalLook, now: datetime) -> list[Finding]:
    made = "One is made every day while a console or azpay sync --watch runs."
    if look.newest_backup is None:
        return [Finding("database", "backup", "note", "There is no back-up of the journal yet.", made)]
    age = now - look.newest_backup
    if age > _OLD_BACKUP:
        sentence = f"The newest back-up of the journal is {spoken(age)} old."
        return [Finding("database", "backup", "note", sentence, made)]
    return [Finding("database", "backup", "ok", f"The newest back-up of the journal is {spoken(age)} old.")]


def _cache(look: CacheLook) -> list[Finding]:
    if look.damage is not None:
        return [Finding("database", "cache", "warn", f"The cache is damaged: {look.damage}.", _REBUILD)]
    if look.newer:
        sentence = "The cache was written by a newer azpay: it is shown, and nothing is refreshed."
        return [Finding("database", "cache", "bad", sentence, f"Install that azpay, or a newer one. Or: {_REBUILD}")]
    size = f"{look.size / 1024 / 1024:.1f} MiB"
    found = [Finding("database", "cache", "ok", f"The cache is whole ({size}, {look.orders:,} orders).")]
    if look.log_size > _LARGE_LOG:
        sentence = f"The cache's log has grown to {look.log_size // 1024 // 1024} MiB."
        remedy = "End every console of this profile and open one: it moves the log into the cache."
        found.append(Finding("database", "log", "warn", sentence, remedy))
    if look.failing:
        sentence = f"{look.failing:,} {'object' if look.failing == 1 else 'objects'} could not be read last time."
        found.append(Finding("database", "failing", "note", sentence, "azpay refresh ORDER says why."))
    if look.aside:
        sentence = f"Earlier caches are kept, with buyers' data: {', '.join(look.aside[:3])}."
        found.append(Finding("database", "aside", "note", sentence, "Delete them when they are not needed any more."))
    return found
