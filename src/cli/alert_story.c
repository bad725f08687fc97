#include "alert_story.h"

#include <inttypes.h>
#include <string.h>

#include "link_loss.h"
#include "shikumen/base/utc.h"
#include "signoff_rows.h"
#include "when.h"
#include "words.h"

enum { STEP_NUMBER, STEP_EVENT, STEP_AT, STEP_LEVEL, STEP_SUMMARY, STEP_BODY, STEP_COLUMNS };

static const struct column step_columns[STEP_COLUMNS] = {
    [STEP_NUMBER] = {"step", "步", "STEP", true, 0},
    [STEP_EVENT] = {"event", "事件", "EVENT", false, 0},
    [STEP_AT] = {"at", NULL, NULL, false, 0},
    [STEP_LEVEL] = {NULL, "级别", "LEVEL", false, 0},
    [STEP_SUMMARY] = {NULL, "摘要", "SUMMARY", false, 0},
    [STEP_BODY] = {"body", NULL, NULL, false, 0},
};

enum {
    OUT_STEP,
    OUT_ENDPOINT,
    OUT_STATE,
    OUT_ATTEMPTS,
    OUT_STATUS,
    OUT_SETTLED,
    OUT_DUE,
    OUT_ERROR,
    OUT_COLUMNS
};

static const struct column out_columns[OUT_COLUMNS] = {
    [OUT_STEP] = {"step", "步", "STEP", true, 0},
    [OUT_ENDPOINT] = {"endpoint", "接收方", "ENDPOINT", false, 0},
    [OUT_STATE] = {"state", "投递", "DELIVERY", false, 0},
    [OUT_ATTEMPTS] = {"attempts", "次数", "ATTEMPTS", true, 0},
    [OUT_STATUS] = {"http_status", "HTTP", "HTTP", true, 0},
    [OUT_SETTLED] = {"settled", NULL, NULL, false, 0},
    [OUT_DUE] = {"due", NULL, NULL, false, 0},
    [OUT_ERROR] = {"error", "原因", "ERROR", false, 80},
};

const char *story_summary(const struct ctl *c, const cJSON *body)
{
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(body, "summary");
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(summary, ctl_word(c, "zh", "en")));

    return text ? text : "";
}

static int level_in(const cJSON *body)
{
    const cJSON *level = cJSON_GetObjectItemCaseSensitive(body, "level");

    return cJSON_IsNumber(level) ? level->valueint : LEVEL_NORMAL;
}

static enum err take_step(void *context, const struct step_row *s)
{
    struct table *t = context;
    struct cell *row = table_row(t);
    cJSON *body = cJSON_Parse(s->body);

    if (row) {
        row[STEP_NUMBER] = cell_int(s->step);
        row[STEP_EVENT] = cell_shown(t, cell_text(t, alert_event_name(s->event)), TINT_NONE,
                                     word_event(t->ctl, s->event));
        row[STEP_AT] = cell_time(s->at_us);
        row[STEP_LEVEL] = cell_level(t, level_in(body));
        row[STEP_SUMMARY] = cell_text(t, story_summary(t->ctl, body));
        /* as it was posted; what is no JSON (it never should be) as a text */
        row[STEP_BODY] = body ? cell_json(t, s->body) : cell_text(t, s->body);
    }
    cJSON_Delete(body);
    return row ? ERR_OK : ERR_NOMEM;
}

static const char *state_name(enum outbox_state state)
{
    return state == OUTBOX_DELIVERED ? "delivered" : state == OUTBOX_PARKED ? "parked" : "pending";
}

static enum tint tint_of_state(enum outbox_state state)
{
    return state == OUTBOX_DELIVERED ? TINT_GREEN : state == OUTBOX_PARKED ? TINT_RED : TINT_YELLOW;
}

static enum err take_delivery(void *context, const struct delivery_row *d)
{
    struct table *t = context;
    struct cell *row = table_row(t);

    if (!row)
        return ERR_NOMEM;
    row[OUT_STEP] = cell_int(d->step);
    row[OUT_ENDPOINT] = cell_text(t, d->endpoint);
    row[OUT_STATE] = cell_shown(t, cell_text(t, state_name(d->state)), tint_of_state(d->state),
                                word_outbox(t->ctl, d->state));
    row[OUT_ATTEMPTS] = cell_int(d->attempts);
    row[OUT_STATUS] = d->http_status ? cell_int(d->http_status) : (struct cell){0};
    row[OUT_SETTLED] = cell_time(d->state == OUTBOX_PENDING ? INT64_MIN : d->settled_us);
    row[OUT_DUE] = cell_time(d->state == OUTBOX_PENDING ? d->due_us : INT64_MIN);
    row[OUT_ERROR] = cell_text(t, d->error);
    return ERR_OK;
}

/* --- printing --- */

static void put_member(struct strbuf *out, const char *name, const char *text)
{
    strbuf_printf(out, ",\n \"%s\":", name);
    if (*text)
        strbuf_json_string(out, text, strlen(text));
    else
        strbuf_puts(out, "null");
}

/* What is told of an alert, in this order. */
enum { STEPS, DELIVERIES, PROPOSALS, RECORDS, ACTS, TABLES };

struct unknown {
    bool is;
    int64_t since_us;
};

static void put_json(struct strbuf *out, const struct episode *e, const struct unknown *u,
                     const struct table tables[TABLES])
{
    static const char *const names[TABLES] = {
        [STEPS] = "steps",         [DELIVERIES] = "deliveries",
        [PROPOSALS] = "proposals", [RECORDS] = "records",
        [ACTS] = "acts",
    };
    char time[UTC_TEXT_SIZE];
    bool open = e->resolved_us == 0;

    strbuf_printf(out, "{\"id\":\"%s\"", e->id);
    put_member(out, "key", e->key);
    put_member(out, "state", u->is ? "unknown" : open ? "open" : "resolved");
    put_member(out, "unknown_since", u->since_us == INT64_MIN ? "" : utc_format(u->since_us, time));
    strbuf_printf(out, ",\n \"level\":%d,\n \"colour\":\"%s\",\n \"peak_level\":%d", e->level,
                  level_colour(e->level), e->peak_level);
    put_member(out, "category", category_name(e->category));
    put_member(out, "kind", alert_kind_name(e->kind));
    put_member(out, "house", e->house);
    put_member(out, "element", e->element);
    put_member(out, "opened", utc_format(e->opened_us, time));
    put_member(out, "changed", utc_format(e->changed_us, time));
    put_member(out, "resolved", open ? "" : utc_format(e->resolved_us, time));
    for (int i = 0; i < TABLES; i++) {
        strbuf_printf(out, ",\n \"%s\":", names[i]);
        table_json(&tables[i], out);
    }
    strbuf_puts(out, "}\n");
}

static void put_field(const struct ctl *c, struct strbuf *out, const char *zh, const char *en,
                      const char *text)
{
    strbuf_printf(out, "%s: %s\n", ctl_word(c, zh, en), *text ? text : "–");
}

static void put_unknown(const struct ctl *c, struct strbuf *out, const struct unknown *u)
{
    char time[WHEN_TEXT_SIZE];

    if (!u->is)
        return;
    strbuf_printf(out, "%s: %s %s\n",
                  ctl_word(c, "情况不明：测点无数据，最后收到", "unknown, no data, last heard"),
                  u->since_us == INT64_MIN ? "–" : when_local(u->since_us, time),
                  ctl_word(c, "不能视为结束", "this does not say that it is over"));
}

static void put_text(struct ctl *c, struct strbuf *out, const struct episode *e,
                     const struct unknown *u, const struct table tables[TABLES])
{
    char time[WHEN_TEXT_SIZE];

    put_field(c, out, "编号", "id", e->id);
    strbuf_printf(out, "%s: ", ctl_word(c, "级别", "level"));
    tint_put(c, out, tint_of_level(e->level),
             e->resolved_us ? ctl_word(c, "已结束", "ended") : word_level(c, e->level));
    strbuf_putc(out, '\n');
    put_unknown(c, out, u);
    put_field(c, out, "类别", "category", word_category(c, e->category));
    put_field(c, out, "类型", "kind", word_kind(c, e->kind));
    put_field(c, out, "房屋", "house", ctl_clean(c, e->house));
    put_field(c, out, "构件", "element", ctl_clean(c, e->element));
    strbuf_printf(out, "%s: %s\n", word_time_heading(c, "开始", "opened"),
                  when_local(e->opened_us, time));
    for (int i = 0; i < TABLES; i++) {
        if (tables[i].rows > 0 || i == DELIVERIES)
            strbuf_putc(out, '\n');
        if (tables[i].rows > 0)
            table_text(&tables[i], out);
        else if (i == DELIVERIES)
            strbuf_printf(out, "%s\n", ctl_word(c, "没有投递", "no deliveries"));
    }
}

static int print(struct ctl *c, const struct episode *e, const struct unknown *u,
                 const struct table tables[TABLES])
{
    struct strbuf out = {0};
    int code;

    if (option_given(&c->options, OPTION_JSON))
        put_json(&out, e, u, tables);
    else
        put_text(c, &out, e, u, tables);
    code = print_text(c, &out);
    strbuf_free(&out);
    return code;
}

static enum err fill(struct ctl *c, const struct episode *e, struct table tables[TABLES])
{
    enum err err = state_step_each(c->state, e->row, take_step, &tables[STEPS]);

    if (err == ERR_OK)
        err = state_delivery_each(c->state, e->row, take_delivery, &tables[DELIVERIES]);
    if (err == ERR_OK)
        err = proposal_rows(c, &tables[PROPOSALS], e->row, true);
    if (err == ERR_OK)
        err = record_rows(c, &tables[RECORDS], e->row);
    return err == ERR_OK ? act_rows(c, &tables[ACTS], e->id) : err;
}

int story_print(struct ctl *c, const struct episode *e)
{
    struct column columns[STEP_COLUMNS];
    struct table tables[TABLES] = {0};
    struct link_loss loss;
    struct unknown u;
    int code = ctl_result(c, link_loss_take(c, &loss));

    if (code == EXIT_DONE)
        code = ctl_state_result(c, link_loss_of(&loss, e, &u.is, &u.since_us));
    if (code != EXIT_DONE)
        return code;

    memcpy(columns, step_columns, sizeof columns);
    columns[STEP_AT].zh = columns[STEP_AT].en = word_time_heading(c, "时间", "TIME");
    table_begin(&tables[STEPS], c, columns, STEP_COLUMNS);
    table_begin(&tables[DELIVERIES], c, out_columns, OUT_COLUMNS);
    code = ctl_state_result(c, fill(c, e, tables));
    if (code == EXIT_DONE)
        code = print(c, e, &u, tables);
    for (int i = 0; i < TABLES; i++)
        table_end(&tables[i]);
    return code;
}
