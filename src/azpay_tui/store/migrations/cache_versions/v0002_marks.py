"""What lists show of people's marks; an older cache was made when there were none."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.execute("ALTER TABLE list_row ADD COLUMN marks TEXT NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE list_row ADD COLUMN tags TEXT NOT NULL DEFAULT ''")
