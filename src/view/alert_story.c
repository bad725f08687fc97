#include "shikumen/view/alert_story.h"

#include <inttypes.h>
#include <string.h>

#include "shikumen/base/utc.h"
#include "shikumen/view/link_loss.h"
#include "shikumen/view/signoff_rows.h"
#include "shikumen/view/words.h"

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

const char *story_summary(const struct desk *d, const cJSON *body)
{
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(body, "summary");
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(summary, desk_word(d, "zh", "en")));

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
                                     word_event(t->desk, s->event));
        row[STEP_AT] = cell_time(s->at_us);
        row[STEP_LEVEL] = cell_level(t, level_in(body));
        row[STEP_SUMMARY] = cell_text(t, story_summary(t->desk, body));
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
                                word_outbox(t->desk, d->state));
    row[OUT_ATTEMPTS] = cell_int(d->attempts);
    row[OUT_STATUS] = d->http_status ? cell_int(d->http_status) : (struct cell){0};
    row[OUT_SETTLED] = cell_time(d->state == OUTBOX_PENDING ? INT64_MIN : d->settled_us);
    row[OUT_DUE] = cell_time(d->state == OUTBOX_PENDING ? d->due_us : INT64_MIN);
    row[OUT_ERROR] = cell_text(t, d->error);
    return ERR_OK;
}

static enum err fill(struct desk *d, const struct episode *e, struct table tables[STORY_TABLES])
{
    struct column *columns = table_begin_own(&tables[STORY_STEPS], d, step_columns, STEP_COLUMNS);
    enum err err;

    if (!columns)
        return ERR_NOMEM;
    columns[STEP_AT].zh = columns[STEP_AT].en = word_time_heading(d, "时间", "TIME");
    table_begin(&tables[STORY_DELIVERIES], d, out_columns, OUT_COLUMNS);
    err = state_step_each(d->state, e->row, take_step, &tables[STORY_STEPS]);
    if (err == ERR_OK)
        err = state_delivery_each(d->state, e->row, take_delivery, &tables[STORY_DELIVERIES]);
    if (err == ERR_OK)
        err = proposal_rows(d, e->row, &tables[STORY_PROPOSALS]);
    if (err == ERR_OK)
        err = record_rows(d, e->row, &tables[STORY_RECORDS]);
    return err == ERR_OK ? act_rows(d, e->id, &tables[STORY_ACTS]) : err;
}

static enum err find_speaker(struct desk *d, const struct episode *e, char id[ALERT_ID_SIZE])
{
    enum err err;

    if (e->spoken_by == 0)
        return ERR_OK;
    err = state_episode_name(d->state, e->spoken_by, id);
    return err == ERR_NOTFOUND ? ERR_OK : err;
}

enum err story_tell(struct desk *d, const struct episode *e, struct alert_story *out)
{
    struct link_loss loss;
    enum err err = link_loss_take(d, &loss);

    *out = (struct alert_story){.episode = e};
    if (err == ERR_OK)
        err = link_loss_of(&loss, e, &out->unknown, &out->unknown_since_us);
    if (err == ERR_OK)
        err = find_speaker(d, e, out->speaker);
    return desk_state(d, err == ERR_OK ? fill(d, e, out->tables) : err);
}

void story_end(struct alert_story *s)
{
    for (int i = 0; i < STORY_TABLES; i++)
        table_end(&s->tables[i]);
}

/* --- for programs --- */

static void put_member(struct strbuf *out, const char *name, const char *text)
{
    strbuf_printf(out, ",\n \"%s\":", name);
    if (*text)
        strbuf_json_string(out, text, strlen(text));
    else
        strbuf_puts(out, "null");
}

void story_json(const struct alert_story *s, struct strbuf *out)
{
    static const char *const names[STORY_TABLES] = {
        [STORY_STEPS] = "steps",         [STORY_DELIVERIES] = "deliveries",
        [STORY_PROPOSALS] = "proposals", [STORY_RECORDS] = "records",
        [STORY_ACTS] = "acts",
    };
    const struct episode *e = s->episode;
    char time[UTC_TEXT_SIZE];
    bool open = e->resolved_us == 0;

    strbuf_printf(out, "{\"id\":\"%s\"", e->id);
    put_member(out, "key", e->key);
    put_member(out, "state", s->unknown ? "unknown" : open ? "open" : "resolved");
    put_member(out, "unknown_since",
               s->unknown_since_us == INT64_MIN ? "" : utc_format(s->unknown_since_us, time));
    strbuf_printf(out, ",\n \"level\":%d,\n \"colour\":\"%s\",\n \"peak_level\":%d", e->level,
                  level_colour(e->level), e->peak_level);
    put_member(out, "category", category_name(e->category));
    put_member(out, "kind", alert_kind_name(e->kind));
    put_member(out, "house", e->house);
    put_member(out, "element", e->element);
    put_member(out, "opened", utc_format(e->opened_us, time));
    put_member(out, "changed", utc_format(e->changed_us, time));
    put_member(out, "resolved", open ? "" : utc_format(e->resolved_us, time));
    put_member(out, "spoken_by", s->speaker);
    for (int i = 0; i < STORY_TABLES; i++) {
        strbuf_printf(out, ",\n \"%s\":", names[i]);
        table_json(&s->tables[i], out);
    }
    strbuf_puts(out, "}");
}
