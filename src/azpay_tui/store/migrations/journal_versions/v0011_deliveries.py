"""Which parcels Amazon was told of, each attempt with what became of it."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CHANGES = (
    """CREATE TABLE delivery (
        id INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        carrier TEXT NOT NULL,
        tracking TEXT NOT NULL,
        salt TEXT NOT NULL,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'refused', 'unknown', 'unsent')),
        why TEXT NOT NULL,
        request_id TEXT NOT NULL,
        ended_at TEXT
    ) STRICT""",
    "CREATE INDEX delivery_order ON delivery (order_id, id)",
    "CREATE INDEX delivery_tracking ON delivery (tracking)",
)


def upgrade() -> None:
    """Make the table; nothing that is there changes."""
    for statement in _CHANGES:
        op.execute(statement)
