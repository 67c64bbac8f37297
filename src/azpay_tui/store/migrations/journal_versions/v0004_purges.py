"""Whose personal data was removed, so that nothing brings it back."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CHANGES = (
    """CREATE TABLE purge (
        order_id TEXT NOT NULL PRIMARY KEY,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        wiped INTEGER NOT NULL CHECK (wiped IN (0, 1))
    ) STRICT""",
    "CREATE INDEX purge_unwiped ON purge (order_id) WHERE wiped = 0",
)


def upgrade() -> None:
    """Make the table; nothing that is there changes."""
    for statement in _CHANGES:
        op.execute(statement)
