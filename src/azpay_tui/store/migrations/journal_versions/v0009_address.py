"""Where parcels go that people had sent elsewhere; what names the buyer in it is removed with the buyer's data."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nothing that is there changes."""
    op.execute("""CREATE TABLE address (
        order_id TEXT NOT NULL PRIMARY KEY,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        salt TEXT NOT NULL,
        fields TEXT NOT NULL
    ) STRICT""")
