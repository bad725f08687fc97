#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "evidence_rows.h"
#include "shikumen/base/clock.h"
#include "shikumen/view/risk_words.h"

/* --- steps --- */

static enum err take_step(void *context, const struct step_row *s)
{
    struct evidence *e = context;
    struct evidence_step *bigger = reallocarray(e->steps, e->step_count + 1, sizeof *e->steps);
    cJSON *body;

    if (!bigger)
        return ERR_NOMEM;
    e->steps = bigger;
    body = cJSON_Parse(s->body);
    e->steps[e->step_count] = (struct evidence_step){
        s->step,  body ? (int)number_of(body, "level") : 0,
        s->event, body ? alert_kind_by_name(text_of(body, "kind")) : KIND_COUNT,
        s->at_us, arena_strdup(&e->c->arena, s->body)};
    cJSON_Delete(body);
    return e->steps[e->step_count++].body ? ERR_OK : ERR_NOMEM;
}

/* --- made again --- */

/* The latest day that had a say in the step. */
static int64_t last_day_end_us(const struct told *t)
{
    int64_t until_us = INT64_MIN;

    for (size_t i = 0; i < t->count; i++)
        if ((t->shares[i].kind == KIND_TREND || t->shares[i].kind == KIND_STEP) &&
            t->shares[i].t_us > until_us)
            until_us = t->shares[i].t_us;
    return until_us == INT64_MIN ? t->at_us - SLOW_GRACE_US : until_us;
}

static enum err see_day(void *context, const struct slow *s)
{
    struct evidence *e = context;
    enum err error = ERR_OK;

    if (slow_next_day(s) * US_PER_DAY > e->seen_until_us)
        return ERR_OK;

    for (size_t i = 0; i < e->count && error == ERR_OK; i++)
        if (e->sensors[i].trace)
            error = slow_trace_take(e->sensors[i].trace, s);
    return error;
}

static bool begin_traces(struct evidence *e)
{
    for (size_t i = 0; i < e->count; i++) {
        struct evidence_sensor *x = &e->sensors[i];
        if (x->sensor == REGISTRY_NONE)
            continue;
        x->trace = malloc(sizeof *x->trace);
        if (!x->trace)
            return false;
        slow_trace_init(x->trace, x->sensor);
    }
    return true;
}

/* What the analysis said nothing of has no trace. */
static void end_traces(struct evidence *e)
{
    for (size_t i = 0; i < e->count; i++) {
        struct evidence_sensor *x = &e->sensors[i];
        if (!x->trace || x->trace->count > 0)
            continue;
        slow_trace_free(x->trace);
        free(x->trace);
        x->trace = NULL;
    }
}

static int compare(struct evidence *e)
{
    cJSON *again = told_again(e->c, &e->told);
    int code = again ? EXIT_DONE : ctl_result(e->c, ERR_NOMEM);

    table_begin(&e->compared, &e->c->desk, evidence_columns, EVIDENCE_COLUMNS);
    e->recomputed = true;
    if (again)
        code = ctl_result(
            e->c, evidence_rows(&e->compared, e->told.body, again, e->told.at_us, &e->differ));
    cJSON_Delete(again);
    return code;
}

/* As recompute does, with an eye on the slow analysis. A sensor that is no longer registered cannot
 * be judged again; what is stored of it can still be shown. */
static int judge_again(struct evidence *e)
{
    char why[256] = "";
    enum err error = ERR_OK;

    e->seen_until_us = last_day_end_us(&e->told);
    if (!begin_traces(e))
        return ctl_result(e->c, ERR_NOMEM);
    if (e->told.episode.category != CATEGORY_SYSTEM)
        error = recompute_seen(e->c->plan, e->told.at_us, e->told.shares, e->told.count, see_day, e,
                               why, sizeof why);
    if (error != ERR_OK)
        return ctl_fail(e->c, "数据库：%s", "store: %s", *why ? why : err_name(error));
    end_traces(e);
    return e->told.missing ? EXIT_DONE : compare(e);
}

/* --- the window --- */

/* First day of the baseline that was in force at a time, INT64_MAX: none. */
static int64_t baseline_at(const struct slow_trace *t, int64_t at_us)
{
    int64_t first_us = INT64_MAX;

    for (size_t k = 0; k < t->count; k++)
        if (t->days[k].baseline == k && t->days[k].day * US_PER_DAY <= at_us)
            first_us = t->days[k].day * US_PER_DAY;
    return first_us;
}

/* From the baselines that the first step was judged by, and 90 days before it at least. */
static void choose_window(struct evidence *e)
{
    e->to_us = e->told.at_us + 1;
    e->wanted_us = e->steps[0].at_us - EVIDENCE_BEFORE_US;
    for (size_t i = 0; i < e->count; i++) {
        const struct slow_trace *t = e->sensors[i].trace;
        int64_t first_us = t && e->sensors[i].role == EVIDENCE_ALERT
                               ? baseline_at(t, e->steps[0].at_us)
                               : INT64_MAX;
        if (first_us < e->wanted_us)
            e->wanted_us = first_us;
    }
    e->from_us = e->wanted_us;
}

struct census {
    int64_t from_day;
    size_t days, *rows; /* readings by UTC day */
};

static int64_t day_of(int64_t t_us)
{
    return t_us / US_PER_DAY - (t_us % US_PER_DAY < 0);
}

static enum err count_reading(void *context, const struct reading *r)
{
    struct census *x = context;
    int64_t day = day_of(r->t_us) - x->from_day;

    if (day >= 0 && (size_t)day < x->days)
        x->rows[day]++;
    return ERR_OK;
}

static enum err count_readings(struct evidence *e, struct census *x)
{
    enum err error = ERR_OK;

    for (size_t i = 0; i < e->count && error == ERR_OK; i++)
        if (e->sensors[i].role != EVIDENCE_NEIGHBOUR && e->sensors[i].stored != 0)
            error = reader_window(e->c->desk.readings, e->sensors[i].stored, e->wanted_us, e->to_us,
                                  count_reading, x);
    return error;
}

/* As many whole days as there is room for, the latest ones. */
static int bound_window(struct evidence *e)
{
    struct census x = {.from_day = day_of(e->wanted_us)};
    size_t rows = 0, day;
    int code;

    x.days = (size_t)(day_of(e->to_us) - x.from_day + 1);
    x.rows = calloc(x.days, sizeof *x.rows);
    if (!x.rows)
        return ctl_result(e->c, ERR_NOMEM);
    code = ctl_readings_result(e->c, count_readings(e, &x));
    for (day = x.days; day > 0 && rows + x.rows[day - 1] <= EVIDENCE_ROWS_MAX; day--)
        rows += x.rows[day - 1];
    if (day > 0)
        e->from_us = (x.from_day + (int64_t)day) * US_PER_DAY;
    free(x.rows);
    return code;
}

/* --- all of it --- */

int evidence_gather(struct ctl *c, struct evidence *e)
{
    int code;

    *e = (struct evidence){.c = c};
    e->sensors = calloc(EVIDENCE_SENSORS_MAX, sizeof *e->sensors);
    code = e->sensors ? told_find(c, &e->episode, &e->told) : ctl_result(c, ERR_NOMEM);
    if (code == EXIT_DONE)
        code = ctl_state_result(c, state_step_each(c->desk.state, e->episode.row, take_step, e));
    if (code != EXIT_DONE)
        return code;
    evidence_add_alert(e);
    code = judge_again(e);
    if (code == EXIT_DONE) {
        evidence_add_environment(e);
        choose_window(e);
        code = evidence_find_stored(e);
    }
    return code == EXIT_DONE ? bound_window(e) : code;
}

void evidence_free(struct evidence *e)
{
    for (size_t i = 0; i < e->count; i++) {
        if (e->sensors[i].trace)
            slow_trace_free(e->sensors[i].trace);
        free(e->sensors[i].trace);
    }
    if (e->recomputed)
        table_end(&e->compared);
    told_free(&e->told);
    free(e->sensors);
    free(e->steps);
}
