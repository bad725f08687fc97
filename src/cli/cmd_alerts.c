#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_story.h"
#include "episode_find.h"
#include "link_loss.h"
#include "shikumenctl.h"
#include "words.h"

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
};

/* --- the list --- */

static struct cell member_cell(struct table *t, const cJSON *body, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(body, name);
    char *text = member ? cJSON_PrintUnformatted(member) : NULL;
    struct cell cell = text ? cell_json(t, text) : (struct cell){0};

    free(text);
    return cell;
}

static void put_story(struct table *t, struct cell *row, const char *body)
{
    cJSON *json = cJSON_Parse(body);

    row[COL_SENSORS] = member_cell(t, json, "sensors");
    row[COL_SUMMARIES] = member_cell(t, json, "summary");
    row[COL_SUMMARY] = cell_text(t, story_summary(t->ctl, json));
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
            cell_shown(t, row[COL_LEVEL], TINT_GREY, ctl_word(t->ctl, "已结束", "ended"));
    if (!unknown)
        return err;
    strbuf_printf(&shown, "%s%s", word_level(t->ctl, e->level),
                  ctl_word(t->ctl, "，情况不明：测点无数据", ", unknown: no data"));
    row[COL_LEVEL] = cell_shown(t, row[COL_LEVEL], tint_of_level(e->level), strbuf_text(&shown));
    strbuf_free(&shown);
    return err;
}

struct listed {
    struct table *table;
    struct link_loss loss;
    bool all;       /* those too that another alert speaks for */
    int spoken_for; /* left out for that */
};

static enum err put_episode(struct listed *l, const struct episode *e, const char *body)
{
    struct table *t = l->table;
    struct cell *row = table_row(t);
    bool open = e->resolved_us == 0;
    char id[SHORT_ID + 1];

    if (!row)
        return ERR_NOMEM;
    snprintf(id, sizeof id, "%.*s", SHORT_ID, e->id);
    row[COL_ID] = cell_text(t, e->id);
    row[COL_SHORT_ID] = cell_text(t, id);
    row[COL_COLOUR] = cell_text(t, level_colour(e->level));
    row[COL_PEAK] = cell_int(e->peak_level);
    row[COL_CATEGORY] = cell_shown(t, cell_text(t, category_name(e->category)), TINT_NONE,
                                   word_category(t->ctl, e->category));
    row[COL_KIND] = cell_shown(t, cell_text(t, alert_kind_name(e->kind)), TINT_NONE,
                               word_kind(t->ctl, e->kind));
    row[COL_HOUSE] = cell_text(t, e->house);
    row[COL_ELEMENT] = cell_text(t, e->element);
    row[COL_STEP] = cell_int(e->step);
    row[COL_OPENED] = cell_time(e->opened_us);
    row[COL_CHANGED] = cell_time(e->changed_us);
    row[COL_SPOKEN_FOR] = cell_bool(e->spoken_by != 0);
    row[COL_RESOLVED] = cell_time(open ? INT64_MIN : e->resolved_us);
    put_story(t, row, body);
    return put_state(t, &l->loss, e, row);
}

static enum err keep_body(void *context, const struct step_row *s)
{
    struct strbuf *body = context;

    strbuf_clear(body);
    strbuf_puts(body, s->body);
    return ERR_OK;
}

static enum err take_episode(void *context, const struct episode *e)
{
    struct listed *l = context;
    struct table *t = l->table;
    const struct options *o = &t->ctl->options;
    struct strbuf body = {0};
    enum err result;

    if (!option_given(o, OPTION_ALL) && e->level < o->level)
        return ERR_OK; /* it was that bad, but is not now */
    if (!l->all && e->spoken_by != 0) {
        l->spoken_for++;
        return ERR_OK;
    }
    result = state_step_each(t->ctl->state, e->row, keep_body, &body);
    if (result == ERR_OK)
        result = put_episode(l, e, strbuf_text(&body));
    strbuf_free(&body);
    return result;
}

static int list(struct ctl *c)
{
    const struct alert_filter filter = {.open_only = !option_given(&c->options, OPTION_ALL),
                                        .house = c->options.house,
                                        .min_level = c->options.level,
                                        .since_us = c->options.since_us};
    struct column columns[COL_COUNT];
    struct table t;
    /* People read what speaks for itself; programs get everything. */
    struct listed listed = {.table = &t,
                            .all = option_given(&c->options, OPTION_ALL) ||
                                   option_given(&c->options, OPTION_JSON) ||
                                   option_given(&c->options, OPTION_CSV)};
    int code = ctl_result(c, link_loss_take(c, &listed.loss));

    if (code != EXIT_DONE)
        return code;
    memcpy(columns, column_table, sizeof columns);
    columns[COL_CHANGED].zh = columns[COL_CHANGED].en = word_time_heading(c, "变化", "CHANGED");
    table_begin(&t, c, columns, COL_COUNT);
    code = ctl_state_result(c, state_episode_each(c->state, &filter, take_episode, &listed));
    if (code == EXIT_DONE)
        code = table_print(&t, "没有告警", "no alerts");
    if (code == EXIT_DONE && listed.spoken_for > 0)
        ctl_say(c, "另有 %d 条告警已由上列告警一并说明（--all 全部列出）",
                "%d further alerts are spoken for by those above (--all lists them)",
                listed.spoken_for);
    table_end(&t);
    return code;
}

/* --- one --- */

static int show_one(struct ctl *c)
{
    struct episode e;
    int code = episode_find(c, c->options.arguments[0], &e);

    return code == EXIT_DONE ? story_print(c, &e) : code;
}

int cmd_alerts(struct ctl *c)
{
    bool one = c->options.argument_count == 1;
    int code;

    if (one && (c->options.given &
                (TAKES(ALL) | TAKES(HOUSE) | TAKES(LEVEL) | TAKES(SINCE) | TAKES(CSV)))) {
        options_refuse("ID 只能与 --json 同用 an ID goes with --json only", "");
        return EXIT_USAGE;
    }
    code = ctl_state(c);
    if (code != EXIT_DONE)
        return code;
    return one ? show_one(c) : list(c);
}
