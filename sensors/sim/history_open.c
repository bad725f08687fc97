/* Makes a history ready: who feels which damage, who has which ill. */
#include <string.h>

#include "chance.h"
#include "history.h"
#include "shikumen/base/clock.h"

enum stream { STREAM_COURSE = 500 };

static void add_touch(struct history *h, uint32_t sensor, uint32_t course, double factor)
{
    h->touches[h->touch_count] =
        (struct touch){.course = course, .next = h->first_touch[sensor], .factor = factor};
    h->first_touch[sensor] = (uint32_t)h->touch_count++;
}

/* Ills work in the order of the scenario. */
static void add_run(struct history *h, uint32_t sensor, const struct scenario_ill *ill)
{
    uint32_t *link = &h->first_run[sensor];

    while (*link != SIM_NONE)
        link = &h->runs[*link].next;
    *link = (uint32_t)h->run_count;
    h->runs[h->run_count++] = (struct ill_run){.ill = ill, .sensor = sensor, .next = SIM_NONE};
}

static bool feels(const struct history *h, const struct course *c, uint32_t sensor, double *factor)
{
    const struct sim_sensor *s = &h->district->sensors[sensor];

    *factor = course_factor(c, h->district, sensor);
    return *factor != 0 ||
           (s->design->response == RESPONSE_WATER && course_concerns(c, h->district, s->house) &&
            c->damage->kind == DAMAGE_ROW_DEWATERING);
}

static void open_courses(struct history *h, const char *file, struct fault_list *faults)
{
    const struct scenario *s = h->scenario;
    double factor;

    for (uint32_t i = 0; i < s->damage_count; i++) {
        struct course *c = &h->courses[i];
        uint64_t seed = chance_mix(chance_mix(s->seed, STREAM_COURSE), i);
        if (!course_init(c, &s->damages[i], seed, h->district, &h->arena)) {
            fault_add(faults, file, 0, "damages[%u]: 无此处 \"%s\" is not there, or shows no %s", i,
                      s->damages[i].at, damage_kind_names[s->damages[i].kind]);
            continue;
        }
        for (uint32_t k = 0; k < h->district->sensor_count; k++)
            if (feels(h, c, k, &factor))
                add_touch(h, k, i, factor);
    }
}

static void open_ills(struct history *h, const char *file, struct fault_list *faults)
{
    const struct scenario *s = h->scenario;

    for (uint32_t i = 0; i < s->ill_count; i++) {
        size_t before = h->run_count;
        for (uint32_t k = 0; k < h->district->sensor_count; k++)
            if (ills_touch(&s->ills[i], h->district, k))
                add_run(h, k, &s->ills[i]);
        if (h->run_count == before)
            fault_add(faults, file, 0, "ills[%u]: 无此处 \"%s\" is not there, or shows no %s", i,
                      s->ills[i].at, ill_kind_names[s->ills[i].kind]);
    }
}

static void check_epochs(const struct history *h, const char *file, struct fault_list *faults)
{
    for (size_t i = 0; i < h->scenario->epoch_count; i++)
        if (!district_scope_known(h->district, h->scenario->epochs[i].scope))
            fault_add(faults, file, 0, "epochs[%zu].scope: 无此处 \"%s\" is not there", i,
                      h->scenario->epochs[i].scope);
}

/* How many links there are at most, for the memory. */
static size_t links(const struct history *h, size_t of_each)
{
    return of_each * h->district->sensor_count + 1;
}

static size_t run_count(const struct history *h)
{
    size_t n = 1;

    for (size_t i = 0; i < h->scenario->ill_count; i++)
        for (uint32_t k = 0; k < h->district->sensor_count; k++)
            n += ills_touch(&h->scenario->ills[i], h->district, k);
    return n;
}

static enum err allocate(struct history *h)
{
    const struct district *d = h->district;
    size_t sensors = d->sensor_count;

    h->walls = arena_array(&h->arena, sensors, sizeof *h->walls);
    h->courses = arena_array(&h->arena, h->scenario->damage_count + 1, sizeof *h->courses);
    h->touches = arena_array(&h->arena, links(h, h->scenario->damage_count), sizeof *h->touches);
    h->runs = arena_array(&h->arena, run_count(h), sizeof *h->runs);
    h->first_touch = arena_array(&h->arena, sensors, sizeof *h->first_touch);
    h->first_run = arena_array(&h->arena, sensors, sizeof *h->first_run);
    if (!h->walls || !h->courses || !h->touches || !h->runs || !h->first_touch || !h->first_run)
        return ERR_NOMEM;
    memset(h->first_touch, 0xff, sensors * sizeof *h->first_touch);
    memset(h->first_run, 0xff, sensors * sizeof *h->first_run);
    return ERR_OK;
}

enum err history_open(const struct scenario *s, const struct district *d, const char *file,
                      struct fault_list *faults, struct history *out)
{
    size_t before = faults->count;
    enum err e;

    *out = (struct history){.scenario = s, .district = d};
    out->steps = s->days * US_PER_DAY / (s->period_s * US_PER_S);
    e = allocate(out);
    if (e != ERR_OK)
        return e;
    for (size_t i = 0; i < d->sensor_count; i++)
        wall_init(&out->walls[i], &d->sensors[i], s->start_us);
    open_courses(out, file, faults);
    open_ills(out, file, faults);
    check_epochs(out, file, faults);
    if (faults->count > before)
        return ERR_CONFIG;
    return sky_build(s, &out->arena, &out->sky);
}
