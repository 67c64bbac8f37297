"""Who named which order: every source with the number and the status it gave. Older rows are told by what they kept."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE sighting (
        order_id TEXT NOT NULL REFERENCES tracked (order_id),
        source TEXT NOT NULL,
        number TEXT NOT NULL,
        side TEXT NOT NULL CHECK (side IN ('shop', 'amazon', 'person', 'us')),
        status TEXT,
        claim TEXT,
        lines TEXT NOT NULL,
        created TEXT,
        labels TEXT NOT NULL,
        first_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        PRIMARY KEY (order_id, source, number)
    ) STRICT""",
    # Only an import was a complete source: it named the order, whoever did so first.
    """INSERT INTO sighting
        SELECT order_id, CASE WHEN complete = 1 THEN 'import' ELSE source END, coalesce(number, ''),
            CASE WHEN complete = 1 OR source = 'import' THEN 'shop' WHEN source = 'us' THEN 'us' ELSE 'person' END,
            NULL, NULL, '[]', created, '', added_at, updated_at
        FROM tracked""",
    "CREATE INDEX sighting_number ON sighting (source, number) WHERE side = 'shop' AND number <> ''",
    "CREATE INDEX sighting_shop ON sighting (created) WHERE side = 'shop'",
)


def upgrade() -> None:
    """Make the table of what is known already; nothing that is there changes."""
    for statement in _TABLES:
        op.execute(statement)
