/* The inside of state_db.h, shared by its files. */
#ifndef SHIKUMEN_IO_STATE_DB_PRIVATE_H
#define SHIKUMEN_IO_STATE_DB_PRIVATE_H

#include "shikumen/io/state_audit.h"
#include "sqlite_util.h"

#define ACTOR_SIZE 324 /* 80 characters of up to 4 bytes */

struct state_db {
    struct sql_db sql;
    char actor[ACTOR_SIZE]; /* of the transaction that is open */
    bool is_audited;        /* the chain is kept */
};

/* The kept statements; their texts are in state_db_schema.c, in this order. */
enum state_statement {
    S_REGISTRY_PUT,
    S_REGISTRY_GET,
    S_DATA_VERSION,
    S_NUMBER_GET,
    S_NUMBER_PUT,
    S_RULES_PUT,
    S_RULES_EACH,
    S_CONDITION_PUT,
    S_CONDITION_REMOVE,
    S_CONDITION_EACH,
    S_EPISODE_INSERT,
    S_EPISODE_UPDATE,
    S_EPISODE_BY_KEY,
    S_EPISODE_BY_ID,
    S_EPISODE_NAME,
    S_EPISODE_OPEN,
    S_EPISODE_ALL,
    S_EPISODE_LIVE,
    S_EPISODE_MEMBERS,
    S_OPEN_COUNTS,
    S_STEP_PUT,
    S_STEP_EACH,
    S_STEP_BODY,
    S_STEP_TOLD,
    S_STEP_AFTER,
    S_STEP_LAST,
    S_ENDPOINT_GET,
    S_ENDPOINT_PUT,
    S_ENDPOINT_COUNT,
    S_ENDPOINT_EACH,
    S_OUTBOX_PUT,
    S_OUTBOX_HASTEN,
    S_OUTBOX_HAS,
    S_OUTBOX_BELIEVES_OPEN,
    S_OUTBOX_REBLOCK,
    S_OUTBOX_DIVERSION,
    S_OUTBOX_DUE,
    S_OUTBOX_SENT,
    S_OUTBOX_STANDING,
    S_OUTBOX_NEXT,
    S_OUTBOX_SETTLE,
    S_OUTBOX_MARK,
    S_OUTBOX_COPY,
    S_OUTBOX_SHIFT,
    S_OUTBOX_OF_EPISODE,
    S_FORESEEN_PUT,
    S_FORESEEN_ADD,
    S_FORESEEN_PRUNE,
    S_FORECAST_PUT,
    S_FORECAST_EACH,
    S_FORECAST_LATEST,
    S_FORECAST_FORGET,
    S_FORECAST_THIN,
    S_CROSSING_PUT,
    S_CROSSING_EACH,
    S_CROSSING_PRUNE,
    S_RISK_PUT,
    S_RISK_AT,
    S_RISK_OF_HOUSE,
    S_RISK_THIN_WEEKS,
    S_RISK_THIN_MONTHS,
    S_GROUP_PUT,
    S_GROUP_AT,
    S_GROUP_THIN_WEEKS,
    S_GROUP_THIN_MONTHS,
    S_SLOW_PUT,
    S_SLOW_GET,
    S_SLOW_END,
    S_SLOW_CLEAR,
    S_ACT_PUT,
    S_ACT_NEXT,
    S_ACT_GET,
    S_ACT_OF_SUBJECT,
    S_ACT_WAITING,
    S_ACT_SETTLE,
    S_SILENCE_PUT,
    S_SILENCE_REMIND,
    S_SILENCE_END,
    S_SILENCE_OPEN,
    S_SILENCE_ALL,
    S_PROPOSAL_PUT,
    S_PROPOSAL_DECIDE,
    S_PROPOSAL_FINISH,
    S_PROPOSAL_GET,
    S_PROPOSAL_OF_EPISODE,
    S_PROPOSAL_OPEN,
    S_PROPOSAL_ALL,
    S_OVERRIDE_PUT,
    S_OVERRIDE_END,
    S_OVERRIDE_OPEN,
    S_OVERRIDE_ALL,
    S_RECORD_PUT,
    S_RECORD_OF_EPISODE,
    S_RECORD_ALL,
    S_AUDIT_LAST,
    S_AUDIT_LAST_AT,
    S_AUDIT_PUT,
    S_AUDIT_EACH,
    S_AUDIT_GET,
    S_AUDIT_LATEST,
    S_ROW_STEP,
    S_ROW_ACT,
    S_ROW_SILENCE,
    S_ROW_PROPOSAL,
    S_ROW_OVERRIDE,
    S_ROW_RECORD,
    S_ROW_REGISTRY,
    S_KEYS_STEP,
    S_KEYS_ACT,
    S_KEYS_SILENCE,
    S_KEYS_PROPOSAL,
    S_KEYS_OVERRIDE,
    S_KEYS_RECORD,
    S_KEYS_REGISTRY,
    S_COUNT
};

extern const char *const state_statements[S_COUNT];
extern const char *const state_migrations[];
extern const size_t state_migration_count;

/* --- the audit chain --- */

/* Tables whose rows the chain vouches for, in the order of S_ROW_STEP and S_KEYS_STEP. */
enum vouched_table {
    VOUCHED_STEP,
    VOUCHED_ACT,
    VOUCHED_SILENCE,
    VOUCHED_PROPOSAL,
    VOUCHED_OVERRIDE,
    VOUCHED_RECORD,
    VOUCHED_REGISTRY,
    VOUCHED_TABLES
};
/* "step." and so on: what the acts on their rows begin with. */
extern const char *const vouched_prefix[VOUCHED_TABLES];

/* A row of one of them. */
struct vouched {
    enum vouched_table table;
    int64_t row; /* of a step: its episode */
    int step;    /* of a step */
};

/* What a row says: its subject, and as JSON its columns with a digest of all of them. ERR_NOTFOUND.
 */
struct vouched_text {
    struct strbuf subject, json;
};
enum err vouched_read(struct state_db *db, const struct vouched *v,
                      struct vouched_text *out) MUST_USE;
void vouched_free(struct vouched_text *text);

/* Enters a row that was added, or one that was changed, with what vouched_read said of it before.
 */
enum err vouched_added(struct state_db *db, const struct vouched *v, int64_t at_us,
                       const char *act) MUST_USE;
enum err vouched_changed(struct state_db *db, const struct vouched *v, int64_t at_us,
                         const char *act, const struct vouched_text *before) MUST_USE;

/* Begins the chain of a file that has had none but has rows. */
enum err audit_begin(struct state_db *db) MUST_USE;

#define STATE_APPLICATION_ID 0x53484B53 /* "SHKS" */

#endif
