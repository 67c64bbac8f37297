"""People's marks on orders: reviewed, remind later, tags; and notes, which are only added and retracted."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE mark (
        order_id TEXT NOT NULL PRIMARY KEY,
        review_about TEXT,
        review_at TEXT,
        review_by TEXT,
        remind_until TEXT,
        remind_about TEXT,
        remind_at TEXT,
        remind_by TEXT,
        tags TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE note (
        id INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        text TEXT NOT NULL,
        retracted_at TEXT,
        retracted_by TEXT
    ) STRICT""",
    "CREATE INDEX note_order ON note (order_id, id)",
)


def upgrade() -> None:
    """Make the tables; nothing that is there changes."""
    for statement in _TABLES:
        op.execute(statement)
