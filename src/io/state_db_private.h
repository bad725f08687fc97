/* The inside of state_db.h, shared by its files. */
#ifndef SHIKUMEN_IO_STATE_DB_PRIVATE_H
#define SHIKUMEN_IO_STATE_DB_PRIVATE_H

#include "shikumen/io/state_db.h"
#include "sqlite_util.h"

struct state_db {
    struct sql_db sql;
};

/* The kept statements; their texts are in state_db_schema.c, in this order. */
enum state_statement {
    S_REGISTRY_PUT,
    S_REGISTRY_GET,
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
    S_EPISODE_OPEN,
    S_EPISODE_ALL,
    S_OPEN_COUNTS,
    S_STEP_PUT,
    S_STEP_EACH,
    S_STEP_BODY,
    S_ENDPOINT_GET,
    S_ENDPOINT_PUT,
    S_ENDPOINT_COUNT,
    S_ENDPOINT_EACH,
    S_OUTBOX_PUT,
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
    S_RISK_LATEST,
    S_RISK_OF_HOUSE,
    S_RISK_THIN_WEEKS,
    S_RISK_THIN_MONTHS,
    S_GROUP_PUT,
    S_GROUP_LATEST,
    S_GROUP_THIN_WEEKS,
    S_GROUP_THIN_MONTHS,
    S_SLOW_PUT,
    S_SLOW_GET,
    S_SLOW_END,
    S_SLOW_CLEAR,
    S_COUNT
};

extern const char *const state_statements[S_COUNT];
extern const char *const state_migrations[];
extern const size_t state_migration_count;

#define STATE_APPLICATION_ID 0x53484B53 /* "SHKS" */

#endif
