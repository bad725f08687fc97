/* The slow analysis over stops and kills: the rows of alerts, forecasts and risk are those of a
 * daemon that ran through the same readings, late ones among them. */
#include "alerts_stage.h"

#include <math.h>
#include <sqlite3.h>

#define DAY_US       (86400 * S)
#define DAYS         110
#define PER_DAY      4
#define TREND        "trend|H1/wall|displacement"
#define PROBE        "limit|H1/probe|displacement"
#define LATE_DAY     60 /* its displacements come two days later */
#define REPLACED_DAY 95 /* from here on the restart finds days concluded since */

static void add_sensors(struct stage *g)
{
    static const struct {
        const char *id, *quantity, *unit;
    } air[] = {{"H1/n1/t", "temperature", "Cel"}, {"H1/n1/h", "humidity", "%RH"}};

    add_wall(g, "[" LIMIT(3, "change", 1, 0.9, "") "," LIMIT(2, "change", 0.5, 0.4, "") "]",
             86400 / PER_DAY);
    for (size_t i = 0; i < sizeof air / sizeof *air; i++)
        site_sensor(&g->site, &(struct site_sensor){.id = air[i].id,
                                                    .node = "H1/n1",
                                                    .house = "H1",
                                                    .quantity = air[i].quantity,
                                                    .unit = air[i].unit,
                                                    .period_s = 86400 / PER_DAY,
                                                    .more = "\"medium\":\"indoor\"," BELIEVED});
}

/* --- readings --- */

/* Still for thirty days, then 0.03 mm a day. */
static double opened(int i)
{
    double day = (double)i / PER_DAY;

    return (day > 30 ? 0.03 * (day - 30) : 0) + 0.01 * (i * 7 % 11 - 5);
}

struct message {
    struct strbuf text;
};

static void add(struct message *m, const char *name, const char *unit, int64_t t_us, double v)
{
    strbuf_printf(&m->text, "%s{\"n\":\"%s\",\"u\":\"%s\",\"t\":%.6f,\"v\":%.6f}",
                  m->text.len ? "," : "[", name, unit, (double)t_us / 1e6, v);
}

static void send(struct stage *g, struct message *m)
{
    strbuf_putc(&m->text, ']');
    assert_true(
        publisher_send(g->p, "shikumen/v1/H1/n1/senml", strbuf_text(&m->text), m->text.len));
    assert_true(publisher_flush(g->p, PATIENCE_S));
    strbuf_free(&m->text);
}

/* The readings from .. to - 1 since t0. */
static void send_part(struct stage *g, int from, int to)
{
    struct message m = {0};

    for (int i = from; i < to; i++) {
        int64_t t_us = g->t0_us + i * (DAY_US / PER_DAY);
        if (i / PER_DAY != LATE_DAY)
            add(&m, "d", "mm", t_us, opened(i));
        add(&m, "t", "Cel", t_us, 15 + 8 * sin(i / 60.0) + 0.1 * (i * 5 % 7));
        add(&m, "h", "%RH", t_us, 75 + 15 * cos(i / 90.0) + 0.3 * (i * 3 % 11));
    }
    send(g, &m);
}

static void send_late(struct stage *g)
{
    struct message m = {0};

    for (int i = LATE_DAY * PER_DAY; i < (LATE_DAY + 1) * PER_DAY; i++)
        add(&m, "d", "mm", g->t0_us + i * (DAY_US / PER_DAY), opened(i));
    send(g, &m);
}

/* What was sent before, up to reading i, has been judged; the probe speaks of the same time. */
static void judged_to(struct stage *g, int i)
{
    g->probes++;
    send_unit(g, "H2/probe", "d", "mm", g->t0_us + i * (DAY_US / PER_DAY) - (3600 - g->probes) * S,
              g->probes % 2 ? 6 : 1);
    site_wait_condition(&g->site, PROBE, g->probes % 2);
}

/* --- restarts --- */

enum cut { THROUGH, LOOK, STOP, KILL };

/* On consecutive days: what a stop leaves, then what was kept with the first day concluded after
 * it. The second time with what came late after that. */
static enum cut cut_at(int day)
{
    switch (day) {
    case 40:
    case LATE_DAY + 1:
        return STOP;
    case 41:
    case 42:
    case LATE_DAY + 2:
    case REPLACED_DAY:
        return KILL;
    case REPLACED_DAY - 2: /* a day is concluded and kept; the next one soon after is not */
        return LOOK;
    default:
        return THROUGH;
    }
}

static void cut(struct stage *g, int day)
{
    int resumed = site_log_lines(&g->site, "slow_state resumed");
    int refused = site_log_lines(&g->site, "slow_state refused");

    restart(g, cut_at(day) == KILL);
    site_wait_log(&g->site,
                  day == REPLACED_DAY ? "days were concluded since" : "slow_state resumed",
                  day == REPLACED_DAY ? 1 : resumed + 1);
    assert_int_equal(site_log_lines(&g->site, "slow_state refused"),
                     refused + (day == REPLACED_DAY));
}

static void live(struct stage *g, bool cuts)
{
    for (int day = 0; day < DAYS; day++) {
        int first = day * PER_DAY, middle = first + PER_DAY / 2;
        send_part(g, first, middle);
        if (cut_at(day) != THROUGH) /* the day before is concluded first, in both */
            judged_to(g, middle);
        if (day == LATE_DAY + 2) {
            send_late(g);
            judged_to(g, middle);
        }
        if (cuts && cut_at(day) >= STOP)
            cut(g, day);
        send_part(g, middle, first + PER_DAY);
    }
    judged_to(g, DAYS * PER_DAY);
}

/* --- rows --- */

static enum err put_forecast(void *context, const struct state_forecast *f,
                             const struct state_crossing *came)
{
    strbuf_printf(context, "%s %s %s %g %lld %s %s %s %lld %lld %lld %a %a %a %lld\n",
                  f->limit.sensor, f->limit.quantity, f->limit.of, f->limit.value,
                  (long long)f->at_us, f->state, f->reason, f->method, (long long)f->t05_us,
                  (long long)f->t50_us, (long long)f->t95_us, f->p30, f->p180, f->p365,
                  came ? (long long)came->reached_us : 0);
    return ERR_OK;
}

static enum err put_risk(void *context, const struct state_risk *r)
{
    strbuf_printf(context, "%s %lld %s\n", r->house, (long long)r->at_us, r->line);
    return ERR_OK;
}

static void put_steps(struct stage *g, struct strbuf *out)
{
    struct site_steps steps = site_steps(&g->site);

    for (size_t i = 0; i < steps.count; i++) {
        const struct site_step *s = &steps.list[i];
        cJSON *body = cJSON_Parse(s->body);
        const cJSON *value = cJSON_GetObjectItem(body, "value");
        strbuf_printf(out, "%s %d %d %a\n", s->key, s->step, s->level,
                      cJSON_IsNumber(value) ? cJSON_GetNumberValue(value) : 0);
        cJSON_Delete(body);
    }
    site_steps_free(&steps);
}

static void rows(struct stage *g, struct strbuf *out)
{
    const struct forecast_filter all = {.since_us = INT64_MIN};
    struct state_db *db = site_state(&g->site);

    assert_int_equal(state_forecast_each(db, &all, put_forecast, out), ERR_OK);
    assert_int_equal(state_risk_each(db, "H1", put_risk, out), ERR_OK);
    state_close(db);
    put_steps(g, out);
    assert_false(out->failed);
}

static void follow(int64_t t0_us, bool cuts, struct strbuf *out)
{
    void *state;
    struct stage *g;

    assert_int_equal(setup(&state), 0);
    g = state;
    g->t0_us = t0_us;
    add_sensors(g);
    begin(g);
    live(g, cuts);
    rows(g, out);
    teardown(&state);
}

static void test_rows_are_the_same(void **state)
{
    int64_t t0_us = (wall_us() / DAY_US - DAYS - 2) * DAY_US;
    struct strbuf through = {0}, cut = {0};

    (void)state;
    follow(t0_us, false, &through);
    follow(t0_us, true, &cut);
    assert_non_null(strstr(strbuf_text(&through), TREND " 1"));
    assert_non_null(strstr(strbuf_text(&through), "displacement change 1 "));
    assert_non_null(strstr(strbuf_text(&through), "mould_index"));
    assert_string_equal(strbuf_text(&cut), strbuf_text(&through));
    strbuf_free(&through);
    strbuf_free(&cut);
}

/* A damaged state is no worse than none. */
static void test_a_damaged_state_is_made_anew(void **state)
{
    struct stage *g = *state;
    char *path;
    sqlite3 *raw;

    g->t0_us = (wall_us() / DAY_US - DAYS - 2) * DAY_US;
    add_sensors(g);
    begin(g);
    for (int day = 0; day < 80; day++)
        send_part(g, day * PER_DAY, (day + 1) * PER_DAY);
    judged_to(g, 80 * PER_DAY);
    site_stop(&g->site);
    path = path_in(g->site.store, "state.db");
    assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw,
                                  "UPDATE slow_state SET bytes = zeroblob(length(bytes))"
                                  " WHERE name = 'H1/n1/d' AND part = 3",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_changes(raw), 1);
    sqlite3_close(raw);
    free(path);
    int before = site_step_count(&g->site, TREND);
    assert_true(before > 0);
    site_start_connected(&g->site);
    site_wait_log(&g->site, "slow_state refused=\"damaged\"", 1);
    judged_to(g, 80 * PER_DAY + 1);
    assert_int_equal(site_step_count(&g->site, TREND), before);
    restart(g, true); /* it was kept again at once */
    site_wait_log(&g->site, "slow_state resumed", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows_are_the_same),
                                       T(test_a_damaged_state_is_made_anew)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
