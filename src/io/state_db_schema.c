#include "state_db_private.h"

#define EPISODE_VALUES                                                                             \
    "id, key, category, kind, level, peak_level, step, opened_us, changed_us, resolved_us, house," \
    " element, condition_level, fell_us, acked_level, acked_us, alarmed_us, by_hand, repeats,"     \
    " back_us, back_before_us, spoken_by, escalated_us, members, members_told"
#define EPISODE_COLUMNS "row, " EPISODE_VALUES
#define EPISODE_PARAMETERS                                                                         \
    "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,"  \
    " ?22, ?23, ?24, ?25, ?26"

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
#define ACT_COLUMNS                                                                                \
    "row, at_us, person, verb, subject, body, applied_us, outcome, why_zh, why_en, made"
#define SILENCE_COLUMNS                                                                            \
    "row, scope, kind, from_us, until_us, person, reason, reminded_us, ended_us, ended_by"
#define PROPOSAL_SELECT                                                                            \
    "SELECT p.row, p.episode, e.id, e.house, e.element, p.kind, p.state, p.made_us, p.made_by,"    \
    " p.reason, p.decided_us, p.decided_by, p.decision, p.done_us, p.done_by, p.done_note"         \
    " FROM proposal AS p JOIN episode AS e ON e.row = p.episode"
#define OVERRIDE_COLUMNS                                                                           \
    "row, subject, class, from_us, until_us, person, reason, ended_us, ended_by"
#define RECORD_SELECT                                                                              \
    "SELECT r.row, r.episode, e.id, e.house, r.kind, r.day_us, r.cost_fen, r.finding, r.person,"   \
    " r.at_us FROM record AS r JOIN episode AS e ON e.row = r.episode"
/* Start of the span of ?2 that t lies in; the first one starts at ?3. */
#define SPAN_START(t) t " - (" t " - ?3) % ?2"

const char *const state_statements[S_COUNT] = {
    [S_REGISTRY_PUT] = "INSERT INTO registry (loaded_us, digest, document) SELECT ?1, ?2, ?3 WHERE"
                       " ?2 IS NOT (SELECT digest FROM registry ORDER BY row DESC LIMIT 1)",
    [S_REGISTRY_GET] = "SELECT document, loaded_us FROM registry ORDER BY row DESC LIMIT 1",
    [S_DATA_VERSION] = "PRAGMA data_version",
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

    [S_EPISODE_INSERT] = "INSERT INTO episode (" EPISODE_VALUES ") VALUES (" EPISODE_PARAMETERS ")",
    [S_EPISODE_UPDATE] =
        "UPDATE episode SET (" EPISODE_VALUES ") = (" EPISODE_PARAMETERS ") WHERE row = ?1",
    [S_EPISODE_BY_KEY] = "SELECT " EPISODE_COLUMNS " FROM episode WHERE key = ?1"
                         " ORDER BY resolved_us = 0 DESC, resolved_us DESC, row DESC LIMIT 1",
    [S_EPISODE_BY_ID] = "SELECT " EPISODE_COLUMNS " FROM episode WHERE id = ?1",
    [S_EPISODE_NAME] = "SELECT id FROM episode WHERE row = ?1",
    [S_EPISODE_OPEN] = "SELECT " EPISODE_COLUMNS " FROM episode WHERE resolved_us = 0"
                       " AND (?1 IS NULL OR house = ?1) AND peak_level >= ?2 AND changed_us >= ?3"
                       " ORDER BY level DESC, changed_us DESC, row DESC",
    [S_EPISODE_ALL] = "SELECT " EPISODE_COLUMNS " FROM episode WHERE changed_us >= ?3"
                      " AND (?1 IS NULL OR house = ?1) AND peak_level >= ?2"
                      " ORDER BY level DESC, changed_us DESC, row DESC",
    [S_EPISODE_LIVE] = "SELECT " EPISODE_COLUMNS " FROM episode WHERE resolved_us = 0"
                       " UNION ALL SELECT " EPISODE_COLUMNS " FROM episode WHERE by_hand = 1"
                       " ORDER BY row",
    [S_EPISODE_MEMBERS] = "SELECT " EPISODE_COLUMNS " FROM episode WHERE spoken_by = ?1"
                          " ORDER BY level DESC, peak_level DESC, row",
    [S_OPEN_COUNTS] = "SELECT level, category, count(*) FROM episode WHERE resolved_us = 0"
                      " GROUP BY level, category",

    [S_STEP_PUT] = "INSERT INTO step (episode, step, event, at_us, body)"
                   " VALUES (?1, ?2, ?3, ?4, ?5)",
    [S_STEP_EACH] = "SELECT s.step, s.event, s.at_us, s.body, coalesce(k.told_us, s.at_us)"
                    " FROM step AS s LEFT JOIN kept_back AS k"
                    " ON k.episode = s.episode AND k.step = s.step"
                    " WHERE s.episode = ?1 ORDER BY s.step",
    [S_STEP_TOLD] = "INSERT INTO kept_back (episode, step, told_us) VALUES (?1, ?2, ?3)"
                    " ON CONFLICT DO UPDATE SET told_us = excluded.told_us",

    [S_STEP_AFTER] = "SELECT s.rowid, s.body, coalesce(k.told_us, s.at_us) FROM step AS s"
                     " LEFT JOIN kept_back AS k ON k.episode = s.episode AND k.step = s.step"
                     " WHERE s.rowid > ?1 ORDER BY s.rowid LIMIT ?2",
    [S_STEP_LAST] = "SELECT coalesce(max(rowid), 0) FROM step",
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
    [S_OUTBOX_HASTEN] = "UPDATE outbox SET due_us = ?3 WHERE endpoint = ?1 AND episode = ?2"
                        " AND state = 0 AND attempts = 0 AND due_us > ?3",
    [S_OUTBOX_HAS] = "SELECT EXISTS (SELECT 1 FROM outbox WHERE episode = ?1"
                     " AND endpoint = (SELECT row FROM endpoint WHERE name = ?2))",
    [S_OUTBOX_BELIEVES_OPEN] =
        "SELECT EXISTS (SELECT 1 FROM step WHERE episode = ?1 AND event <> ?3 AND step ="
        " (SELECT max(step) FROM outbox WHERE episode = ?1"
        " AND endpoint = (SELECT row FROM endpoint WHERE name = ?2)))",
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
    [S_RISK_AT] =
        "SELECT " STANDING_COLUMNS ", house FROM (SELECT house AS h, max(at_us) AS t"
        " FROM risk WHERE at_us <= ?1 GROUP BY house) JOIN risk ON house = h AND at_us = t"
        " ORDER BY score DESC, house",
    [S_RISK_OF_HOUSE] =
        "SELECT " STANDING_COLUMNS ", house FROM risk WHERE house = ?1 ORDER BY at_us DESC",
    [S_RISK_THIN_WEEKS] = THIN_WEEKS("risk", SAME_HOUSE),
    [S_RISK_THIN_MONTHS] = THIN_MONTHS("risk", SAME_HOUSE),
    [S_GROUP_PUT] = "INSERT OR REPLACE INTO risk_group (" GROUP_COLUMNS ")"
                    " VALUES (?12, ?13, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [S_GROUP_AT] = "SELECT " STANDING_COLUMNS ", lane, row FROM (SELECT lane AS l, row AS w,"
                   " max(at_us) AS t FROM risk_group WHERE at_us <= ?1 GROUP BY lane, row)"
                   " JOIN risk_group ON lane = l AND row = w AND at_us = t"
                   " ORDER BY lane = '' AND row = '', lane, row",
    [S_GROUP_THIN_WEEKS] = THIN_WEEKS("risk_group", SAME_ROW),
    [S_GROUP_THIN_MONTHS] = THIN_MONTHS("risk_group", SAME_ROW),

    [S_SLOW_PUT] = "INSERT INTO slow_state (part, name, bytes) VALUES (?1, ?2, ?3)"
                   " ON CONFLICT (part, name) DO UPDATE SET bytes = excluded.bytes"
                   " WHERE bytes <> excluded.bytes RETURNING length(bytes)",
    [S_SLOW_GET] = "SELECT bytes FROM slow_state WHERE part = ?1 AND name = ?2",
    [S_SLOW_END] = "DELETE FROM slow_state WHERE part = ?1 AND name = ?2 RETURNING part",
    [S_SLOW_CLEAR] = "DELETE FROM slow_state",

    [S_ACT_PUT] = "INSERT INTO act (at_us, person, verb, subject, body)"
                  " VALUES (?1, ?2, ?3, ?4, ?5) RETURNING row",
    [S_ACT_NEXT] = "SELECT " ACT_COLUMNS " FROM act WHERE applied_us IS NULL ORDER BY row LIMIT 1",
    [S_ACT_GET] = "SELECT " ACT_COLUMNS " FROM act WHERE row = ?1",
    [S_ACT_OF_SUBJECT] = "SELECT " ACT_COLUMNS " FROM act WHERE subject = ?1 ORDER BY row",
    [S_ACT_WAITING] = "SELECT " ACT_COLUMNS " FROM act WHERE applied_us IS NULL ORDER BY row",
    [S_ACT_SETTLE] = "UPDATE act SET applied_us = ?2, outcome = ?3, why_zh = ?4, why_en = ?5,"
                     " made = ?6 WHERE row = ?1 AND applied_us IS NULL",

    [S_SILENCE_PUT] = "INSERT INTO silence (scope, kind, from_us, until_us, person, reason)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING row",
    [S_SILENCE_REMIND] = "UPDATE silence SET reminded_us = ?2 WHERE row = ?1",
    [S_SILENCE_END] = "UPDATE silence SET ended_us = ?2, ended_by = ?3"
                      " WHERE row = ?1 AND ended_us = 0",
    [S_SILENCE_OPEN] = "SELECT " SILENCE_COLUMNS " FROM silence WHERE ended_us = 0 ORDER BY row",
    [S_SILENCE_ALL] = "SELECT " SILENCE_COLUMNS " FROM silence ORDER BY row",

    [S_PROPOSAL_PUT] = "INSERT OR IGNORE INTO proposal (episode, kind, state, made_us, made_by,"
                       " reason) VALUES (?1, ?2, 'proposed', ?3, ?4, ?5) RETURNING row",
    [S_PROPOSAL_DECIDE] = "UPDATE proposal SET state = ?2, decided_us = ?3, decided_by = ?4,"
                          " decision = ?5 WHERE row = ?1 AND state = 'proposed'",
    [S_PROPOSAL_FINISH] = "UPDATE proposal SET state = ?2, done_us = ?3, done_by = ?4,"
                          " done_note = ?5 WHERE row = ?1 AND state = 'approved'",
    [S_PROPOSAL_GET] = PROPOSAL_SELECT " WHERE p.row = ?1",
    [S_PROPOSAL_OF_EPISODE] = PROPOSAL_SELECT " WHERE p.episode = ?1 ORDER BY p.row",
    [S_PROPOSAL_OPEN] = PROPOSAL_SELECT " WHERE p.state IN ('proposed', 'approved') ORDER BY p.row",
    [S_PROPOSAL_ALL] = PROPOSAL_SELECT " ORDER BY p.row",

    [S_OVERRIDE_PUT] = "INSERT INTO class_override (subject, class, from_us, until_us, person,"
                       " reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING row",
    [S_OVERRIDE_END] = "UPDATE class_override SET ended_us = ?2, ended_by = ?3"
                       " WHERE row = ?1 AND ended_us = 0",
    [S_OVERRIDE_OPEN] =
        "SELECT " OVERRIDE_COLUMNS " FROM class_override WHERE ended_us = 0 ORDER BY row",
    [S_OVERRIDE_ALL] = "SELECT " OVERRIDE_COLUMNS " FROM class_override ORDER BY row",

    [S_RECORD_PUT] = "INSERT INTO record (episode, kind, day_us, cost_fen, finding, person, at_us)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING row",
    [S_RECORD_OF_EPISODE] = RECORD_SELECT " WHERE r.episode = ?1 ORDER BY r.day_us, r.row",
    [S_RECORD_ALL] = RECORD_SELECT " ORDER BY r.day_us, r.row",

    [S_AUDIT_LAST] = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1",
    [S_AUDIT_LAST_AT] = "SELECT seq, hash FROM audit WHERE at_us <= ?1 ORDER BY seq DESC LIMIT 1",
    [S_AUDIT_PUT] = "INSERT INTO audit (seq, at_us, actor, act, subject, before, after, hash)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [S_AUDIT_EACH] = "SELECT seq, at_us, actor, act, subject, before, after, hash FROM audit"
                     " WHERE at_us >= ?1 ORDER BY seq",
    [S_AUDIT_GET] = "SELECT hash FROM audit WHERE seq = ?1",
    [S_AUDIT_LATEST] = "SELECT after FROM audit WHERE subject = ?1"
                       " AND substr(act, 1, length(?2)) = ?2 ORDER BY seq DESC LIMIT 1",
    [S_ROW_STEP] = "SELECT e.id || '.' || s.step, s.event, s.at_us, s.body AS _body"
                   " FROM step AS s JOIN episode AS e ON e.row = s.episode"
                   " WHERE s.episode = ?1 AND s.step = ?2",
    [S_ROW_ACT] = "SELECT 'A' || row, " ACT_COLUMNS " FROM act WHERE row = ?1",
    [S_ROW_SILENCE] = "SELECT 'S' || row, " SILENCE_COLUMNS " FROM silence WHERE row = ?1",
    [S_ROW_PROPOSAL] = "SELECT 'P' || p.row, e.id AS episode, p.kind, p.state, p.made_us,"
                       " p.made_by, p.reason, p.decided_us, p.decided_by, p.decision, p.done_us,"
                       " p.done_by, p.done_note FROM proposal AS p"
                       " JOIN episode AS e ON e.row = p.episode WHERE p.row = ?1",
    [S_ROW_OVERRIDE] = "SELECT 'O' || row, " OVERRIDE_COLUMNS " FROM class_override WHERE row = ?1",
    [S_ROW_RECORD] = "SELECT 'R' || r.row, e.id AS episode, r.kind, r.day_us, r.cost_fen,"
                     " r.finding, r.person, r.at_us FROM record AS r"
                     " JOIN episode AS e ON e.row = r.episode WHERE r.row = ?1",
    [S_ROW_REGISTRY] = "SELECT 'registry/' || row, loaded_us, digest, document AS _document"
                       " FROM registry WHERE row = ?1",
    [S_KEYS_STEP] = "SELECT episode, step FROM step ORDER BY episode, step",
    [S_KEYS_ACT] = "SELECT row, 0 FROM act ORDER BY row",
    [S_KEYS_SILENCE] = "SELECT row, 0 FROM silence ORDER BY row",
    [S_KEYS_PROPOSAL] = "SELECT row, 0 FROM proposal ORDER BY row",
    [S_KEYS_OVERRIDE] = "SELECT row, 0 FROM class_override ORDER BY row",
    [S_KEYS_RECORD] = "SELECT row, 0 FROM record ORDER BY row",
    [S_KEYS_REGISTRY] = "SELECT row, 0 FROM registry ORDER BY row",
};
