/* Steps to be told: those of tests/data/formats, and made by hand. */
#ifndef FORMAT_FIXTURE_H
#define FORMAT_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shikumen/base/clock.h"
#include "shikumen/base/file.h"
#include "shikumen/core/format.h"
#include "zones.h"

#define STEPS_MAX 80
#define NOW_US    INT64_C(1795334405000000) /* 2026-11-22T08:00:05Z */

/* Steps, and the message that tells them. */
struct told {
    struct strbuf json[STEPS_MAX];
    struct step_view views[STEPS_MAX];
    struct format_item items[STEPS_MAX];
    struct format_message m;
};

/* The native JSON of tests/data/formats/NAME.json, as the assessor once wrote it. */
static inline void read_native(const char *name, struct strbuf *json)
{
    char path[512];

    snprintf(path, sizeof path, "%s/formats/%s.json", TEST_DATA, name);
    assert_int_equal(file_read(path, 1 << 20, json), ERR_OK);
    assert_true(json->len > 0 && json->data[json->len - 1] == '\n');
    json->data[--json->len] = '\0';
}

static inline void told_begin(struct told *t)
{
    *t = (struct told){0};
    t->m = (struct format_message){
        .items = t->items,
        .languages = FORMAT_BOTH,
        .now_us = NOW_US,
        .zone = &zone_shanghai,
        .keyword = "",
        .topic = "lane-7",
        .signature = "",
    };
}

static inline struct format_item *told_add(struct told *t, const struct step_view *view)
{
    size_t i = t->m.count++;

    assert_true(i < STEPS_MAX);
    t->views[i] = *view;
    t->items[i] = (struct format_item){.step = &t->views[i]};
    return &t->items[i];
}

static inline struct format_item *told_read(struct told *t, const char *name)
{
    struct strbuf *json = &t->json[t->m.count];
    struct step_view view;

    read_native(name, json);
    assert_int_equal(step_view_parse(json->data, json->len, &view), ERR_OK);
    return told_add(t, &view);
}

static inline void told_end(struct told *t)
{
    for (size_t i = 0; i < t->m.count; i++) {
        step_view_free(&t->views[i]);
        strbuf_free(&t->json[i]);
    }
}

/* A view whose texts are all this. */
static inline struct step_view hostile_view(const char *text)
{
    return (struct step_view){
        .json = "{}",
        .json_len = 2,
        .id = "6f1d0a52-8c1e-4b7a-9d3f-2a5c7e9b1d04",
        .step = 2,
        .event_name = "commented",
        .event = EVENT_COUNT,
        .at_us = NOW_US - 5 * US_PER_S,
        .level = LEVEL_ORANGE,
        .district = text,
        .house = text,
        .element = text,
        .category = "structure",
        .kind = text,
        .url = "",
        .house_name = {text, text},
        .element_name = {text, text},
        .summary = {text, text},
        .advice = {text, text},
        .p365 = (double)NAN,
    };
}

static inline void render_as(enum alert_format format, const struct told *t, struct strbuf *out)
{
    format_of(format)->render(&t->m, out);
    assert_false(out->failed);
}

/* Against tests/data/formats/NAME.golden. With SHIKUMEN_WRITE_GOLDEN set, writes the file instead
 * of comparing; read it before use. */
static inline void check_golden(const char *name, const struct strbuf *got)
{
    struct strbuf expected = {0};
    char path[512];

    snprintf(path, sizeof path, "%s/formats/%s.golden", TEST_DATA, name);
    if (getenv("SHIKUMEN_WRITE_GOLDEN"))
        assert_int_equal(file_replace(path, strbuf_text(got), got->len), ERR_OK);
    assert_int_equal(file_read(path, 1 << 20, &expected), ERR_OK);
    assert_string_equal(strbuf_text(got), strbuf_text(&expected));
    strbuf_free(&expected);
}

static inline void check_told(const char *name, enum alert_format format, const struct told *t)
{
    struct strbuf got = {0};

    render_as(format, t, &got);
    check_golden(name, &got);
    strbuf_free(&got);
}

#endif
