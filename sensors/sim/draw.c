#include "draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/utc.h"

#define ROW_SHARE       1.0  /* of damaged_share: the rows that go down or lean as a whole */
#define METRO_SHARE     0.25 /* of the rows */
#define PILE_SHARE      0.06 /* of the rows */
#define FIRST_ONSET     0.30 /* of the run: before it, everything is sound */
#define LAST_ONSET      0.75
#define SPELLS_PER_YEAR 3

enum stream { STREAM_DRAW = 400 };

double draw_between(struct draw *w, double low, double high)
{
    return chance_between(w->seed, w->count++, low, high);
}

double draw_log_between(struct draw *w, double low, double high)
{
    return low * pow(high / low, draw_between(w, 0, 1));
}

int64_t draw_moment_us(struct draw *w, double low, double high)
{
    double hours = w->s->days * 24.0 * draw_between(w, low, high);

    return w->s->start_us + (int64_t)hours * US_PER_HOUR;
}

const char *draw_sensor_id(struct draw *w, uint32_t sensor)
{
    const struct sim_node *n = &w->d->nodes[district_node_of(w->d, sensor)];
    const char *id = arena_printf(&w->s->arena, "%s/%s", n->id, w->d->sensors[sensor].design->name);

    w->out_of_memory = w->out_of_memory || !id;
    return id ? id : "";
}

/* Three figures suffice for what is drawn. */
static double plain(double v)
{
    double scale = v == 0 ? 1 : pow(10, 2 - floor(log10(fabs(v))));

    return scale < 1 ? round(v) : round(v * scale) / scale;
}

static void add_damage(struct draw *w, enum damage_kind kind, const char *at, double size,
                       double days)
{
    struct scenario_damage *d = &w->s->damages[w->s->damage_count];

    if (w->s->damage_count >= w->damage_room)
        return;
    *d = (struct scenario_damage){.kind = kind,
                                  .at = at,
                                  .onset_us = draw_moment_us(w, FIRST_ONSET, LAST_ONSET),
                                  .size = plain(size),
                                  .days = round(days)};
    w->s->damage_count++;
}

/* A gauge of the house that shows a wall's damage, and how much is much there. */
static const char *draw_gauge(struct draw *w, uint32_t house, double *much)
{
    static const struct {
        const char *name;
        double much;
    } gauges[] = {{"crack-1", 1}, {"crack-2", 1}, {"crack-1", 1}, {"tilt-x", 2}, {"tilt-y", 2}};
    size_t i = (size_t)draw_between(w, 0, 5);
    uint32_t sensor = district_sensor(w->d, house, gauges[i].name);

    *much = gauges[i].much;
    if (sensor == SIM_NONE) {
        *much = 1;
        sensor = district_sensor(w->d, house, "crack-1");
    }
    return sensor == SIM_NONE ? NULL : draw_sensor_id(w, sensor);
}

static void damage_wall(struct draw *w, uint32_t house, double which)
{
    double much;
    const char *gauge = draw_gauge(w, house, &much);

    if (!gauge)
        return;
    if (which < 0.6)
        add_damage(w, DAMAGE_LINEAR, gauge, much * draw_between(w, 0.4, 1.4), 365);
    else if (which < 0.8)
        add_damage(w, DAMAGE_ACCELERATING, gauge, much * draw_between(w, 0.6, 1.4),
                   draw_between(w, 180, 500));
    else
        add_damage(w, DAMAGE_STEPWISE, gauge, much * draw_between(w, 0.08, 0.25),
                   draw_between(w, 20, 70));
}

static void damage_house(struct draw *w, uint32_t house)
{
    double u = draw_between(w, 0, 1), which = draw_between(w, 0, 1);
    const char *id = w->d->houses[house].id;
    bool damp = district_sensor(w->d, house, "moist-1") != SIM_NONE;
    bool rings = district_sensor(w->d, house, "freq-1") != SIM_NONE;

    w->taken[house] = true;
    if (u < 0.15 && damp)
        add_damage(w, DAMAGE_ROOF_LEAK, id, draw_between(w, 9, 18), draw_between(w, 40, 130));
    else if (u < 0.25 && rings)
        add_damage(w, DAMAGE_FREQUENCY_DROP, id, draw_between(w, 6, 14),
                   which < 0.3 ? 0 : draw_between(w, 60, 250));
    else if (u < 0.45)
        add_damage(w, DAMAGE_HOUSE_SETTLEMENT, id, draw_between(w, 15, 35),
                   draw_between(w, 90, 300));
    else
        damage_wall(w, house, which);
}

static bool row_taken(const struct draw *w, uint32_t house)
{
    bool taken = false;

    for (size_t i = 0; i < w->d->house_count; i++)
        taken = taken || (w->taken[i] && district_same_row(&w->d->houses[i], &w->d->houses[house]));
    return taken;
}

static const char *row_id(struct draw *w, uint32_t house)
{
    char text[SIM_ROW_ID_SIZE];
    const char *id = arena_strdup(&w->s->arena, district_row(&w->d->houses[house], text));

    w->out_of_memory = w->out_of_memory || !id;
    return id ? id : "";
}

static void damage_row(struct draw *w, uint32_t house)
{
    const char *id = row_id(w, house);

    for (size_t i = 0; i < w->d->house_count; i++)
        if (district_same_row(&w->d->houses[i], &w->d->houses[house]))
            w->taken[i] = true;
    if (draw_between(w, 0, 1) < 0.6)
        add_damage(w, DAMAGE_ROW_DEWATERING, id, draw_between(w, 18, 40), draw_between(w, 50, 160));
    else
        add_damage(w, DAMAGE_ROW_EXCAVATION, id, draw_between(w, 1.5, 4), draw_between(w, 40, 120));
}

/* Houses by chance until their share is reached. */
static void draw_damages(struct draw *w)
{
    size_t houses = w->d->house_count, damaged = 0;
    size_t wanted = (size_t)llround(w->s->draw.damaged_share * (double)houses);

    for (size_t tries = 0; damaged < wanted && tries < 100 * houses; tries++) {
        uint32_t house = (uint32_t)draw_between(w, 0, (double)houses);
        if (w->taken[house])
            continue;
        damage_house(w, house);
        damaged++;
    }
}

/* Rows of which no house has a damage of its own. */
static void draw_row_damages(struct draw *w)
{
    for (uint32_t i = 0; i < w->d->house_count; i++) {
        bool first = i == 0 || !district_same_row(&w->d->houses[i], &w->d->houses[i - 1]);
        double u = draw_between(w, 0, 1);
        if (first && !row_taken(w, i) && u < ROW_SHARE * w->s->draw.damaged_share)
            damage_row(w, i);
    }
}

static void draw_works(struct draw *w)
{
    for (uint32_t i = 0; i < w->d->house_count; i++) {
        bool first = i == 0 || !district_same_row(&w->d->houses[i], &w->d->houses[i - 1]);
        double u = draw_between(w, 0, 1);
        if (!first)
            continue;
        if (u < METRO_SHARE)
            add_damage(w, DAMAGE_METRO, row_id(w, i), draw_between(w, 0.05, 0.2),
                       draw_between(w, 90, 400));
        else if (u < METRO_SHARE + PILE_SHARE)
            add_damage(w, DAMAGE_PILE_DRIVING, row_id(w, i), draw_between(w, 0.8, 1.6),
                       draw_between(w, 14, 50));
    }
}

/* Works need somebody who feels them. */
static void drop_unfelt_works(struct draw *w)
{
    size_t kept = 0;

    for (size_t i = 0; i < w->s->damage_count; i++) {
        struct scenario_damage *d = &w->s->damages[i];
        bool felt = d->kind < DAMAGE_METRO;
        char row[SIM_ROW_ID_SIZE];
        for (uint32_t k = 0; k < w->d->house_count && !felt; k++)
            felt = strcmp(district_row(&w->d->houses[k], row), d->at) == 0 &&
                   district_sensor(w->d, k, "ppv") != SIM_NONE;
        if (felt)
            w->s->damages[kept++] = *d;
    }
    w->s->damage_count = kept;
}

static void add_spell(struct draw *w, int year, int month, int day, bool wet)
{
    struct scenario_spell *p = &w->s->spells[w->s->spell_count];
    char *at = arena_printf(&w->s->arena, "%04d-%02d-%02dT00:00:00Z", year, month, day);

    p->wet = wet;
    p->days = round(wet ? draw_between(w, 15, 35) : draw_between(w, 5, 18));
    p->size = plain(wet ? draw_between(w, 0.2, 1) : draw_between(w, 2, 6));
    if (at && utc_parse(at, &p->from_us) == ERR_OK)
        w->s->spell_count++;
    else
        w->out_of_memory = w->out_of_memory || !at;
}

static int start_year(const struct scenario *s)
{
    char text[UTC_TEXT_SIZE];

    return atoi(utc_format(s->start_us, text));
}

/* Plum rains every year, up to two heat waves. */
static void draw_spells(struct draw *w)
{
    int year = start_year(w->s);

    for (int i = 0; i <= w->s->draw.years; i++) {
        add_spell(w, year + i, 6, 8 + (int)draw_between(w, 0, 15), true);
        if (draw_between(w, 0, 1) < 0.7)
            add_spell(w, year + i, 7, 12 + (int)draw_between(w, 0, 15), false);
        if (draw_between(w, 0, 1) < 0.4)
            add_spell(w, year + i, 8, 3 + (int)draw_between(w, 0, 20), false);
    }
}

static void *room(struct draw *w, const void *old, size_t count, size_t more, size_t size)
{
    char *p = arena_array(&w->s->arena, count + more + 1, size);

    if (p && count > 0)
        memcpy(p, old, count * size);
    w->out_of_memory = w->out_of_memory || !p;
    return p;
}

static bool make_room(struct draw *w)
{
    struct scenario *s = w->s;
    size_t spells = (size_t)(s->draw.years + 1) * SPELLS_PER_YEAR;

    w->damage_room = s->damage_count + 2 * w->d->house_count;
    w->ill_room = s->ill_count + draw_ills_room(s, w->d);
    s->damages = room(w, s->damages, s->damage_count, 2 * w->d->house_count, sizeof *s->damages);
    s->ills = room(w, s->ills, s->ill_count, w->ill_room - s->ill_count, sizeof *s->ills);
    s->spells = room(w, s->spells, s->spell_count, spells, sizeof *s->spells);
    w->taken = room(w, NULL, 0, w->d->house_count, sizeof *w->taken);
    return !w->out_of_memory;
}

enum err draw_district(struct scenario *s, const struct district *d)
{
    struct draw w = {.s = s, .d = d, .seed = chance_mix(s->seed, STREAM_DRAW)};

    if (s->draw.houses == 0)
        return ERR_OK;
    if (!make_room(&w))
        return ERR_NOMEM;
    draw_damages(&w);
    draw_row_damages(&w);
    draw_works(&w);
    drop_unfelt_works(&w);
    draw_ills(&w);
    draw_spells(&w);
    return w.out_of_memory ? ERR_NOMEM : ERR_OK;
}
