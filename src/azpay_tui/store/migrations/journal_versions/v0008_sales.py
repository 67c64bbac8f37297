"""Which sales were cancelled here, in whole or by lines, and which orders were deleted for good."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CHANGES = (
    """CREATE TABLE sale (
        id INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
        refunds TEXT NOT NULL,
        goals TEXT NOT NULL,
        pieces TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX sale_order ON sale (order_id, id)",
    """CREATE TABLE deletion (
        order_id TEXT NOT NULL PRIMARY KEY,
        at TEXT NOT NULL,
        person TEXT NOT NULL
    ) STRICT""",
)


def upgrade() -> None:
    """Make the tables; nothing that is there changes."""
    for statement in _CHANGES:
        op.execute(statement)
