"""What a message is told for, when that is told only once."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; messages that are there may be told again."""
    op.execute("ALTER TABLE message ADD COLUMN occasion TEXT NOT NULL DEFAULT ''")
    op.execute("CREATE UNIQUE INDEX message_occasion ON message (occasion) WHERE occasion <> ''")
