"""The tables of journal.db for messages; times are fixed-width UTC text."""

from sqlalchemy import Index, text
from sqlmodel import Field

from azpay_tui.store.journal.tables import JournalTable


class MessageRow(JournalTable, table=True):
    """Something that a shop, a buyer or an admin is told, and how far that has come."""

    __tablename__ = "message"
    __table_args__ = (
        Index("message_order", "order_id", "seq"),
        Index("message_state", "state", "seq"),
        Index("message_due", "next_due", sqlite_where=text("state = 'waiting'")),
        Index("message_line", "order_id", "kind", "channel", "seq", sqlite_where=text("state = 'waiting'")),
        Index("message_occasion", "occasion", unique=True, sqlite_where=text("occasion <> ''")),
    )

    seq: int = Field(primary_key=True)
    id: str = Field(unique=True)
    kind: str
    channel: str
    order_id: str
    subject: str
    body: str
    recipient: str
    created: str
    person: str
    state: str
    attempts: int
    tries: int
    next_due: str | None
    ended_at: str | None
    occasion: str = ""
    salt: str = ""
    """Goes into the seals of a letter; empty for a shop, of letters from before there were salts, and when it was
    purged."""


class MessageTryRow(JournalTable, table=True):
    """One attempt to deliver a message; without an end it is under way, or its process died."""

    __tablename__ = "message_try"
    __table_args__ = (Index("message_try_open", "message_seq", sqlite_where=text("ended_at IS NULL")),)

    message_seq: int = Field(primary_key=True, foreign_key="message.seq")
    number: int = Field(primary_key=True)
    at: str
    ended_at: str | None
    result: str | None
    why: str


class ToldRow(JournalTable, table=True):
    """Which status of an order the shop knows of: a message of it is kept, or it was so before the shop was told."""

    __tablename__ = "told"

    order_id: str = Field(primary_key=True)
    status: str
    at: str
