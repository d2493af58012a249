/** Whatever JavaScript's `trim` takes away. Part of a step, so that it never changes. */
const BLANKS = `'${'\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'}'`;

/** Of a row of people: see the step that adds the column. Part of that step, so that it never changes either. */
const PLATFORMS_OF = `(SELECT coalesce(max(platform = 'android'), 0) + 2 * coalesce(max(platform = 'ios'), 0) + 4 * coalesce(max(platform = 'web'), 0)
      FROM devices WHERE recipient = people.id AND dead_since IS NULL AND permission IS NOT 'denied')`;

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
  // Policies: what else a person got, who is held back until when, and what an operator did to a run.
  `
  ALTER TABLE deliveries ADD COLUMN message_key TEXT NOT NULL DEFAULT '';
  ALTER TABLE deliveries ADD COLUMN counts INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE deliveries ADD COLUMN not_before TEXT;
  CREATE INDEX deliveries_by_recipient ON deliveries (recipient, leased_at);

  CREATE TABLE held (
    campaign TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_key TEXT NOT NULL,
    until TEXT NOT NULL,
    since TEXT NOT NULL,
    reason TEXT NOT NULL,
    from_reference INTEGER NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (campaign, occurrence, recipient, message_key)
  ) WITHOUT ROWID;
  CREATE INDEX held_by_until ON held (campaign, until);

  CREATE TABLE runs (
    campaign TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (campaign, occurrence)
  ) WITHOUT ROWID;
  `,
  // Segments: lists, events of the user's own, and what a person did found by the person.
  `
  ALTER TABLE events ADD COLUMN recipient TEXT;
  UPDATE events SET recipient = (SELECT deliveries.recipient FROM deliveries WHERE deliveries.id = events.delivery);
  CREATE INDEX events_by_recipient ON events (recipient, type, at);

  CREATE TABLE activities (
    recipient TEXT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    at TEXT NOT NULL,
    properties TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (recipient, name, key)
  ) WITHOUT ROWID;
  CREATE INDEX activities_by_recipient ON activities (recipient, name, at);
  CREATE TABLE activity_names (name TEXT PRIMARY KEY) WITHOUT ROWID;

  CREATE TABLE lists (
    name TEXT PRIMARY KEY,
    condition TEXT,
    updated_at TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE list_members (
    list TEXT NOT NULL,
    recipient TEXT NOT NULL,
    PRIMARY KEY (list, recipient)
  ) WITHOUT ROWID;
  CREATE INDEX list_members_by_recipient ON list_members (recipient, list);
  `,
  // How fast all processes together send: the two numbers of core/delivery/rate/gcra.ts.
  `
  CREATE TABLE buckets (
    name TEXT PRIMARY KEY,
    tat REAL NOT NULL,
    closed_until REAL NOT NULL
  ) WITHOUT ROWID;
  `,
  // When a delivery was handed to its gateway: what a killed run only held is not what it had in the air.
  `
  ALTER TABLE deliveries ADD COLUMN left_at TEXT;
  UPDATE deliveries SET left_at = leased_at WHERE outcome IS NULL;
  `,
  // What this store alone knows, to recognise what it gave out.
  'CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;',
  // Who can be reached on which platform is answered by the index alone.
  `
  DROP INDEX devices_by_recipient;
  CREATE INDEX devices_by_recipient ON devices (recipient, dead_since, platform, permission, gateway);
  `,
  // What APNs calls a message in its delivery log.
  'ALTER TABLE deliveries ADD COLUMN unique_id TEXT',
  // Deliveries stand in the order they were written: a group of outcomes changes the few pages that its leases made, where
  // the order of their ids gave each a page of its own.
  `
  CREATE TABLE deliveries_in_order (
    id TEXT NOT NULL PRIMARY KEY,
    campaign TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_key TEXT NOT NULL DEFAULT '',
    arm TEXT,
    category TEXT NOT NULL,
    counts INTEGER NOT NULL DEFAULT 1,
    gateway TEXT NOT NULL,
    platform TEXT NOT NULL,
    device TEXT NOT NULL,
    owner TEXT NOT NULL,
    leased_at TEXT NOT NULL,
    leased_until TEXT NOT NULL,
    left_at TEXT,
    not_before TEXT,
    outcome TEXT,
    code TEXT,
    gateway_id TEXT,
    unique_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    settled_at TEXT
  );
  INSERT INTO deliveries_in_order (id, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, owner,
    leased_at, leased_until, left_at, not_before, outcome, code, gateway_id, unique_id, attempts, settled_at)
  SELECT id, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, owner,
    leased_at, leased_until, left_at, not_before, outcome, code, gateway_id, unique_id, attempts, settled_at FROM deliveries ORDER BY leased_at;
  DROP TABLE deliveries;
  ALTER TABLE deliveries_in_order RENAME TO deliveries;
  CREATE INDEX deliveries_by_campaign ON deliveries (campaign, occurrence, recipient, id);
  CREATE INDEX deliveries_by_recipient ON deliveries (recipient, leased_at);
  `,
  // The platforms of a person's devices that live and may show a message, as the bits of a number (android lowest, ios, web):
  // an explanation asks them of everybody. The database keeps them itself, whoever writes devices or people.
  `
  ALTER TABLE people ADD COLUMN platforms INTEGER NOT NULL DEFAULT 0;
  UPDATE people SET platforms = ${PLATFORMS_OF};
  CREATE TRIGGER device_added AFTER INSERT ON devices BEGIN
    UPDATE people SET platforms = ${PLATFORMS_OF} WHERE id = NEW.recipient;
  END;
  CREATE TRIGGER device_changed AFTER UPDATE OF recipient, platform, permission, dead_since ON devices
  WHEN (OLD.recipient, OLD.platform, OLD.permission, OLD.dead_since) IS NOT (NEW.recipient, NEW.platform, NEW.permission, NEW.dead_since) BEGIN
    UPDATE people SET platforms = ${PLATFORMS_OF} WHERE id IN (OLD.recipient, NEW.recipient);
  END;
  CREATE TRIGGER device_removed AFTER DELETE ON devices BEGIN
    UPDATE people SET platforms = ${PLATFORMS_OF} WHERE id = OLD.recipient;
  END;
  -- Devices may be older than their person's row: of somebody who was deleted and comes again.
  CREATE TRIGGER person_added AFTER INSERT ON people WHEN EXISTS (SELECT 1 FROM devices WHERE recipient = NEW.id) BEGIN
    UPDATE people SET platforms = ${PLATFORMS_OF} WHERE id = NEW.id;
  END;
  CREATE TRIGGER person_renamed AFTER UPDATE OF id ON people BEGIN
    UPDATE people SET platforms = ${PLATFORMS_OF} WHERE id = NEW.id;
  END;
  `,
  // Deliveries have numbers, and their ids an index that is written thousands at once: see delivery-numbers.ts.
  `
  CREATE TABLE deliveries_numbered (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    campaign TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_key TEXT NOT NULL,
    arm TEXT,
    category TEXT NOT NULL,
    counts INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    platform TEXT NOT NULL,
    device TEXT NOT NULL,
    owner TEXT NOT NULL,
    leased_at TEXT NOT NULL,
    leased_until TEXT NOT NULL,
    left_at TEXT,
    not_before TEXT,
    outcome TEXT,
    code TEXT,
    gateway_id TEXT,
    unique_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    settled_at TEXT
  );
  INSERT INTO deliveries_numbered (id, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, owner,
    leased_at, leased_until, left_at, not_before, outcome, code, gateway_id, unique_id, attempts, settled_at)
  SELECT id, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, owner,
    leased_at, leased_until, left_at, not_before, outcome, code, gateway_id, unique_id, attempts, settled_at FROM deliveries ORDER BY rowid;
  DROP TABLE deliveries;
  ALTER TABLE deliveries_numbered RENAME TO deliveries;
  CREATE UNIQUE INDEX deliveries_by_campaign ON deliveries (campaign, occurrence, recipient, id);
  CREATE INDEX deliveries_by_recipient ON deliveries (recipient, leased_at);
  CREATE TABLE delivery_ids (id TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO delivery_ids (id, number) SELECT id, number FROM deliveries ORDER BY id;
  -- The last number in it.
  CREATE TABLE delivery_ids_until (number INTEGER NOT NULL);
  INSERT INTO delivery_ids_until (number) SELECT coalesce(max(number), 0) FROM deliveries;
  `,
  // What a campaign writes for each message becomes shorter: that a run lives is said once and not with each delivery that it holds, that a message
  // leaves changes one byte in its place, indexes name an occurrence by a number, and ids by their first letters (see delivery-numbers.ts).
  `
  CREATE TABLE lease_owners (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, leased_until TEXT NOT NULL);
  INSERT INTO lease_owners (name, leased_until) SELECT owner, max(leased_until) FROM deliveries GROUP BY owner;
  CREATE TABLE occurrences (number INTEGER PRIMARY KEY, campaign TEXT NOT NULL, occurrence TEXT NOT NULL, UNIQUE (campaign, occurrence));
  INSERT INTO occurrences (campaign, occurrence) SELECT campaign, occurrence FROM deliveries UNION SELECT campaign, occurrence FROM participations;
  CREATE TABLE participations_of_occurrences (
    occurrence_number INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    arm TEXT,
    outcome TEXT NOT NULL,
    reason TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (occurrence_number, recipient)
  ) WITHOUT ROWID;
  INSERT INTO participations_of_occurrences (occurrence_number, recipient, arm, outcome, reason, at)
  SELECT number, recipient, arm, outcome, reason, at FROM participations JOIN occurrences USING (campaign, occurrence) ORDER BY number, recipient;
  DROP TABLE participations;
  ALTER TABLE participations_of_occurrences RENAME TO participations;
  CREATE TABLE deliveries_of_owners (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    occurrence_number INTEGER NOT NULL,
    campaign TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_key TEXT NOT NULL,
    arm TEXT,
    category TEXT NOT NULL,
    counts INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    platform TEXT NOT NULL,
    device TEXT NOT NULL,
    owner INTEGER NOT NULL,
    leased_at TEXT NOT NULL,
    has_left INTEGER NOT NULL DEFAULT 0,
    not_before TEXT,
    outcome TEXT,
    code TEXT,
    gateway_id TEXT,
    unique_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    settled_at TEXT
  );
  INSERT INTO deliveries_of_owners (number, id, occurrence_number, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device,
    owner, leased_at, has_left, not_before, outcome, code, gateway_id, unique_id, attempts, settled_at)
  SELECT number, id, (SELECT o.number FROM occurrences AS o WHERE o.campaign = deliveries.campaign AND o.occurrence = deliveries.occurrence),
    campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, (SELECT lease_owners.number FROM lease_owners WHERE name = owner), leased_at,
    -- Of one that waited beyond its own lease it is certain that it was not in the air; its run's lease may be longer.
    left_at IS NOT NULL AND (outcome IS NOT NULL OR not_before IS NULL OR not_before < leased_until),
    not_before, outcome, code, gateway_id, unique_id, attempts, settled_at FROM deliveries ORDER BY number;
  DROP TABLE deliveries;
  ALTER TABLE deliveries_of_owners RENAME TO deliveries;
  CREATE UNIQUE INDEX deliveries_by_occurrence ON deliveries (occurrence_number, recipient, id);
  CREATE INDEX deliveries_by_recipient ON deliveries (recipient, leased_at);
  DROP TABLE delivery_ids;
  CREATE TABLE delivery_ids (start TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (start, number)) WITHOUT ROWID;
  INSERT INTO delivery_ids (start, number) SELECT substr(id, 1, 8), number FROM deliveries ORDER BY 1;
  UPDATE delivery_ids_until SET number = (SELECT coalesce(max(number), 0) FROM deliveries);
  `,
  // What a campaign writes for each message becomes shorter still. What many deliveries have in common stands once, and a view says it of each of
  // them. Departures are spans of numbers (see departures.ts), and matter only of what has no outcome. A lease reads what stands for its people
  // in the transaction that writes, so that the index need not hold ids to keep them apart.
  `
  CREATE TABLE departures (first INTEGER PRIMARY KEY, last INTEGER NOT NULL);
  -- What waits for another attempt is not in the air; of one that waits for less than its lease nobody wrote down when it goes again.
  INSERT INTO departures (first, last) SELECT number, number FROM deliveries AS d WHERE has_left AND outcome IS NULL
    AND NOT EXISTS (SELECT 1 FROM lease_owners AS o WHERE o.number = d.owner AND d.not_before >= o.leased_until);
  CREATE TABLE delivery_traits (
    number INTEGER PRIMARY KEY, category TEXT NOT NULL, counts INTEGER NOT NULL, gateway TEXT NOT NULL, platform TEXT NOT NULL,
    UNIQUE (category, counts, gateway, platform)
  );
  INSERT INTO delivery_traits (category, counts, gateway, platform) SELECT DISTINCT category, counts, gateway, platform FROM deliveries;
  CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    occurrence_number INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    message_key TEXT NOT NULL,
    arm TEXT,
    traits INTEGER NOT NULL,
    device TEXT NOT NULL,
    owner INTEGER NOT NULL,
    leased_at INTEGER NOT NULL, -- ms since 1970
    not_before TEXT,
    outcome TEXT,
    code TEXT,
    gateway_id TEXT,
    unique_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    settled_at TEXT
  );
  INSERT INTO ledger (number, id, occurrence_number, recipient, message_key, arm, traits, device, owner, leased_at, not_before, outcome, code, gateway_id, unique_id, attempts, settled_at)
  SELECT number, id, occurrence_number, recipient, message_key, arm,
    (SELECT t.number FROM delivery_traits AS t WHERE (t.category, t.counts, t.gateway, t.platform) = (d.category, d.counts, d.gateway, d.platform)),
    device, owner, coalesce(CAST(round(unixepoch(leased_at, 'subsec') * 1000) AS INTEGER), 0), not_before, outcome, code, gateway_id, unique_id, attempts, settled_at
  FROM deliveries AS d ORDER BY number;
  DROP TABLE deliveries;
  CREATE INDEX ledger_by_occurrence ON ledger (occurrence_number, recipient);
  CREATE INDEX ledger_by_recipient ON ledger (recipient, leased_at);
  -- Joins of the left kind, so that what is not asked for is not looked up.
  CREATE VIEW deliveries AS
    SELECT l.number, id, occurrence_number, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, owner, leased_at,
      not_before, outcome, code, gateway_id, unique_id, attempts, settled_at
    FROM ledger AS l LEFT JOIN delivery_traits AS t ON t.number = l.traits LEFT JOIN occurrences AS o ON o.number = l.occurrence_number;
  `,
  // People who come in no order of their ids change a page for each of them in every index by people: one is enough, of what somebody got in an
  // occurrence or in all. An occurrence is read in the order in which it was leased.
  `
  DROP INDEX ledger_by_occurrence;
  DROP INDEX ledger_by_recipient;
  CREATE INDEX ledger_by_occurrence ON ledger (occurrence_number);
  CREATE INDEX ledger_by_recipient ON ledger (recipient, occurrence_number, leased_at);
  `,
  // A category of consent has one name, without blanks around it; where two become one, the no wins.
  `
  INSERT INTO consents (recipient, category, state, set_at)
  SELECT recipient, trim(category, ${BLANKS}), state, set_at FROM consents WHERE category <> trim(category, ${BLANKS})
  ON CONFLICT (recipient, category) DO UPDATE SET state = excluded.state, set_at = excluded.set_at WHERE excluded.state = 'opted-out';
  DELETE FROM consents WHERE category <> trim(category, ${BLANKS});
  `,
  // The deliveries of an occurrence are found by spans of their numbers, which costs a campaign no row for each (see occurrences.ts); and their ids
  // go into their index when somebody asks for one, however many are missing. A process of an earlier version that still runs knows nothing of
  // spans: the table of another name ends its campaign, which goes on when it runs again.
  `
  CREATE TABLE occurrence_spans (occurrence_number INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (occurrence_number, first)) WITHOUT ROWID;
  INSERT INTO occurrence_spans (occurrence_number, first, last)
  SELECT occurrence_number, min(number), max(number) FROM (
    SELECT occurrence_number, number, number - row_number() OVER (PARTITION BY occurrence_number ORDER BY number) AS island FROM ledger)
  GROUP BY occurrence_number, island;
  DROP INDEX ledger_by_occurrence;
  ALTER TABLE delivery_ids_until RENAME TO delivery_ids_end;
  `,
];
