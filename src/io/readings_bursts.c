/* Vibration records: what each is worth, and which stay. */
#include <stdio.h>
#include <stdlib.h>

#include "readings_db_private.h"
#include "shikumen/base/utc.h"

enum { KEEP_NOT = 0, KEEP_FOR_GOOD = 1 }; /* burst_ratio.keep; NULL: not decided */

enum err readings_burst(struct readings_db *db, uint32_t sensor, int64_t t_us, int64_t rx_us,
                        const char *json, size_t len, bool *is_new)
{
    enum err e = readings_begin(db);
    if (e)
        return e;
    struct sql_query q = sql_start(&db->sql, R_BURST_PUT);
    sql_bind_int(&q, 1, sensor);
    sql_bind_int(&q, 2, t_us);
    sql_bind_int(&q, 3, rx_us);
    sql_bind_blob(&q, 4, json, len);
    *is_new = sql_row(&q);
    db->pending++;
    return sql_end(&q);
}

enum err readings_burst_rate(struct readings_db *db, uint32_t sensor, int64_t t_us, double ratio)
{
    enum err e = readings_begin(db);
    if (e)
        return e;
    struct sql_query q = sql_start(&db->sql, R_BURST_RATE);
    sql_bind_int(&q, 1, sensor);
    sql_bind_int(&q, 2, t_us);
    sql_bind_real(&q, 3, ratio);
    db->pending++;
    return sql_run(&q);
}

/* --- the month of a sensor --- */

struct month {
    uint32_t sensor;
    int64_t from_us, to_us; /* [from, to) */
    size_t count, capacity;
    int64_t *t_us;
    double *ratio;
    enum burst_fate *fate;
};

/* First moment of the UTC month of t_us, or of the one after; t_us of the years 1 to 9999. */
static int64_t month_start_us(int64_t t_us, bool next)
{
    char text[UTC_TEXT_SIZE], first[UTC_TEXT_SIZE];
    unsigned year, month;
    int64_t start_us = t_us;
    if (sscanf(utc_format(t_us, text), "%4u-%2u", &year, &month) != 2)
        return t_us;
    if (next)
        month++;
    if (month > 12) {
        year++;
        month = 1;
    }
    snprintf(first, sizeof first, "%04u-%02u-01", year, month);
    return utc_parse(first, &start_us) ? t_us : start_us;
}

/* A sensor with the month of its earliest undecided record; *found false when there is none that
 * ended before t_us. */
static enum err find_month(struct readings_db *db, int64_t t_us, struct month *m, bool *found)
{
    struct sql_query q = sql_start(&db->sql, R_BURST_UNDECIDED);
    sql_bind_int(&q, 1, month_start_us(t_us, false));
    *found = sql_row(&q);
    if (*found) {
        m->sensor = (uint32_t)sql_int(&q, 0);
        m->from_us = month_start_us(sql_int(&q, 1), false);
        m->to_us = month_start_us(sql_int(&q, 1), true);
    }
    return sql_end(&q);
}

static enum err reserve(struct month *m)
{
    if (m->count < m->capacity)
        return ERR_OK;
    size_t capacity = m->capacity ? m->capacity * 2 : 256;
    int64_t *t_us = realloc(m->t_us, capacity * sizeof *t_us);
    if (!t_us)
        return ERR_NOMEM;
    m->t_us = t_us;
    double *ratio = realloc(m->ratio, capacity * sizeof *ratio);
    if (!ratio)
        return ERR_NOMEM;
    m->ratio = ratio;
    enum burst_fate *fate = realloc(m->fate, capacity * sizeof *fate);
    if (!fate)
        return ERR_NOMEM;
    m->fate = fate;
    m->capacity = capacity;
    return ERR_OK;
}

static enum err load_month(struct readings_db *db, struct month *m)
{
    struct sql_query q = sql_start(&db->sql, R_BURST_RATIOS);
    enum err e = ERR_OK;
    sql_bind_int(&q, 1, m->sensor);
    sql_bind_int(&q, 2, m->from_us);
    sql_bind_int(&q, 3, m->to_us);
    while (!e && sql_row(&q)) {
        e = reserve(m);
        if (e)
            break;
        m->t_us[m->count] = sql_int(&q, 0);
        m->ratio[m->count++] = sqlite3_column_double(q.statement, 1);
    }
    enum err end = sql_end(&q);
    return e ? e : end;
}

static enum err apply_fate(struct readings_db *db, const struct month *m, size_t i)
{
    bool drop = m->fate[i] == BURST_DROP;
    struct sql_query q = sql_start(&db->sql, drop ? R_BURST_DROP : R_BURST_DECIDE);
    sql_bind_int(&q, 1, m->sensor);
    sql_bind_int(&q, 2, m->t_us[i]);
    if (!drop)
        sql_bind_int(&q, 3, m->fate[i] == BURST_KEEP ? KEEP_FOR_GOOD : KEEP_NOT);
    return sql_run(&q);
}

/* What goes is counted, so that the store can still be reconciled afterwards. */
static enum err count_dropped(struct readings_db *db, const struct month *m)
{
    int64_t dropped = 0;
    for (size_t i = 0; i < m->count; i++)
        dropped += m->fate[i] == BURST_DROP;
    struct sql_query q = sql_start(&db->sql, R_COUNT);
    sql_bind_text(&q, 1, "expired");
    sql_bind_int(&q, 2, dropped);
    return sql_run(&q);
}

static enum err thin_month(struct readings_db *db, readings_fates_fn *fates, struct month *m)
{
    enum err e = load_month(db, m);
    if (e || m->count == 0)
        return e;
    fates(m->ratio, m->count, m->fate);
    for (size_t i = 0; i < m->count && !e; i++)
        e = apply_fate(db, m, i);
    return e ? e : count_dropped(db, m);
}

enum err readings_thin(struct readings_db *db, int64_t t_us, readings_fates_fn *fates, bool *more)
{
    struct month m = {0};
    enum err e = find_month(db, t_us, &m, more);
    if (e || !*more)
        return e;
    e = sql_begin(&db->sql);
    if (e)
        return e;
    e = thin_month(db, fates, &m);
    free(m.t_us);
    free(m.ratio);
    free(m.fate);
    if (!e)
        return sql_commit(&db->sql);
    sql_rollback(&db->sql);
    return e;
}
