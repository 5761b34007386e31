-- Devices on which a user signed in: a cookie's hash. Wrong attempts there are counted apart (scope 'known'), so that
-- whoever guesses, also from the same address, cannot keep the owner out.

DROP TABLE known_addresses;
DELETE FROM sign_in_attempts WHERE scope = 'known';

CREATE TABLE known_devices (
  secret_sha256 BLOB    PRIMARY KEY,
  user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  last_unix_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX known_devices_by_user ON known_devices (user_id);
