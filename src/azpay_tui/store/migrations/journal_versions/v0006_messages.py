"""Messages to shops, buyers and admins with every attempt to deliver them, and which status a shop was told last."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE message (
        seq INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('shop', 'buyer', 'admin')),
        channel TEXT NOT NULL CHECK (channel IN ('command', 'webhook', 'mail')),
        order_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        body TEXT NOT NULL,
        recipient TEXT NOT NULL,
        created TEXT NOT NULL,
        person TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'dropped')),
        attempts INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        next_due TEXT,
        ended_at TEXT
    ) STRICT""",
    "CREATE INDEX message_order ON message (order_id, seq)",
    "CREATE INDEX message_state ON message (state, seq)",
    "CREATE INDEX message_due ON message (next_due) WHERE state = 'waiting'",
    "CREATE INDEX message_line ON message (order_id, kind, channel, seq) WHERE state = 'waiting'",
    """CREATE TABLE message_try (
        message_seq INTEGER NOT NULL REFERENCES message (seq),
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        ended_at TEXT,
        result TEXT,
        why TEXT NOT NULL,
        PRIMARY KEY (message_seq, number)
    ) STRICT""",
    "CREATE INDEX message_try_open ON message_try (message_seq) WHERE ended_at IS NULL",
    """CREATE TABLE told (
        order_id TEXT NOT NULL PRIMARY KEY,
        status TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT""",
)


def upgrade() -> None:
    """Make the tables; nothing that is there changes."""
    for statement in _TABLES:
        op.execute(statement)
