"""What ends by itself and when, one row for each deadline of an order; none outlives the row of its order."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE list_row ADD COLUMN lapses TEXT NOT NULL DEFAULT '[]'",
    """CREATE TABLE lapse (
        rid INTEGER NOT NULL,
        n INTEGER NOT NULL,
        mark TEXT NOT NULL,
        at INTEGER NOT NULL,
        minor INTEGER,
        currency TEXT,
        exponent INTEGER,
        PRIMARY KEY (rid, n)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX lapse_at ON lapse (mark, at, currency, exponent, minor)",
    """CREATE TRIGGER lapse_gone AFTER DELETE ON list_row BEGIN
        DELETE FROM lapse WHERE rid = OLD.rid;
    END""",
)


def upgrade() -> None:
    """Add column and table; the rows are made anew when the cache is opened."""
    for statement in _CHANGES:
        op.execute(statement)
