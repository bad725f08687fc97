/* The alarm load as state.db knows it: the same figures for the daemon and for who asks. */
#ifndef SHIKUMEN_SVC_ALARM_HISTORY_H
#define SHIKUMEN_SVC_ALARM_HISTORY_H

#include <stddef.h>

#include "shikumen/core/alarm_load.h"
#include "shikumen/io/state_db.h"

/* Puts into l (new) the steps of alerts that are open or had any within the days that figures of
 * now_us look back on; what is no native JSON is left out. Errors: those of state.db, ERR_NOMEM. */
enum err alarm_history_read(struct state_db *db, int64_t now_us, struct alarm_load *l) MUST_USE;

/* Alerts counted since the file was made, by category and level, kept in the transaction of the
 * step. category and level must be ones that there are. */
enum err alarm_history_count(struct state_db *db, enum alert_category category, int level) MUST_USE;
enum err alarm_history_raised(struct state_db *db, struct alarm_counts *raised) MUST_USE;

#endif
