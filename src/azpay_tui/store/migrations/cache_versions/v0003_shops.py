"""What lists show of the shop's side, the state of each source, reports asked of Amazon, and what was never read."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SORTS = {
    "newest": "k_newest, order_id",
    "expires": "k_expires, order_id",
    "amount": "k_currency, k_amount, order_id",
    "number": "k_number, order_id",
    "status": "status, k_newest, order_id",
}
_VIEWS = ("orphans", "diverged")

# What was never asked for waits in a line of its own, and how much of it there is is counted as it comes and goes.
_FIRST = (
    "ALTER TABLE object ADD COLUMN turn INTEGER",
    "UPDATE object SET turn = -due_at WHERE fact IS NULL AND tried_at IS NULL AND attempts = 0 AND due_at IS NOT NULL",
    "DROP INDEX object_due",
    """CREATE INDEX object_due ON object (due_at, object_id)
        WHERE due_at IS NOT NULL AND attempts = 0 AND turn IS NULL""",
    "CREATE INDEX object_turn ON object (turn, object_id) WHERE turn IS NOT NULL",
    "CREATE TABLE first_read (kind TEXT NOT NULL PRIMARY KEY, total INTEGER NOT NULL, n INTEGER NOT NULL) STRICT",
    """INSERT INTO first_read SELECT kinds.value, count(o.turn), count(o.turn)
        FROM json_each('["permission", "charge", "refund"]') AS kinds
        LEFT JOIN object AS o ON o.kind = kinds.value AND o.turn IS NOT NULL GROUP BY kinds.value""",
    """CREATE TRIGGER first_heard AFTER INSERT ON object WHEN NEW.turn IS NOT NULL BEGIN
        UPDATE first_read SET n = n + 1, total = total + 1 WHERE kind = NEW.kind;
    END""",
    """CREATE TRIGGER first_asked AFTER UPDATE OF turn ON object WHEN OLD.turn IS NOT NULL AND NEW.turn IS NULL BEGIN
        UPDATE first_read SET n = n - 1, total = CASE WHEN n > 1 THEN total ELSE 0 END WHERE kind = NEW.kind;
    END""",
)

_CHANGES = (
    *_FIRST,
    "ALTER TABLE list_row ADD COLUMN shop_status TEXT",
    "ALTER TABLE list_row ADD COLUMN shop_claim TEXT",
    "ALTER TABLE list_row ADD COLUMN shop_words TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE list_row ADD COLUMN shop_named INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE list_row ADD COLUMN differs TEXT NOT NULL DEFAULT ''",
    *(f"ALTER TABLE list_row ADD COLUMN in_{view} INTEGER NOT NULL DEFAULT 0" for view in _VIEWS),
    *(
        f"CREATE INDEX row_{view}_{name} ON list_row ({keys}) WHERE in_{view} = 1"
        for view in _VIEWS
        for name, keys in _SORTS.items()
    ),
    *(f"INSERT INTO view_count VALUES ('{view}', 0)" for view in _VIEWS),
    "CREATE INDEX row_unnamed ON list_row (created) WHERE shop_named = 0",
    "ALTER TABLE state ADD COLUMN shop_asked INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE state ADD COLUMN shop_since INTEGER",
    """CREATE TABLE source (
        name TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        side TEXT NOT NULL,
        started_at INTEGER,
        ended_at INTEGER,
        covered_until INTEGER,
        next_at INTEGER,
        ok INTEGER CHECK (ok IN (0, 1)),
        message TEXT NOT NULL DEFAULT '',
        lines INTEGER NOT NULL DEFAULT 0,
        orders INTEGER NOT NULL DEFAULT 0,
        ids INTEGER NOT NULL DEFAULT 0,
        bad INTEGER NOT NULL DEFAULT 0,
        replaced INTEGER NOT NULL DEFAULT 0,
        runs INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE report (
        report_id TEXT NOT NULL PRIMARY KEY,
        report_type TEXT NOT NULL,
        start_at INTEGER,
        end_at INTEGER,
        state TEXT NOT NULL,
        document_id TEXT,
        asked_at INTEGER NOT NULL,
        harvested_at INTEGER,
        message TEXT NOT NULL DEFAULT ''
    ) STRICT""",
)


def upgrade() -> None:
    """Add columns and tables."""
    for statement in _CHANGES:
        op.execute(statement)
