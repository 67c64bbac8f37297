"""What the lines of an order cost: whether a line is an article, shipping, discount or tax, its price and its tax."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of lines that are there nobody told more than their amounts."""
    op.execute("ALTER TABLE sighting ADD COLUMN prices TEXT NOT NULL DEFAULT '[]'")
