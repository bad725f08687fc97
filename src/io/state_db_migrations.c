#include "state_db_private.h"

/* Numbers of levels, kinds, categories, events and outbox states are those of the headers. */
static const char version_1[] =
    /* which registry document was in force when */
    "CREATE TABLE registry (row INTEGER PRIMARY KEY, loaded_us INTEGER NOT NULL,"
    " digest INTEGER NOT NULL, document TEXT NOT NULL) STRICT;"

    "CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE rule_state (sensor TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE condition (key TEXT NOT NULL, sensor TEXT NOT NULL, level INTEGER NOT NULL,"
    " bytes BLOB NOT NULL, PRIMARY KEY (key, sensor)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE episode (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL,"
    " category INTEGER NOT NULL, kind INTEGER NOT NULL, level INTEGER NOT NULL,"
    " peak_level INTEGER NOT NULL, step INTEGER NOT NULL, opened_us INTEGER NOT NULL,"
    " changed_us INTEGER NOT NULL, resolved_us INTEGER NOT NULL, house TEXT NOT NULL,"
    " element TEXT NOT NULL) STRICT;"
    "CREATE INDEX episode_key ON episode (key);"
    "CREATE INDEX episode_open ON episode (level, category) WHERE resolved_us = 0;"
    "CREATE INDEX episode_changed ON episode (changed_us);"

    "CREATE TABLE step (episode INTEGER NOT NULL REFERENCES episode, step INTEGER NOT NULL,"
    " event INTEGER NOT NULL, at_us INTEGER NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY (episode, step)) STRICT;"

    /* whoever got an outbox row; last_error is '' since the latest delivery */
    "CREATE TABLE endpoint (row INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " delivered INTEGER NOT NULL DEFAULT 0, parked INTEGER NOT NULL DEFAULT 0,"
    " failures INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '') STRICT;"

    /* blocked: an earlier step of the episode is pending for the same endpoint. fallback: the
     * endpoint that gets this step, and those blocked behind it, as well. */
    "CREATE TABLE outbox (row INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL REFERENCES endpoint,"
    " episode INTEGER NOT NULL, step INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,"
    " blocked INTEGER NOT NULL DEFAULT 1, attempts INTEGER NOT NULL DEFAULT 0,"
    " first_try_us INTEGER NOT NULL DEFAULT 0, due_us INTEGER NOT NULL,"
    " settled_us INTEGER NOT NULL DEFAULT 0, http_status INTEGER NOT NULL DEFAULT 0,"
    " error TEXT NOT NULL DEFAULT '', fallback INTEGER REFERENCES endpoint,"
    " UNIQUE (episode, step, endpoint), FOREIGN KEY (episode, step) REFERENCES step) STRICT;"
    "CREATE INDEX outbox_pending ON outbox (endpoint, episode, step) WHERE state = 0;"
    "CREATE INDEX outbox_due ON outbox (endpoint, due_us) WHERE state = 0 AND blocked = 0;";

static const char version_2[] =
    /* limits that forecasts speak of */
    "CREATE TABLE foreseen (row INTEGER PRIMARY KEY, sensor TEXT NOT NULL, quantity TEXT NOT NULL,"
    " of TEXT NOT NULL, value REAL NOT NULL, element TEXT NOT NULL, source TEXT NOT NULL,"
    " UNIQUE (sensor, quantity, of, value)) STRICT;"
    /* NULL: not told */
    "CREATE TABLE forecast (foreseen INTEGER NOT NULL REFERENCES foreseen, at_us INTEGER NOT NULL,"
    " state TEXT NOT NULL, reason TEXT NOT NULL, method TEXT NOT NULL, t05_us INTEGER,"
    " t50_us INTEGER, t95_us INTEGER, p30 REAL, p180 REAL, p365 REAL,"
    " PRIMARY KEY (foreseen, at_us)) STRICT, WITHOUT ROWID;"
    /* reached_us NULL: not up to observed_until_us */
    "CREATE TABLE crossing (foreseen INTEGER NOT NULL REFERENCES foreseen,"
    " baseline_us INTEGER NOT NULL, reached_us INTEGER, observed_until_us INTEGER NOT NULL,"
    " PRIMARY KEY (foreseen, baseline_us)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE risk (house TEXT NOT NULL, at_us INTEGER NOT NULL, class TEXT NOT NULL,"
    " colour TEXT NOT NULL, grey INTEGER NOT NULL, score REAL, confidence REAL, coverage REAL,"
    " p30 REAL, p180 REAL, p365 REAL, line TEXT NOT NULL, UNIQUE (house, at_us)) STRICT;"

    "CREATE TABLE slow_state (sensor TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;";

/* Nobody had written any. Parts of one number lie beside one another, for what goes round in time
 * goes round in all of them alike. */
static const char version_3[] =
    "DROP TABLE slow_state;"
    "CREATE TABLE slow_state (part INTEGER NOT NULL, name TEXT NOT NULL, bytes BLOB NOT NULL,"
    " PRIMARY KEY (part, name)) STRICT, WITHOUT ROWID;";
static const char version_4[] =
    /* of a row of houses; lane and row '': the district */
    "CREATE TABLE risk_group (lane TEXT NOT NULL, row TEXT NOT NULL, at_us INTEGER NOT NULL,"
    " class TEXT NOT NULL, colour TEXT NOT NULL, grey INTEGER NOT NULL, score REAL,"
    " confidence REAL, coverage REAL, p30 REAL, p180 REAL, p365 REAL, line TEXT NOT NULL,"
    " UNIQUE (lane, row, at_us)) STRICT;";

static const char version_5[] =
    /* what named persons did; made: id of what came of it, "" when nothing */
    "CREATE TABLE act (row INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, person TEXT NOT NULL,"
    " verb TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, applied_us INTEGER,"
    " outcome TEXT NOT NULL DEFAULT 'waiting', why_zh TEXT NOT NULL DEFAULT '',"
    " why_en TEXT NOT NULL DEFAULT '', made TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX act_waiting ON act (row) WHERE applied_us IS NULL;"
    "CREATE INDEX act_subject ON act (subject, row);"

    /* kind '': every kind; times 0: not yet */
    "CREATE TABLE silence (row INTEGER PRIMARY KEY, scope TEXT NOT NULL, kind TEXT NOT NULL,"
    " from_us INTEGER NOT NULL, until_us INTEGER NOT NULL, person TEXT NOT NULL,"
    " reason TEXT NOT NULL, reminded_us INTEGER NOT NULL DEFAULT 0,"
    " ended_us INTEGER NOT NULL DEFAULT 0, ended_by TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX silence_open ON silence (row) WHERE ended_us = 0;"

    "CREATE TABLE proposal (row INTEGER PRIMARY KEY, episode INTEGER NOT NULL REFERENCES episode,"
    " kind TEXT NOT NULL, state TEXT NOT NULL, made_us INTEGER NOT NULL, made_by TEXT NOT NULL,"
    " reason TEXT NOT NULL, decided_us INTEGER NOT NULL DEFAULT 0,"
    " decided_by TEXT NOT NULL DEFAULT '', decision TEXT NOT NULL DEFAULT '',"
    " done_us INTEGER NOT NULL DEFAULT 0, done_by TEXT NOT NULL DEFAULT '',"
    " done_note TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX proposal_episode ON proposal (episode);"
    "CREATE UNIQUE INDEX proposal_open ON proposal (episode, kind)"
    " WHERE state IN ('proposed', 'approved');"

    "CREATE TABLE class_override (row INTEGER PRIMARY KEY, subject TEXT NOT NULL,"
    " class TEXT NOT NULL, from_us INTEGER NOT NULL, until_us INTEGER NOT NULL,"
    " person TEXT NOT NULL, reason TEXT NOT NULL, ended_us INTEGER NOT NULL DEFAULT 0,"
    " ended_by TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE UNIQUE INDEX class_override_open ON class_override (subject) WHERE ended_us = 0;"

    /* cost_fen NULL: not told */
    "CREATE TABLE record (row INTEGER PRIMARY KEY, episode INTEGER NOT NULL REFERENCES episode,"
    " kind TEXT NOT NULL, day_us INTEGER NOT NULL, cost_fen INTEGER, finding TEXT NOT NULL,"
    " person TEXT NOT NULL, at_us INTEGER NOT NULL) STRICT;"
    "CREATE INDEX record_episode ON record (episode);"

    /* the chain: docs/interface.md section 11 */
    "CREATE TABLE audit (seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, actor TEXT NOT NULL,"
    " act TEXT NOT NULL, subject TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,"
    " hash BLOB NOT NULL) STRICT;"
    "CREATE INDEX audit_subject ON audit (subject, seq);";

/* What holds is no longer always what is shown. Episodes from before were seen by nobody. */
static const char version_6[] =
    "ALTER TABLE episode ADD COLUMN condition_level INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN fell_us INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN acked_level INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN acked_us INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN alarmed_us INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN back_us INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN back_before_us INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN spoken_by INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN escalated_us INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN members INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE episode ADD COLUMN members_told INTEGER NOT NULL DEFAULT 0;"
    "UPDATE episode SET condition_level = level, alarmed_us = changed_us;"
    "CREATE INDEX episode_by_hand ON episode (row) WHERE by_hand = 1;"
    "CREATE INDEX episode_spoken_by ON episode (spoken_by) WHERE spoken_by <> 0;";

/* Steps that people were not told of when they were made; told_us 0: nor since. */
static const char version_7[] =
    "CREATE TABLE kept_back (episode INTEGER NOT NULL, step INTEGER NOT NULL,"
    " told_us INTEGER NOT NULL, PRIMARY KEY (episode, step),"
    " FOREIGN KEY (episode, step) REFERENCES step) STRICT, WITHOUT ROWID;";

/* All damp of a place is one episode, and all movement of a quantity. Of open ones the worst goes on
 * as that, with what any of them holds; it speaks for the others, which keep or get a key of before
 * and so end at the next start. Of those that are over the latest takes the name, to be reopened. */
static const char version_8[] =
    "CREATE TABLE renamed AS SELECT row, name, resolved_us = 0 OR by_hand = 1 AS live,"
    " max(iif(resolved_us = 0, condition_level, 0)) OVER (PARTITION BY name) AS held,"
    " first_value(row) OVER worst AS heir, row_number() OVER worst AS place"
    " FROM (SELECT *, CASE WHEN key LIKE 'moisture|%|%'"
    " THEN substr(key, 1, 8 + instr(substr(key, 10), '|'))"
    " WHEN key LIKE 'rate|%' THEN 'trend' || substr(key, 5) ELSE key END AS name FROM episode"
    " WHERE key LIKE 'moisture|%|%' OR key LIKE 'rate|%' OR key LIKE 'trend|%')"
    " WINDOW worst AS (PARTITION BY name ORDER BY resolved_us = 0 DESC, by_hand DESC,"
    " level DESC, condition_level DESC, changed_us DESC, row);"
    "UPDATE episode SET key = 'rate' || substr(key, 6), spoken_by = r.heir FROM renamed AS r"
    " WHERE r.row = episode.row AND r.place > 1 AND r.live AND key LIKE 'trend|%';"
    "UPDATE episode SET spoken_by = r.heir FROM renamed AS r"
    " WHERE r.row = episode.row AND r.place > 1 AND r.live;"
    "UPDATE episode SET key = r.name FROM renamed AS r"
    " WHERE r.row = episode.row AND r.place = 1;"
    "UPDATE episode SET fell_us = iif(r.held = level, 0, fell_us), condition_level = r.held"
    " FROM renamed AS r WHERE r.row = episode.row AND r.place = 1 AND resolved_us = 0;"
    "DROP TABLE renamed;";

const char *const state_migrations[] = {version_1, version_2, version_3, version_4,
                                        version_5, version_6, version_7, version_8};
const size_t state_migration_count = sizeof state_migrations / sizeof state_migrations[0];
