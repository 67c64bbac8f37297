"""Which lines of an order a capture took or a refund gave back, with the shop's own number and the shipment."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CHANGES = (
    """CREATE TABLE slip (
        id INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        intent_id TEXT UNIQUE REFERENCES intent (id),
        verb TEXT NOT NULL CHECK (verb IN ('capture', 'refund')),
        charge TEXT NOT NULL,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        currency TEXT NOT NULL,
        exponent INTEGER NOT NULL,
        lines TEXT NOT NULL,
        shipping INTEGER NOT NULL,
        shipping_tax INTEGER NOT NULL,
        adjustment INTEGER NOT NULL,
        document TEXT NOT NULL,
        carrier TEXT NOT NULL,
        tracking TEXT NOT NULL,
        restock INTEGER NOT NULL CHECK (restock IN (0, 1)),
        note TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX slip_order ON slip (order_id, id)",
)


def upgrade() -> None:
    """Make the table; of what was captured and refunded before nobody wrote down the lines."""
    for statement in _CHANGES:
        op.execute(statement)
