#include "readings_schema.h"

const char *const readings_migrations[] = {
    /* journal: readings in order of arrival. block: the same, sealed by day and sensor; t_min and
     * t_max in microseconds UTC. meta.sealed_seq: journal rows up to it are in blocks. */
    "CREATE TABLE sensor(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, quantity TEXT NOT NULL,"
    " unit TEXT NOT NULL) STRICT;"
    "CREATE TABLE journal(seq INTEGER PRIMARY KEY, n INTEGER NOT NULL, data BLOB NOT NULL) STRICT;"
    "CREATE TABLE block(k INTEGER PRIMARY KEY, n INTEGER NOT NULL, t_min INTEGER NOT NULL,"
    " t_max INTEGER NOT NULL, data BLOB NOT NULL) STRICT;"
    "CREATE TABLE sensor_state(sensor INTEGER PRIMARY KEY REFERENCES sensor(id),"
    " last_t INTEGER NOT NULL, last_rx INTEGER NOT NULL, last_value REAL NOT NULL,"
    " last_flag INTEGER NOT NULL, quality BLOB) STRICT;"
    "CREATE TABLE counter(name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE quarantine(id INTEGER PRIMARY KEY, rx INTEGER NOT NULL, topic TEXT NOT NULL,"
    " reason TEXT NOT NULL, sensor TEXT NOT NULL, detail TEXT NOT NULL, payload BLOB NOT NULL,"
    " full_len INTEGER NOT NULL) STRICT;"
    "CREATE TABLE burst(sensor INTEGER NOT NULL REFERENCES sensor(id), t INTEGER NOT NULL,"
    " rx INTEGER NOT NULL, json BLOB NOT NULL, UNIQUE(sensor, t)) STRICT;"
    "CREATE TABLE node(name TEXT PRIMARY KEY, online INTEGER NOT NULL, battery_v REAL,"
    " rssi_dbm REAL, firmware TEXT NOT NULL, rx INTEGER NOT NULL, seq INTEGER NOT NULL) STRICT,"
    " WITHOUT ROWID;"
    "CREATE TABLE delivery(mid INTEGER PRIMARY KEY, digest INTEGER NOT NULL, rx INTEGER NOT NULL)"
    " STRICT;",
    /* burst.id: order of arrival, never used again, so that a reader can follow.
     * ratio: largest to any limit, of a burst that was assessed. keep: 1 for good, 0 until the
     * retention, NULL not decided. */
    "CREATE TABLE burst_new(id INTEGER PRIMARY KEY AUTOINCREMENT, sensor INTEGER NOT NULL"
    " REFERENCES sensor(id), t INTEGER NOT NULL, rx INTEGER NOT NULL, json BLOB NOT NULL,"
    " UNIQUE(sensor, t)) STRICT;"
    "INSERT INTO burst_new(sensor, t, rx, json) SELECT sensor, t, rx, json FROM burst"
    " ORDER BY rowid;"
    "DROP TABLE burst;"
    "ALTER TABLE burst_new RENAME TO burst;"
    "CREATE TABLE burst_ratio(sensor INTEGER NOT NULL, t INTEGER NOT NULL, ratio REAL NOT NULL,"
    " keep INTEGER, PRIMARY KEY(sensor, t), FOREIGN KEY(sensor, t) REFERENCES burst(sensor, t)"
    " ON DELETE CASCADE) STRICT, WITHOUT ROWID;"
    "CREATE INDEX burst_undecided ON burst_ratio(t, sensor) WHERE keep IS NULL;",
    /* origin: by which profile readings of a sensor were decoded, and inside which envelope's ("":
     * none), by the digest of their files; first and last arrival, the last to within a day. From
     * here on the journal and blocks may have a mark on historical readings. */
    "CREATE TABLE origin(id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL REFERENCES sensor(id),"
    " profile TEXT NOT NULL, version INTEGER NOT NULL, digest INTEGER NOT NULL,"
    " envelope TEXT NOT NULL, envelope_version INTEGER NOT NULL, envelope_digest INTEGER NOT NULL,"
    " first_rx INTEGER NOT NULL, last_rx INTEGER NOT NULL,"
    " UNIQUE(sensor, profile, digest, envelope, envelope_digest)) STRICT;",
    /* From here on the journal and blocks may have a mark on readings whose clock is in doubt. */
    "ALTER TABLE node ADD COLUMN battery_pct REAL;",
};
const size_t readings_migration_count = sizeof readings_migrations / sizeof *readings_migrations;
