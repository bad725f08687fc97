#include <stdio.h>
#include <string.h>

#include "display.h"
#include "listing.h"
#include "print.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/when.h"
#include "shikumen/view/words.h"

#define FLUSH_BYTES   65536
#define TIME_COLUMNS  19
#define VALUE_COLUMNS 12

struct raw;
typedef void put_fn(struct raw *raw, const struct reading *r);

struct raw {
    struct ctl *c;
    const struct listed *sensor;
    put_fn *put;
    struct strbuf out;
    int64_t rows;
    int code;
};

static const char *unit_of(const struct raw *raw, const struct reading *r)
{
    return ctl_unit(raw->c, raw->sensor->name, raw->sensor->unit, r->t_us);
}

static void put_people(struct raw *raw, const struct reading *r)
{
    char time[WHEN_TEXT_SIZE], value[VALUE_TEXT_SIZE];
    enum tint tint = r->flag == QF_FAIL      ? TINT_RED
                     : r->flag == QF_SUSPECT ? TINT_YELLOW
                                             : TINT_NONE;

    display_pad(&raw->out, when_local(raw->c->desk.zone, r->t_us, time), TIME_COLUMNS, false);
    display_pad(&raw->out, value_text(r->value, raw->sensor->quantity, value), VALUE_COLUMNS, true);
    strbuf_printf(&raw->out, " %s  ", unit_of(raw, r));
    display_pad(&raw->out, when_local(raw->c->desk.zone, r->rx_us, time), TIME_COLUMNS, false);
    strbuf_puts(&raw->out, "  ");
    tint_put(raw->c, &raw->out, tint, word_flag(&raw->c->desk, r->flag));
    if (r->test != QT_NONE)
        strbuf_printf(&raw->out, " (%s)", quality_test_name((enum quality_test)r->test));
    strbuf_putc(&raw->out, '\n');
}

static void put_json(struct raw *raw, const struct reading *r)
{
    strbuf_puts(&raw->out, raw->rows ? ",\n " : "");
    reading_json(&raw->out, raw->sensor->name, unit_of(raw, r), r);
}

static void put_csv(struct raw *raw, const struct reading *r)
{
    reading_csv(&raw->out, raw->sensor->name, unit_of(raw, r), r);
}

/* --- the whole --- */

static enum err flush(struct raw *raw)
{
    raw->code = print_text(raw->c, &raw->out);
    strbuf_clear(&raw->out);
    return raw->code == EXIT_DONE ? ERR_OK : ERR_CLOSED;
}

static void put_heading(struct raw *raw, const struct reading *first)
{
    struct ctl *c = raw->c;
    struct strbuf line = {0};

    strbuf_printf(&line, "%s (%s)\n", ctl_clean(c, raw->sensor->name), c->desk.zone->name);
    display_pad(&line, ctl_word(c, "测点时间", "TIME"), TIME_COLUMNS, false);
    display_pad(&line, ctl_word(c, "数值", "VALUE"), VALUE_COLUMNS, true);
    display_pad(&line, "", 3 + display_width(unit_of(raw, first)), false);
    display_pad(&line, ctl_word(c, "到达", "ARRIVAL"), TIME_COLUMNS, false);
    strbuf_printf(&line, "  %s\n", ctl_word(c, "质量", "FLAG"));
    tint_put(c, &raw->out, TINT_GREY, strbuf_text(&line));
    strbuf_free(&line);
}

static enum err take(void *context, const struct reading *r)
{
    struct raw *raw = context;

    if (raw->rows == 0 && raw->put == put_people)
        put_heading(raw, r);
    raw->put(raw, r);
    raw->rows++;
    return raw->out.len < FLUSH_BYTES ? ERR_OK : flush(raw);
}

static int finish(struct raw *raw, enum err e)
{
    if (raw->code != EXIT_DONE)
        return raw->code;
    if (e != ERR_OK)
        return ctl_readings_result(raw->c, e);
    strbuf_puts(&raw->out, raw->put == put_json ? "]\n" : "");
    if (raw->rows == 0 && raw->put == put_people)
        ctl_say(raw->c, "这段时间没有读数", "no readings in that time");
    return flush(raw) == ERR_OK ? EXIT_DONE : raw->code;
}

int listing_raw(struct ctl *c, const struct listed *sensor)
{
    const struct options *o = &c->options;
    struct raw raw = {.c = c, .sensor = sensor, .put = put_people};
    int code;

    if (option_given(o, OPTION_JSON)) {
        raw.put = put_json;
        strbuf_putc(&raw.out, '[');
    } else if (option_given(o, OPTION_CSV)) {
        raw.put = put_csv;
        strbuf_puts(&raw.out, READING_CSV_HEADER);
    }
    code =
        finish(&raw, reader_window(c->desk.readings, sensor->id, o->from_us, o->to_us, take, &raw));
    strbuf_free(&raw.out);
    return code;
}

int listing_summary(struct ctl *c, const struct listed *sensor)
{
    const struct options *o = &c->options;
    const struct listing_query query = {
        .step = o->step, .from_us = o->from_us, .to_us = o->to_us, .most = SIZE_MAX};
    struct table t;
    int64_t next_us;
    int code = ctl_view_result(c, view_buckets(&c->desk, sensor, &query, &t, &next_us));

    if (code == EXIT_DONE)
        code = table_print(c, &t, "这段时间没有读数", "no readings in that time");
    table_end(&t);
    return code;
}
