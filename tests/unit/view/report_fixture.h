/* Reports asked for, and a store with a past. */
#ifndef SHIKUMEN_REPORT_FIXTURE_H
#define SHIKUMEN_REPORT_FIXTURE_H

#include "desk_fixture.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#include "shikumen/io/audit_hash.h"
#include "shikumen/io/state_audit.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/view/report.h"
#include "shikumen/view/when.h"
#include "zones.h"

#define FROM  T0_US
#define TO    (T0_US + US_PER_DAY)
#define CRACK "H1/n1/c"

/* --- asked for --- */

struct asked {
    struct strbuf out;
    char why[300];
    enum err e;
};

static inline struct asked ask(struct fixture *f, struct report_query q)
{
    struct asked a = {{0}, "", ERR_OK};

    a.e = view_report(&f->desk, &q, &a.out, a.why, sizeof a.why);
    return a;
}

static inline struct report_query query(const char *house, enum report_format format)
{
    return (struct report_query){
        .house = house, .from_us = FROM, .to_us = TO, .format = format, .language = DESK_EN};
}

static inline char *text_of(struct fixture *f, struct report_query q)
{
    struct asked a = ask(f, q);

    assert_int_equal(a.e, ERR_OK);
    assert_non_null(a.out.data);
    return a.out.data;
}

/* The content of the JSON, parsed. */
static inline cJSON *content(struct fixture *f, const char *house)
{
    char *text = text_of(f, query(house, REPORT_JSON));
    cJSON *whole = cJSON_Parse(text), *inside;

    assert_non_null(whole);
    inside = cJSON_DetachItemFromObject(whole, "content");
    assert_non_null(inside);
    cJSON_Delete(whole);
    free(text);
    return inside;
}

static inline const cJSON *of(const cJSON *object, const char *list, const char *key, const char *value)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItem(object, list))
    {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(item, key)), value) == 0)
            return item;
    }
    fail_msg("no %s with %s = %s", list, key, value);
    return NULL;
}

static inline double number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);

    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

static inline const char *word(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);

    return cJSON_IsString(item) ? item->valuestring : "";
}

/* --- a store with a past --- */

static inline void open_state(struct fixture *f)
{
    assert_int_equal(state_open(f->dir, STATE_WRITE, NULL, 0, &f->desk.state), ERR_OK);
}

static inline void put_step(struct fixture *f, struct episode *e, enum alert_event event, int level,
                            int64_t at_us, const char *more)
{
    char body[400];
    int n;

    e->step++;
    e->level = level;
    e->peak_level = level > e->peak_level ? level : e->peak_level;
    e->changed_us = at_us;
    e->resolved_us = event == EVENT_RESOLVED ? at_us : 0;
    n = snprintf(body, sizeof body,
                 "{\"level\":%d,\"summary\":{\"zh\":\"裂缝\",\"en\":\"crack\"}%s}", level, more);
    assert_int_equal(state_begin(f->desk.state), ERR_OK);
    assert_int_equal(state_episode_put(f->desk.state, e), ERR_OK);
    assert_int_equal(state_step_put(f->desk.state, e, event, at_us, body, (size_t)n), ERR_OK);
    assert_int_equal(state_commit(f->desk.state), ERR_OK);
}

static inline struct episode episode_of(const char *id, int64_t opened_us)
{
    struct episode e = {.key = "trend|H1/wall|crack_width",
                        .category = CATEGORY_STRUCTURE,
                        .kind = KIND_TREND,
                        .opened_us = opened_us,
                        .house = "H1",
                        .element = "H1/wall"};

    snprintf(e.id, sizeof e.id, "%s", id);
    return e;
}

static inline void close_state(struct fixture *f)
{
    state_close(f->desk.state);
    f->desk.state = NULL;
}

#endif
