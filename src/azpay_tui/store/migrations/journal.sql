CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE intent (
        seq INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        session TEXT NOT NULL,
        api TEXT NOT NULL,
        region TEXT NOT NULL,
        environment TEXT NOT NULL,
        merchant TEXT NOT NULL,
        verb TEXT NOT NULL,
        order_id TEXT NOT NULL,
        target TEXT NOT NULL,
        amount_minor INTEGER,
        amount_currency TEXT,
        amount_exponent INTEGER,
        capture_now INTEGER NOT NULL CHECK (capture_now IN (0, 1)),
        pending_allowed INTEGER NOT NULL CHECK (pending_allowed IN (0, 1)),
        note TEXT NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        body BLOB NOT NULL,
        body_sha256 TEXT NOT NULL,
        key_base TEXT NOT NULL,
        counter INTEGER NOT NULL,
        key TEXT NOT NULL,
        seen TEXT NOT NULL,
        accepted_warnings TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('intent', 'sent', 'unknown', 'accepted', 'succeeded', 'declined',
            'refused', 'abandoned', 'attention')),
        reason TEXT,
        attempts INTEGER NOT NULL,
        next_due TEXT,
        result_id TEXT,
        settled_by TEXT,
        settled_at TEXT,
        settled_note TEXT NOT NULL,
        approver TEXT NOT NULL,
        reconciled INTEGER NOT NULL CHECK (reconciled IN (0, 1))
    ) STRICT;

CREATE UNIQUE INDEX intent_one_open_per_order ON intent (merchant, order_id)
        WHERE state IN ('intent', 'sent', 'unknown', 'attention');

CREATE INDEX intent_order ON intent (order_id, seq);

CREATE INDEX intent_state ON intent (state, seq);

CREATE INDEX intent_key_base ON intent (key_base);

CREATE TABLE attempt (
        intent_id TEXT NOT NULL REFERENCES intent (id),
        number INTEGER NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT,
        outcome TEXT,
        PRIMARY KEY (intent_id, number)
    ) STRICT;

CREATE TABLE evidence (
        id INTEGER NOT NULL PRIMARY KEY,
        intent_id TEXT NOT NULL REFERENCES intent (id),
        attempt INTEGER NOT NULL,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        message TEXT NOT NULL,
        status INTEGER,
        reason_code TEXT,
        request_id TEXT,
        server_date TEXT,
        received_at TEXT,
        raw BLOB NOT NULL,
        raw_length INTEGER NOT NULL,
        raw_sha256 TEXT NOT NULL
    ) STRICT;

CREATE INDEX evidence_intent ON evidence (intent_id);

CREATE TABLE room (intent_id TEXT NOT NULL PRIMARY KEY REFERENCES intent (id), pad BLOB NOT NULL) STRICT;

CREATE TABLE tracked (
        order_id TEXT NOT NULL PRIMARY KEY,
        number TEXT,
        amount_minor INTEGER,
        amount_currency TEXT,
        amount_exponent INTEGER,
        created TEXT,
        buyer_name TEXT,
        buyer_email TEXT,
        complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
        source TEXT NOT NULL,
        added_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    ) STRICT;

CREATE TABLE tracked_id (
        object_id TEXT NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL REFERENCES tracked (order_id),
        source TEXT NOT NULL,
        added_at TEXT NOT NULL
    ) STRICT;

CREATE INDEX tracked_id_order ON tracked_id (order_id);

CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        session TEXT NOT NULL,
        kind TEXT NOT NULL,
        order_id TEXT NOT NULL,
        intent_id TEXT NOT NULL,
        data TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;

CREATE TABLE mark (
        order_id TEXT NOT NULL PRIMARY KEY,
        review_about TEXT,
        review_at TEXT,
        review_by TEXT,
        remind_until TEXT,
        remind_about TEXT,
        remind_at TEXT,
        remind_by TEXT,
        tags TEXT NOT NULL
    ) STRICT;

CREATE TABLE note (
        id INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        text TEXT NOT NULL,
        retracted_at TEXT,
        retracted_by TEXT
    ) STRICT;

CREATE INDEX note_order ON note (order_id, id);

CREATE TABLE sighting (
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
        changed_at TEXT NOT NULL, prices TEXT NOT NULL DEFAULT '[]',
        PRIMARY KEY (order_id, source, number)
    ) STRICT;

CREATE INDEX sighting_number ON sighting (source, number) WHERE side = 'shop' AND number <> '';

CREATE INDEX sighting_shop ON sighting (created) WHERE side = 'shop';

CREATE TABLE purge (
        order_id TEXT NOT NULL PRIMARY KEY,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        wiped INTEGER NOT NULL CHECK (wiped IN (0, 1))
    ) STRICT;

CREATE INDEX purge_unwiped ON purge (order_id) WHERE wiped = 0;

CREATE TABLE message (
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
    , occasion TEXT NOT NULL DEFAULT '', salt TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX message_order ON message (order_id, seq);

CREATE INDEX message_state ON message (state, seq);

CREATE INDEX message_due ON message (next_due) WHERE state = 'waiting';

CREATE INDEX message_line ON message (order_id, kind, channel, seq) WHERE state = 'waiting';

CREATE TABLE message_try (
        message_seq INTEGER NOT NULL REFERENCES message (seq),
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        ended_at TEXT,
        result TEXT,
        why TEXT NOT NULL,
        PRIMARY KEY (message_seq, number)
    ) STRICT;

CREATE INDEX message_try_open ON message_try (message_seq) WHERE ended_at IS NULL;

CREATE TABLE told (
        order_id TEXT NOT NULL PRIMARY KEY,
        status TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT;

CREATE UNIQUE INDEX message_occasion ON message (occasion) WHERE occasion <> '';

CREATE TABLE sale (
        id INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
        refunds TEXT NOT NULL,
        goals TEXT NOT NULL,
        pieces TEXT NOT NULL
    ) STRICT;

CREATE INDEX sale_order ON sale (order_id, id);

CREATE TABLE deletion (
        order_id TEXT NOT NULL PRIMARY KEY,
        at TEXT NOT NULL,
        person TEXT NOT NULL
    ) STRICT;

CREATE TABLE address (
        order_id TEXT NOT NULL PRIMARY KEY,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        salt TEXT NOT NULL,
        fields TEXT NOT NULL
    ) STRICT;

CREATE TABLE slip (
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
    , salt TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX slip_order ON slip (order_id, id);

CREATE TABLE delivery (
        id INTEGER NOT NULL PRIMARY KEY,
        order_id TEXT NOT NULL,
        carrier TEXT NOT NULL,
        tracking TEXT NOT NULL,
        salt TEXT NOT NULL,
        at TEXT NOT NULL,
        person TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'refused', 'unknown', 'unsent')),
        why TEXT NOT NULL,
        request_id TEXT NOT NULL,
        ended_at TEXT
    ) STRICT;

CREATE INDEX delivery_order ON delivery (order_id, id);

CREATE INDEX delivery_tracking ON delivery (tracking);

INSERT INTO alembic_version VALUES ('0013');

INSERT INTO meta VALUES ('journal_id', lower(hex(randomblob(16))));

PRAGMA user_version = 13;

