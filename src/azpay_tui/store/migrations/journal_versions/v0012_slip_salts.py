"""What makes the seal of a slip's tracking number in the audit chain one that nobody can guess the number from."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of slips that are there the chain holds a plain hash, and the chain is never changed."""
    op.execute("ALTER TABLE slip ADD COLUMN salt TEXT NOT NULL DEFAULT ''")
