/** Whatever JavaScript's `trim` takes away, as far as the encoding of the database has it. Part of a step, so that it never changes. */
const BLANKS = `(SELECT string_agg(chr(n), '') FROM unnest('{9,10,11,12,13,32,160,5760,8192,8193,8194,8195,8196,8197,8198,8199,8200,8201,8202,8232,8233,8239,8287,12288,65279}'::int[]) AS n
    WHERE n < 128 OR getdatabaseencoding() = 'UTF8')`;

/**
 * The schema, one step a version, with the columns of the SQLite one. A step that has shipped is never edited; a change is
 * a new step. Instants are ISO 8601 text in UTC; names sort by their bytes, as in SQLite and as keyset pages need it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE people (
    id TEXT COLLATE "C" PRIMARY KEY,
    locale TEXT,
    timezone TEXT,
    attributes JSONB NOT NULL,
    updated_at TEXT NOT NULL
  );

  CREATE TABLE devices (
    token TEXT COLLATE "C" PRIMARY KEY,
    recipient TEXT COLLATE "C" NOT NULL,
    gateway TEXT NOT NULL,
    platform TEXT NOT NULL,
    environment TEXT,
    app_version TEXT,
    permission TEXT,
    last_seen_at TEXT COLLATE "C",
    registered_at TEXT NOT NULL,
    dead_since TEXT COLLATE "C",
    dead_reason TEXT
  );
  CREATE INDEX devices_by_recipient ON devices (recipient);

  CREATE TABLE consents (
    recipient TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL,
    set_at TEXT NOT NULL,
    PRIMARY KEY (recipient, category)
  );

  CREATE TABLE suppressions (
    recipient TEXT COLLATE "C" PRIMARY KEY,
    reason TEXT NOT NULL,
    set_at TEXT NOT NULL
  );

  CREATE TABLE participations (
    campaign TEXT COLLATE "C" NOT NULL,
    occurrence TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    arm TEXT,
    outcome TEXT NOT NULL,
    reason TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (campaign, occurrence, recipient)
  );

  CREATE TABLE deliveries (
    id TEXT COLLATE "C" PRIMARY KEY,
    campaign TEXT COLLATE "C" NOT NULL,
    occurrence TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    message_key TEXT COLLATE "C" NOT NULL,
    arm TEXT,
    category TEXT NOT NULL,
    counts INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    platform TEXT NOT NULL,
    device TEXT NOT NULL,
    owner TEXT NOT NULL,
    leased_at TEXT COLLATE "C" NOT NULL,
    leased_until TEXT COLLATE "C" NOT NULL,
    not_before TEXT,
    outcome TEXT,
    code TEXT,
    gateway_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    settled_at TEXT COLLATE "C"
  );
  CREATE INDEX deliveries_by_campaign ON deliveries (campaign, occurrence, recipient);
  CREATE INDEX deliveries_by_recipient ON deliveries (recipient, leased_at);

  CREATE TABLE events (
    delivery TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    received_at TEXT NOT NULL,
    action TEXT,
    value DOUBLE PRECISION,
    currency TEXT,
    recipient TEXT COLLATE "C",
    PRIMARY KEY (delivery, type, key)
  );
  CREATE INDEX events_by_recipient ON events (recipient, type, at);

  CREATE TABLE activities (
    recipient TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    properties JSONB NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (recipient, name, key)
  );
  CREATE INDEX activities_by_recipient ON activities (recipient, name, at);
  CREATE TABLE activity_names (name TEXT COLLATE "C" PRIMARY KEY);

  CREATE TABLE lists (
    name TEXT COLLATE "C" PRIMARY KEY,
    condition JSON,
    updated_at TEXT NOT NULL
  );
  CREATE TABLE list_members (
    list TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (list, recipient)
  );
  CREATE INDEX list_members_by_recipient ON list_members (recipient, list);

  CREATE TABLE held (
    campaign TEXT COLLATE "C" NOT NULL,
    occurrence TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    message_key TEXT COLLATE "C" NOT NULL,
    until TEXT COLLATE "C" NOT NULL,
    since TEXT NOT NULL,
    reason TEXT NOT NULL,
    from_reference INTEGER NOT NULL,
    item JSON NOT NULL,
    PRIMARY KEY (campaign, occurrence, recipient, message_key)
  );
  CREATE INDEX held_by_until ON held (campaign, until);

  CREATE TABLE runs (
    campaign TEXT COLLATE "C" NOT NULL,
    occurrence TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT COLLATE "C" NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (campaign, occurrence)
  );

  CREATE TABLE buckets (
    name TEXT COLLATE "C" PRIMARY KEY,
    tat DOUBLE PRECISION NOT NULL,
    closed_until DOUBLE PRECISION NOT NULL
  );

  -- RFC 7396, as SQLite's json_patch.
  CREATE FUNCTION json_patch(target JSONB, patch JSONB) RETURNS JSONB LANGUAGE plpgsql IMMUTABLE AS $$
  DECLARE
    result JSONB := CASE WHEN jsonb_typeof(target) = 'object' THEN target ELSE '{}'::jsonb END;
    field TEXT;
    content JSONB;
  BEGIN
    IF jsonb_typeof(patch) IS DISTINCT FROM 'object' THEN
      RETURN patch;
    END IF;
    FOR field, content IN SELECT * FROM jsonb_each(patch) LOOP
      IF jsonb_typeof(content) = 'null' THEN
        result := result - field;
      ELSE
        result := result || jsonb_build_object(field, json_patch(result -> field, content));
      END IF;
    END LOOP;
    RETURN result;
  END $$;
  `,
  // When a delivery was handed to its gateway, and an index in the order in which campaigns are read.
  `
  ALTER TABLE deliveries ADD COLUMN left_at TEXT;
  UPDATE deliveries SET left_at = leased_at WHERE outcome IS NULL;
  DROP INDEX deliveries_by_campaign;
  CREATE INDEX deliveries_by_campaign ON deliveries (campaign, occurrence, recipient, id);
  `,
  // What this store alone knows, to recognise what it gave out.
  'CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
  // Who can be reached on which platform is answered by the index alone.
  `
  DROP INDEX devices_by_recipient;
  CREATE INDEX devices_by_recipient ON devices (recipient, dead_since, platform, permission, gateway);
  `,
  // What APNs calls a message in its delivery log.
  'ALTER TABLE deliveries ADD COLUMN unique_id TEXT',
  // The platforms of a person's devices that live and may show a message, as the bits of a number (android lowest, ios, web):
  // an explanation asks them of everybody. The database keeps them itself, whoever writes devices or people.
  `
  ALTER TABLE people ADD COLUMN platforms SMALLINT NOT NULL DEFAULT 0;

  -- In plpgsql, which keeps the plans of its queries: that takes a quarter of the time. They must be good for tables of any size, also
  -- where they are made while these are empty: by the indexes alone.
  CREATE FUNCTION keep_platforms(owners TEXT[]) RETURNS VOID LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  BEGIN
    -- Locked before their devices are looked at: of two transactions the later one must see what the earlier one wrote.
    PERFORM 1 FROM people WHERE id = ANY(owners) ORDER BY id FOR NO KEY UPDATE;
    UPDATE people SET platforms = found.platforms FROM (
      SELECT owner.id, coalesce(bit_or(CASE platform WHEN 'android' THEN 1 WHEN 'ios' THEN 2 WHEN 'web' THEN 4 END), 0) AS platforms
      FROM (SELECT DISTINCT unnest(owners) AS id) AS owner
      LEFT JOIN devices ON recipient = owner.id AND dead_since IS NULL AND permission IS DISTINCT FROM 'denied' GROUP BY owner.id
    ) AS found WHERE people.id = found.id AND people.platforms <> found.platforms;
  END $$;
  CREATE FUNCTION devices_added() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    PERFORM keep_platforms(array_agg(recipient)) FROM added;
    RETURN NULL;
  END $$;
  CREATE FUNCTION device_changed() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    PERFORM keep_platforms(ARRAY[OLD.recipient, NEW.recipient]);
    RETURN NULL;
  END $$;
  CREATE FUNCTION devices_emptied() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    UPDATE people SET platforms = 0 WHERE platforms <> 0;
    RETURN NULL;
  END $$;
  -- Devices may be older than their person's row: of somebody who was deleted and comes again. They are rare, so only these are looked at.
  CREATE FUNCTION people_added() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT SET enable_seqscan = off AS $$
  BEGIN
    PERFORM keep_platforms(array_agg(recipient)) FROM devices WHERE recipient = ANY((SELECT array_agg(id) FROM added)::TEXT[]);
    RETURN NULL;
  END $$;
  CREATE FUNCTION person_renamed() RETURNS TRIGGER LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
  BEGIN
    PERFORM keep_platforms(ARRAY[NEW.id]);
    RETURN NULL;
  END $$;
  CREATE TRIGGER devices_added AFTER INSERT ON devices REFERENCING NEW TABLE AS added EXECUTE FUNCTION devices_added();
  -- Row by row: most updates change nothing of this, and these cost nothing then. A dead device may have been reported while its
  -- owner was being imported, who was taken to have it alive.
  CREATE TRIGGER device_changed AFTER UPDATE ON devices FOR EACH ROW
    WHEN (NEW.dead_since IS NOT NULL
      OR (OLD.recipient, OLD.platform, OLD.permission, OLD.dead_since) IS DISTINCT FROM (NEW.recipient, NEW.platform, NEW.permission, NEW.dead_since))
    EXECUTE FUNCTION device_changed();
  CREATE TRIGGER device_removed AFTER DELETE ON devices FOR EACH ROW WHEN (OLD.dead_since IS NULL) EXECUTE FUNCTION device_changed();
  CREATE TRIGGER devices_emptied AFTER TRUNCATE ON devices EXECUTE FUNCTION devices_emptied();
  CREATE TRIGGER people_added AFTER INSERT ON people REFERENCING NEW TABLE AS added EXECUTE FUNCTION people_added();
  CREATE TRIGGER person_renamed AFTER UPDATE OF id ON people FOR EACH ROW EXECUTE FUNCTION person_renamed();

  UPDATE people SET platforms = found.platforms FROM (
    SELECT recipient, bit_or(CASE platform WHEN 'android' THEN 1 WHEN 'ios' THEN 2 WHEN 'web' THEN 4 END) AS platforms
    FROM devices WHERE dead_since IS NULL AND permission IS DISTINCT FROM 'denied' GROUP BY recipient
  ) AS found WHERE people.id = found.recipient;
  `,
  // What waits for another attempt is not in the air; of one that waits for less than its lease nobody wrote down when it goes again.
  'UPDATE deliveries SET left_at = NULL WHERE outcome IS NULL AND not_before >= leased_until',
  // A category of consent has one name, without blanks around it; where two become one, the no wins.
  `
  INSERT INTO consents (recipient, category, state, set_at)
  SELECT DISTINCT ON (recipient, btrim(category, ${BLANKS})) recipient, btrim(category, ${BLANKS}), state, set_at FROM consents
  WHERE category <> btrim(category, ${BLANKS}) ORDER BY recipient, btrim(category, ${BLANKS}), state = 'opted-out' DESC, category
  ON CONFLICT (recipient, category) DO UPDATE SET state = excluded.state, set_at = excluded.set_at WHERE excluded.state = 'opted-out';
  DELETE FROM consents WHERE category <> btrim(category, ${BLANKS});
  `,
];
