/**
 * The schema, one step a version. A step that has shipped is never edited; a change is a new step.
 * Instants are ISO 8601 text in UTC, so that they sort as they read.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE people (
    id TEXT PRIMARY KEY,
    locale TEXT,
    timezone TEXT,
    attributes TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE devices (
    token TEXT PRIMARY KEY,
    recipient TEXT NOT NULL,
    gateway TEXT NOT NULL,
    platform TEXT NOT NULL,
    environment TEXT,
    app_version TEXT,
    permission TEXT,
    last_seen_at TEXT,
    registered_at TEXT NOT NULL,
    dead_since TEXT,
    dead_reason TEXT
  ) WITHOUT ROWID;
  CREATE INDEX devices_by_recipient ON devices (recipient);

  CREATE TABLE consents (
    recipient TEXT NOT NULL,
    category TEXT NOT NULL,
    state TEXT NOT NULL,
    set_at TEXT NOT NULL,
    PRIMARY KEY (recipient, category)
  ) WITHOUT ROWID;

  CREATE TABLE suppressions (
    recipient TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    set_at TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE participations (
    campaign TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    recipient TEXT NOT NULL,
    arm TEXT,
    outcome TEXT NOT NULL,
    reason TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (campaign, occurrence, recipient)
  ) WITHOUT ROWID;

  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    campaign TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    recipient TEXT NOT NULL,
    arm TEXT,
    category TEXT NOT NULL,
    gateway TEXT NOT NULL,
    platform TEXT NOT NULL,
    device TEXT NOT NULL,
    owner TEXT NOT NULL,
    leased_at TEXT NOT NULL,
    leased_until TEXT NOT NULL,
    outcome TEXT,
    code TEXT,
    gateway_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    settled_at TEXT
  ) WITHOUT ROWID;
  CREATE INDEX deliveries_by_campaign ON deliveries (campaign, occurrence, recipient);

  CREATE TABLE events (
    delivery TEXT NOT NULL,
    type TEXT NOT NULL,
    key TEXT NOT NULL,
    at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    action TEXT,
    value REAL,
    currency TEXT,
    PRIMARY KEY (delivery, type, key)
  ) WITHOUT ROWID;
  `,
  // When a delivery was handed to its gateway: what a killed run only held is not what it had in the air.
  `
  ALTER TABLE deliveries ADD COLUMN left_at TEXT;
  UPDATE deliveries SET left_at = leased_at WHERE outcome IS NULL;
  `,
];
