#include <string.h>

#include "analysis_json.h"
#include "place_put.h"
#include "shikumen/base/clock.h"
#include "shikumen/view/listing.h"
#include "shikumen/view/paper.h"
#include "shikumen/view/sensors.h"
#include "shikumen/view/series.h"

#define FLAGS_OVER_US (30 * US_PER_DAY)

static enum err put_row(struct desk *d, uint32_t sensor, struct strbuf *out)
{
    const struct sensors_query query = {
        .house = REGISTRY_NONE, .sensor = sensor, .limits_apart = true};
    struct table t;
    enum err e = view_sensors(d, &query, &t);

    if (e == ERR_OK)
        open_row(out, &t, 0);
    table_end(&t);
    return e;
}

/* --- flags --- */

struct flags {
    double passed, not_evaluated, suspect, failed, clock_suspect;
};

static enum err count_flag(void *context, const struct reading *r)
{
    struct flags *f = context;

    f->passed += r->flag == QF_PASS;
    f->not_evaluated += r->flag == QF_NOT_EVALUATED;
    f->suspect += r->flag == QF_SUSPECT;
    f->failed += r->flag == QF_FAIL;
    f->clock_suspect += r->clock_doubt && strcmp(reading_clock(r), "suspect") == 0;
    return ERR_OK;
}

static enum err put_flags(struct desk *d, const char *id, struct strbuf *out)
{
    struct series_sensor known;
    struct flags f = {0};
    enum err e = series_sensor_find(d, id, &known);

    if (e == ERR_OK && known.stored != 0 && d->readings)
        e = desk_readings(d, reader_window(d->readings, known.stored, d->now_us - FLAGS_OVER_US,
                                           d->now_us + 1, count_flag, &f));
    paper_key(out, "flags_30d");
    strbuf_putc(out, '{');
    paper_number(out, "pass", f.passed);
    paper_number(out, "not_evaluated", f.not_evaluated);
    paper_number(out, "suspect", f.suspect);
    paper_number(out, "fail", f.failed);
    paper_number(out, "clock_suspect", f.clock_suspect);
    strbuf_putc(out, '}');
    return e;
}

/* --- the sensor --- */

static void put_names(struct strbuf *out, const struct registry *r, const struct sensor *s)
{
    const struct quantity_info *q = quantity_info(s->quantity);

    paper_text(out, "quantity_zh", q->zh);
    paper_text(out, "quantity_en", q->en);
    paper_text(out, "house_name_zh", s->house == REGISTRY_NONE ? "" : r->houses[s->house].name.zh);
    paper_text(out, "house_name_en", s->house == REGISTRY_NONE ? "" : r->houses[s->house].name.en);
    paper_text(out, "element_name_zh",
               s->element == REGISTRY_NONE ? "" : r->elements[s->element].name.zh);
    paper_text(out, "element_name_en",
               s->element == REGISTRY_NONE ? "" : r->elements[s->element].name.en);
}

enum err sensor_json(struct desk *d, uint32_t sensor, struct strbuf *out)
{
    const struct registry *r = d->registry;
    const struct sensor *s = &r->sensors[sensor];
    const struct analysis none = {.sensor = sensor};
    enum err e = put_row(d, sensor, out);

    if (e != ERR_OK)
        return e;
    put_names(out, r, s);
    put_sensor(out, r, s);
    paper_time(out, "baseline_start", registry_baseline_start_us(r, sensor, d->now_us));
    analysis_put_limits(d, &none, out);
    analysis_put_epochs(d, &none, INT64_MIN, INT64_MAX, out);
    e = put_flags(d, s->id, out);
    strbuf_putc(out, '}');
    return e;
}
