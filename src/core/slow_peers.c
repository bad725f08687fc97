#include <math.h>
#include <string.h>

#include "shikumen/num/order.h"
#include "slow_private.h"

#define PEERS_LEAST 6 /* sensors of other houses for a comparison [J] */
#define ROW_LEAST   3 /* houses that move alike */
#define ROW_SHARE   0.5

static bool takes_part(const struct slow *s, uint32_t i, enum quantity q)
{
    return s->channel[i].role == CHANNEL_DAMAGE && s->r->sensors[i].quantity == q &&
           s->sensor[i].moved;
}

/* Median slope over a window of the sensors of q in houses other than those of the row, and its
 * error from their spread. */
static void compare(struct slow *s, uint32_t sensor, int w, double *scratch)
{
    const struct sensor *own = &s->r->sensors[sensor];
    struct slow_sensor *x = &s->sensor[sensor];
    size_t n = 0;

    x->peer_slope[w] = NAN;
    x->peer_error[w] = NAN;
    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        if (!takes_part(s, i, own->quantity) || s->r->sensors[i].house == own->house)
            continue;
        if (s->sensor[i].movement.window[w].weeks > 0)
            scratch[n++] = s->sensor[i].movement.window[w].slope;
    }
    if (n < PEERS_LEAST)
        return;
    x->peer_slope[w] = median(scratch, n);
    x->peer_error[w] = MAD_TO_SIGMA * mad(scratch, n, x->peer_slope[w], scratch + n);
}

enum err slow_compare(struct slow *s, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    double *scratch = arena_array(arena, 2 * s->r->sensor_count + 1, sizeof *scratch);

    if (!scratch)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < s->r->sensor_count; i++)
        for (int w = 0; w < MOVEMENT_WINDOWS && s->sensor[i].moved; w++)
            if (s->sensor[i].movement.governing == w)
                compare(s, i, w, scratch);
    arena_rewind(arena, mark);
    return ERR_OK;
}

/* --- rows --- */

bool slow_same_row(const struct registry *r, uint32_t a, uint32_t b)
{
    const struct house *x, *y;

    if (a == REGISTRY_NONE || b == REGISTRY_NONE)
        return false;
    x = &r->houses[a];
    y = &r->houses[b];
    return *x->row && strcmp(x->row, y->row) == 0 && strcmp(x->lane, y->lane) == 0;
}

static int direction(const struct slow_sensor *x)
{
    const struct movement *m = &x->movement;

    if (!x->moved || m->governing < 0 || x->doubt != DOUBT_NONE)
        return 0;
    return m->window[m->governing].slope > 0 ? 1 : -1;
}

/* By house: whether it has such a sensor, and one that moves that way. */
enum { HAS = 1, MOVES = 2 };

/* Houses of the sensor's row that have one like it, and those of them that move the same way.
 * mark: by house, all 0 before and after. */
static void count_row(const struct slow *s, uint32_t sensor, int way, uint8_t *mark, int *houses,
                      int *alike)
{
    const struct sensor *own = &s->r->sensors[sensor];

    *houses = *alike = 0;
    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        const struct sensor *other = &s->r->sensors[i];
        if (!takes_part(s, i, own->quantity) || !slow_same_row(s->r, own->house, other->house))
            continue;
        mark[other->house] |= HAS | (direction(&s->sensor[i]) == way ? MOVES : 0);
    }
    for (size_t h = 0; h < s->r->house_count; h++) {
        *houses += (mark[h] & HAS) != 0;
        *alike += (mark[h] & MOVES) != 0;
        mark[h] = 0;
    }
}

enum err slow_group(struct slow *s, struct arena *arena)
{
    struct arena_mark start = arena_mark(arena);
    uint8_t *mark = arena_array(arena, s->r->house_count + 1, sizeof *mark);

    if (!mark)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < s->r->sensor_count; i++) {
        struct slow_sensor *x = &s->sensor[i];
        int way = s->channel[i].role == CHANNEL_DAMAGE ? direction(x) : 0, houses, alike;
        x->together = slow_has_surged(s, x);
        if (way == 0 || x->together)
            continue;
        count_row(s, i, way, mark, &houses, &alike);
        x->together = alike >= ROW_LEAST && alike >= ROW_SHARE * houses;
    }
    arena_rewind(arena, start);
    return ERR_OK;
}
