#include "shikumen/view/alerts.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "shikumen/view/alert_story.h"
#include "shikumen/view/link_loss.h"
#include "shikumen/view/member.h"
#include "shikumen/view/words.h"

#define SHORT_ID 8

enum {
    COL_ID,
    COL_SHORT_ID,
    COL_STATE,
    COL_UNKNOWN_SINCE,
    COL_LEVEL,
    COL_COLOUR,
    COL_PEAK,
    COL_CATEGORY,
    COL_KIND,
    COL_HOUSE,
    COL_ELEMENT,
    COL_STEP,
    COL_OPENED,
    COL_CHANGED,
    COL_RESOLVED,
    COL_SENSORS,
    COL_SUMMARY,
    COL_SUMMARIES,
    COL_SPOKEN_FOR,
    COL_SPOKEN_BY,
    COL_ACKNOWLEDGED,
    COL_LAST,
    COL_ROW, /* for paging */
    COL_COUNT
};

static const struct column column_table[COL_COUNT] = {
    [COL_ID] = {"id", NULL, NULL, false, 0},
    [COL_SHORT_ID] = {NULL, "编号", "ID", false, 0},
    [COL_STATE] = {"state", NULL, NULL, false, 0},
    [COL_UNKNOWN_SINCE] = {"unknown_since", NULL, NULL, false, 0},
    [COL_LEVEL] = {"level", "级别", "LEVEL", false, 0},
    [COL_COLOUR] = {"colour", NULL, NULL, false, 0},
    [COL_PEAK] = {"peak_level", NULL, NULL, false, 0},
    [COL_CATEGORY] = {"category", "类别", "CATEGORY", false, 0},
    [COL_KIND] = {"kind", "类型", "KIND", false, 0},
    [COL_HOUSE] = {"house", "房屋", "HOUSE", false, 0},
    [COL_ELEMENT] = {"element", NULL, NULL, false, 0},
    [COL_STEP] = {"step", "步", "STEP", true, 0},
    [COL_OPENED] = {"opened", NULL, NULL, false, 0},
    [COL_CHANGED] = {"changed", NULL, NULL, false, 0},
    [COL_RESOLVED] = {"resolved", NULL, NULL, false, 0},
    [COL_SENSORS] = {"sensors", NULL, NULL, false, 0},
    [COL_SUMMARY] = {NULL, "摘要", "SUMMARY", false, 0},
    [COL_SUMMARIES] = {"summary", NULL, NULL, false, 0},
    [COL_SPOKEN_FOR] = {"spoken_for", NULL, NULL, false, 0},
    [COL_SPOKEN_BY] = {"spoken_by", NULL, NULL, false, 0},
    [COL_ACKNOWLEDGED] = {"acknowledged", NULL, NULL, false, 0},
    [COL_LAST] = {NULL, NULL, NULL, false, 0},
    [COL_ROW] = {NULL, NULL, NULL, false, 0},
};

static void put_story(struct table *t, struct cell *row, const char *body)
{
    cJSON *json = cJSON_Parse(body);

    if (t->columns[COL_LAST].key && json)
        row[COL_LAST] = cell_json(t, body);

    row[COL_SENSORS] = cell_member(t, cJSON_GetObjectItemCaseSensitive(json, "sensors"));
    row[COL_SUMMARIES] = cell_member(t, cJSON_GetObjectItemCaseSensitive(json, "summary"));
    row[COL_SUMMARY] = cell_text(t, story_summary(t->desk, json));
    cJSON_Delete(json);
}

/* Open, over, or open and nothing is heard of its sensors. */
static enum err put_state(struct table *t, const struct link_loss *loss, const struct episode *e,
                          struct cell *row)
{
    bool unknown;
    int64_t since_us;
    struct strbuf shown = {0};
    enum err err = link_loss_of(loss, e, &unknown, &since_us);

    row[COL_STATE] = cell_text(t, unknown ? "unknown" : e->resolved_us ? "resolved" : "open");
    row[COL_UNKNOWN_SINCE] = cell_time(since_us);
    row[COL_LEVEL] = cell_level(t, e->level);
    if (e->resolved_us)
        row[COL_LEVEL] =
            cell_shown(t, row[COL_LEVEL], TINT_GREY, desk_word(t->desk, "已结束", "ended"));
    if (!unknown)
        return err;
    strbuf_printf(&shown, "%s%s", word_level(t->desk, e->level),
                  desk_word(t->desk, "，情况不明：测点无数据", ", unknown: no data"));
    row[COL_LEVEL] = cell_shown(t, row[COL_LEVEL], tint_of_level(e->level), strbuf_text(&shown));
    strbuf_free(&shown);
    return err;
}

static enum err put_speaker(struct table *t, struct cell *row, const struct episode *e)
{
    char id[ALERT_ID_SIZE];
    enum err err;

    if (e->spoken_by == 0)
        return ERR_OK;
    err = state_episode_name(t->desk->state, e->spoken_by, id);
    row[COL_SPOKEN_BY] = cell_text(t, id);
    return err == ERR_NOTFOUND ? ERR_OK : err;
}

struct listed {
    struct table *table;
    const struct alerts_query *query;
    struct link_loss loss;
    size_t *spoken_for;
};

static enum err put_episode(struct listed *l, const struct episode *e, const char *body)
{
    struct table *t = l->table;
    struct cell *row = table_row(t);
    bool open = e->resolved_us == 0;
    char id[SHORT_ID + 1];
    enum err err;

    if (!row)
        return ERR_NOMEM;
    snprintf(id, sizeof id, "%.*s", SHORT_ID, e->id);
    row[COL_ID] = cell_text(t, e->id);
    row[COL_SHORT_ID] = cell_text(t, id);
    row[COL_COLOUR] = cell_text(t, level_colour(e->level));
    row[COL_PEAK] = cell_int(e->peak_level);
    row[COL_CATEGORY] = cell_shown(t, cell_text(t, category_name(e->category)), TINT_NONE,
                                   word_category(t->desk, e->category));
    row[COL_KIND] = cell_shown(t, cell_text(t, alert_kind_name(e->kind)), TINT_NONE,
                               word_kind(t->desk, e->kind));
    row[COL_HOUSE] = cell_text(t, e->house);
    row[COL_ELEMENT] = cell_text(t, e->element);
    row[COL_STEP] = cell_int(e->step);
    row[COL_OPENED] = cell_time(e->opened_us);
    row[COL_CHANGED] = cell_time(e->changed_us);
    row[COL_SPOKEN_FOR] = cell_bool(e->spoken_by != 0);
    row[COL_RESOLVED] = cell_time(open ? INT64_MIN : e->resolved_us);
    row[COL_ROW] = cell_int(e->row);
    /* What was acknowledged at a lower level is not. */
    if (e->acked_level > 0 && e->acked_level >= e->level)
        row[COL_ACKNOWLEDGED] = cell_time(e->acked_us);
    put_story(t, row, body);
    err = put_speaker(t, row, e);
    return err == ERR_OK ? put_state(t, &l->loss, e, row) : err;
}

/* Whether it is asked for as it stands now; one that another speaks for is counted. */
static bool is_wanted(const struct listed *l, const struct episode *e)
{
    const struct alerts_query *q = l->query;

    if (!q->all && e->level < q->level)
        return false; /* it was that bad, but is not now */
    if (q->category != CATEGORY_COUNT && e->category != q->category)
        return false;
    if (q->spoken_for || e->spoken_by == 0)
        return true;
    ++*l->spoken_for;
    return false;
}

static enum err take_episode(void *context, const struct episode *e)
{
    struct listed *l = context;
    struct strbuf body = {0};
    enum err result;

    if (!is_wanted(l, e))
        return ERR_OK;
    result = state_step_body(l->table->desk->state, e->row, e->step, &body);
    if (result == ERR_OK || result == ERR_NOTFOUND)
        result = put_episode(l, e, strbuf_text(&body));
    strbuf_free(&body);
    return result;
}

enum err view_alerts(struct desk *d, const struct alerts_query *q, struct table *t,
                     size_t *spoken_for)
{
    const struct alert_filter filter = {
        .open_only = !q->all, .house = q->house, .min_level = q->level, .since_us = q->since_us};
    struct listed listed = {.table = t, .query = q, .spoken_for = spoken_for};
    struct column *columns = table_begin_own(t, d, column_table, COL_COUNT);
    enum err e = columns ? link_loss_take(d, &listed.loss) : ERR_NOMEM;

    *spoken_for = 0;
    if (e != ERR_OK)
        return e;
    columns[COL_LAST].key = q->last_step ? "last" : NULL;
    columns[COL_CHANGED].zh = columns[COL_CHANGED].en = word_time_heading(d, "变化", "CHANGED");
    e = desk_state(d, state_episode_each(d->state, &filter, take_episode, &listed));
    if (e == ERR_OK && q->by_opening)
        page_sort(t, &alerts_by_opening);
    return e;
}

static const struct page_key worst_keys[] = {
    {COL_LEVEL, true}, {COL_CHANGED, true}, {COL_ROW, true}};
static const struct page_key opening_keys[] = {{COL_ROW, true}};
const struct page_order alerts_worst = {worst_keys, sizeof worst_keys / sizeof worst_keys[0]};
const struct page_order alerts_by_opening = {opening_keys, 1};
