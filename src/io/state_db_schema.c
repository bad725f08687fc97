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

const char *const state_migrations[] = {version_1, version_2, version_3, version_4};
const size_t state_migration_count = sizeof state_migrations / sizeof state_migrations[0];

#define EPISODE_COLUMNS                                                                            \
    "row, id, key, category, kind, level, peak_level, step, opened_us, changed_us, resolved_us,"   \
    " house, element"

#define FORECAST_COLUMNS                                                                           \
    "n.element, n.sensor, n.quantity, n.of, n.value, n.source, f.at_us, f.state, f.reason,"        \
    " f.method, f.t05_us, f.t50_us, f.t95_us, f.p30, f.p180, f.p365, c.baseline_us, c.reached_us," \
    " c.observed_until_us"
#define FORECAST_WITH_CROSSING                                                                     \
    " FROM foreseen AS n JOIN forecast AS f ON f.foreseen = n.row"                                 \
    " LEFT JOIN crossing AS c ON c.foreseen = n.row AND c.baseline_us = (SELECT max(baseline_us)"  \
    "  FROM crossing WHERE foreseen = n.row AND baseline_us <= f.at_us)"                           \
    " WHERE (?1 IS NULL OR n.element = ?1) AND (?2 IS NULL OR n.sensor = ?2) AND f.at_us >= ?3"
#define FORECAST_ORDER " ORDER BY n.element, n.sensor, n.quantity, n.of, n.value, f.at_us"
#define STANDING_COLUMNS                                                                           \
    "at_us, class, colour, grey, score, confidence, coverage, p30, p180, p365, line"
#define RISK_COLUMNS  "house, " STANDING_COLUMNS
#define GROUP_COLUMNS "lane, row, " STANDING_COLUMNS
/* Of what lies before ?1 the first of each span stays, and the latest; g is of the same as f. */
#define THIN_WEEKS(table, same)                                                                    \
    "DELETE FROM " table " AS f WHERE f.at_us < ?1 AND EXISTS"                                     \
    " (SELECT 1 FROM " table " AS g WHERE " same                                                   \
    " AND g.at_us < f.at_us AND g.at_us >= " SPAN_START(                                           \
        "f.at_us") ")"                                                                             \
                   " AND EXISTS (SELECT 1 FROM " table " AS g WHERE " same                         \
                   " AND g.at_us > f.at_us)"
#define THIN_MONTHS(table, same)                                                                   \
    "DELETE FROM " table " AS f WHERE f.at_us < ?1 AND EXISTS"                                     \
    " (SELECT 1 FROM " table " AS g WHERE " same " AND g.at_us < f.at_us AND g.at_us >= 1000000 *" \
    " unixepoch(f.at_us / 1000000, 'unixepoch', 'start of month'))"                                \
    " AND EXISTS (SELECT 1 FROM " table " AS g WHERE " same " AND g.at_us > f.at_us)"
#define SAME_HOUSE "g.house = f.house"
#define SAME_ROW   "g.lane = f.lane AND g.row = f.row"
/* Start of the span of ?2 that t lies in; the first one starts at ?3. */
#define SPAN_START(t) t " - (" t " - ?3) % ?2"

const char *const state_statements[S_COUNT] = {
    [S_REGISTRY_PUT] = "INSERT INTO registry (loaded_us, digest, document) SELECT ?1, ?2, ?3 WHERE"
                       " ?2 IS NOT (SELECT digest FROM registry ORDER BY row DESC LIMIT 1)",
    [S_REGISTRY_GET] = "SELECT document, loaded_us FROM registry ORDER BY row DESC LIMIT 1",
    [S_NUMBER_GET] = "SELECT value FROM number WHERE name = ?1",
    [S_NUMBER_PUT] = "INSERT INTO number (name, value) VALUES (?1, ?2)"
                     " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [S_RULES_PUT] = "INSERT INTO rule_state (sensor, bytes) VALUES (?1, ?2)"
                    " ON CONFLICT (sensor) DO UPDATE SET bytes = excluded.bytes",
    [S_RULES_EACH] = "SELECT sensor, bytes FROM rule_state ORDER BY sensor",
    [S_CONDITION_PUT] = "INSERT INTO condition (key, sensor, level, bytes) VALUES (?1, ?2, ?3, ?4)"
                        " ON CONFLICT (key, sensor) DO UPDATE"
                        " SET level = excluded.level, bytes = excluded.bytes",
    [S_CONDITION_REMOVE] = "DELETE FROM condition WHERE key = ?1 AND sensor = ?2",
    [S_CONDITION_EACH] = "SELECT key, sensor, level, bytes FROM condition ORDER BY key, sensor",

    [S_EPISODE_INSERT] = "INSERT INTO episode (id, key, category, kind, level, peak_level, step,"
                         " opened_us, changed_us, resolved_us, house, element)"
                         " VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [S_EPISODE_UPDATE] = "UPDATE episode SET id = ?2, key = ?3, category = ?4, kind = ?5,"
                         " level = ?6, peak_level = ?7, step = ?8, opened_us = ?9,"
                         " changed_us = ?10, resolved_us = ?11, house = ?12, element = ?13"
                         " WHERE row = ?1",
    [S_EPISODE_BY_KEY] =
        "SELECT " EPISODE_COLUMNS " FROM episode WHERE key = ?1 ORDER BY row DESC LIMIT 1",
    [S_EPISODE_OPEN] = "SELECT " EPISODE_COLUMNS " FROM episode WHERE resolved_us = 0"
                       " AND (?1 IS NULL OR house = ?1) AND peak_level >= ?2 AND changed_us >= ?3"
                       " ORDER BY level DESC, changed_us DESC, row DESC",
    [S_EPISODE_ALL] = "SELECT " EPISODE_COLUMNS " FROM episode WHERE changed_us >= ?3"
                      " AND (?1 IS NULL OR house = ?1) AND peak_level >= ?2"
                      " ORDER BY level DESC, changed_us DESC, row DESC",
    [S_OPEN_COUNTS] = "SELECT level, category, count(*) FROM episode WHERE resolved_us = 0"
                      " GROUP BY level, category",

    [S_STEP_PUT] = "INSERT INTO step (episode, step, event, at_us, body)"
                   " VALUES (?1, ?2, ?3, ?4, ?5)",
    [S_STEP_EACH] = "SELECT step, event, at_us, body FROM step WHERE episode = ?1 ORDER BY step",

    [S_STEP_BODY] = "SELECT body FROM step WHERE episode = ?1 AND step = ?2",

    [S_ENDPOINT_GET] = "SELECT row FROM endpoint WHERE name = ?1",
    [S_ENDPOINT_PUT] = "INSERT INTO endpoint (name) VALUES (?1)",
    [S_ENDPOINT_COUNT] = "UPDATE endpoint SET delivered = delivered + (?2 = 1),"
                         " parked = parked + (?2 = 2), failures = failures + (?2 <> 1),"
                         " last_error = ?3 WHERE row = ?1",
    [S_ENDPOINT_EACH] = "SELECT name, (SELECT count(*) FROM outbox"
                        " WHERE endpoint = endpoint.row AND state = 0),"
                        " delivered, parked, failures, last_error FROM endpoint ORDER BY name",

    [S_OUTBOX_PUT] = "INSERT OR IGNORE INTO outbox (endpoint, episode, step, due_us)"
                     " VALUES (?1, ?2, ?3, ?4)",
    [S_OUTBOX_REBLOCK] = "UPDATE outbox SET blocked = 1 - blocked WHERE endpoint = ?1"
                         " AND episode = ?2 AND state = 0 AND blocked <> (step >"
                         " (SELECT min(step) FROM outbox"
                         " WHERE endpoint = ?1 AND episode = ?2 AND state = 0))",
    [S_OUTBOX_DIVERSION] = "SELECT fallback FROM outbox WHERE endpoint = ?1 AND episode = ?2"
                           " AND state = 0 AND blocked = 0 AND step < ?3"
                           " AND fallback IS NOT NULL",
    [S_OUTBOX_DUE] =
        "SELECT o.row, o.episode, e.id, o.step, s.body, o.attempts, o.first_try_us,"
        " o.due_us, e.opened_us FROM outbox AS o CROSS JOIN episode AS e CROSS JOIN step AS s"
        " WHERE o.endpoint = (SELECT row FROM endpoint WHERE name = ?1)"
        " AND o.state = 0 AND o.blocked = 0 AND o.due_us <= ?2"
        " AND e.row = o.episode AND s.episode = o.episode AND s.step = o.step"
        " ORDER BY o.due_us, o.row LIMIT ?3",
    [S_OUTBOX_SENT] = "SELECT o.step, s.at_us FROM outbox AS o CROSS JOIN step AS s"
                      " WHERE o.endpoint = (SELECT row FROM endpoint WHERE name = ?1)"
                      " AND o.episode = ?2 AND o.step < ?3 AND o.state = 1"
                      " AND s.episode = o.episode AND s.step = o.step"
                      " ORDER BY o.step DESC LIMIT ?4",
    [S_OUTBOX_STANDING] =
        "SELECT o.row, o.episode, e.id, o.step, s.body, o.attempts, o.first_try_us, o.due_us,"
        " e.opened_us FROM episode AS e CROSS JOIN outbox AS o CROSS JOIN step AS s"
        " WHERE e.resolved_us = 0 AND e.row > ?2 AND o.episode = e.row AND o.step ="
        " (SELECT max(step) FROM outbox WHERE episode = e.row AND state = 1"
        "  AND endpoint = (SELECT row FROM endpoint WHERE name = ?1))"
        " AND o.endpoint = (SELECT row FROM endpoint WHERE name = ?1)"
        " AND s.episode = o.episode AND s.step = o.step ORDER BY e.row LIMIT ?3",
    [S_OUTBOX_NEXT] = "SELECT due_us FROM outbox"
                      " WHERE endpoint = (SELECT row FROM endpoint WHERE name = ?1)"
                      " AND state = 0 AND blocked = 0 ORDER BY due_us LIMIT 1",
    [S_OUTBOX_SETTLE] = "UPDATE outbox SET state = ?2, attempts = ?3, first_try_us = ?4,"
                        " due_us = ?5, settled_us = ?6, http_status = ?7, error = ?8"
                        " WHERE row = ?1 AND state = 0 RETURNING endpoint, episode",
    [S_OUTBOX_MARK] = "UPDATE outbox SET fallback = ?2 WHERE row = ?1 AND state = 0"
                      " RETURNING endpoint, episode",
    [S_OUTBOX_COPY] = "INSERT OR IGNORE INTO outbox (endpoint, episode, step, due_us)"
                      " SELECT ?1, episode, step, ?4 FROM outbox"
                      " WHERE endpoint = ?2 AND episode = ?3 AND state = 0 ORDER BY step",
    [S_OUTBOX_OF_EPISODE] = "SELECT o.step, e.name, o.state, o.attempts, o.due_us, o.settled_us,"
                            " o.http_status, o.error FROM outbox AS o"
                            " JOIN endpoint AS e ON e.row = o.endpoint"
                            " WHERE o.episode = ?1 ORDER BY o.step, e.name",
    [S_OUTBOX_SHIFT] = "UPDATE outbox SET"
                       " due_us = iif(attempts > 0, due_us + ?1, min(due_us, ?2)),"
                       " first_try_us = iif(first_try_us > 0, max(1, first_try_us + ?1), 0)"
                       " WHERE state = 0",

    [S_FORESEEN_PUT] = "INSERT INTO foreseen (sensor, quantity, of, value, element, source)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                       " ON CONFLICT (sensor, quantity, of, value) DO UPDATE"
                       " SET element = excluded.element, source = excluded.source RETURNING row",
    [S_FORESEEN_ADD] = "INSERT INTO foreseen (sensor, quantity, of, value, element, source)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                       " ON CONFLICT (sensor, quantity, of, value) DO UPDATE"
                       " SET element = element RETURNING row",
    [S_FORESEEN_PRUNE] = "DELETE FROM foreseen WHERE"
                         " NOT EXISTS (SELECT 1 FROM forecast WHERE foreseen = foreseen.row)"
                         " AND NOT EXISTS (SELECT 1 FROM crossing WHERE foreseen = foreseen.row)",
    [S_FORECAST_PUT] = "INSERT OR REPLACE INTO forecast (foreseen, at_us, state, reason, method,"
                       " t05_us, t50_us, t95_us, p30, p180, p365)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [S_FORECAST_EACH] = "SELECT " FORECAST_COLUMNS FORECAST_WITH_CROSSING FORECAST_ORDER,
    [S_FORECAST_LATEST] =
        "SELECT " FORECAST_COLUMNS FORECAST_WITH_CROSSING
        " AND f.at_us = (SELECT max(p.at_us) FROM foreseen AS m JOIN forecast AS p"
        "  ON p.foreseen = m.row WHERE m.sensor = n.sensor"
        "  AND m.quantity = n.quantity)" FORECAST_ORDER,
    [S_FORECAST_FORGET] = "DELETE FROM forecast WHERE at_us < ?1",
    [S_FORECAST_THIN] = "DELETE FROM forecast AS f WHERE f.at_us < ?1 AND EXISTS"
                        " (SELECT 1 FROM forecast AS g WHERE g.foreseen = f.foreseen"
                        " AND g.at_us < f.at_us AND g.at_us >= " SPAN_START("f.at_us") ")",
    [S_CROSSING_PUT] = "INSERT OR REPLACE INTO crossing (foreseen, baseline_us, reached_us,"
                       " observed_until_us) VALUES (?1, ?2, ?3, ?4)",
    [S_CROSSING_EACH] = "SELECT n.element, n.sensor, n.quantity, n.of, n.value, n.source,"
                        " c.baseline_us, c.reached_us, c.observed_until_us"
                        " FROM foreseen AS n JOIN crossing AS c ON c.foreseen = n.row"
                        " ORDER BY n.sensor, n.quantity, n.of, n.value, c.baseline_us",
    [S_CROSSING_PRUNE] = "DELETE FROM crossing WHERE observed_until_us < ?1",

    [S_RISK_PUT] = "INSERT OR REPLACE INTO risk (" RISK_COLUMNS ")"
                   " VALUES (?12, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [S_RISK_LATEST] = "SELECT " STANDING_COLUMNS ", house FROM risk AS r WHERE at_us ="
                      " (SELECT max(at_us) FROM risk WHERE house = r.house)"
                      " ORDER BY score DESC, house",
    [S_RISK_OF_HOUSE] =
        "SELECT " STANDING_COLUMNS ", house FROM risk WHERE house = ?1 ORDER BY at_us DESC",
    [S_RISK_THIN_WEEKS] = THIN_WEEKS("risk", SAME_HOUSE),
    [S_RISK_THIN_MONTHS] = THIN_MONTHS("risk", SAME_HOUSE),
    [S_GROUP_PUT] = "INSERT OR REPLACE INTO risk_group (" GROUP_COLUMNS ")"
                    " VALUES (?12, ?13, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [S_GROUP_LATEST] = "SELECT " STANDING_COLUMNS ", lane, row FROM risk_group AS r WHERE at_us ="
                       " (SELECT max(at_us) FROM risk_group WHERE lane = r.lane AND row = r.row)"
                       " ORDER BY lane = '' AND row = '', lane, row",
    [S_GROUP_THIN_WEEKS] = THIN_WEEKS("risk_group", SAME_ROW),
    [S_GROUP_THIN_MONTHS] = THIN_MONTHS("risk_group", SAME_ROW),

    [S_SLOW_PUT] = "INSERT INTO slow_state (part, name, bytes) VALUES (?1, ?2, ?3)"
                   " ON CONFLICT (part, name) DO UPDATE SET bytes = excluded.bytes"
                   " WHERE bytes <> excluded.bytes RETURNING length(bytes)",
    [S_SLOW_GET] = "SELECT bytes FROM slow_state WHERE part = ?1 AND name = ?2",
    [S_SLOW_END] = "DELETE FROM slow_state WHERE part = ?1 AND name = ?2 RETURNING part",
    [S_SLOW_CLEAR] = "DELETE FROM slow_state",
};
