#include <math.h>

#include "shikumen/core/plot.h"

enum err plot_fold_begin(struct plot_fold *f, int64_t from_us, int64_t to_us, int64_t gap_us,
                         size_t columns, struct arena *arena)
{
    *f = (struct plot_fold){.from_us = from_us,
                            .to_us = to_us,
                            .gap_us = gap_us,
                            .latest_us = INT64_MIN,
                            .at = arena_array(arena, columns, sizeof *f->at),
                            .columns = columns};
    return f->at ? ERR_OK : ERR_NOMEM;
}

static void begin_bucket(struct plot_bucket *b, int64_t t_us, double y, bool broken)
{
    *b = (struct plot_bucket){.used = true,
                              .broken = broken,
                              .first_us = t_us,
                              .least_us = t_us,
                              .most_us = t_us,
                              .first = y,
                              .least = y,
                              .most = y};
}

void plot_fold_take(struct plot_fold *f, int64_t t_us, double y)
{
    double share = ((double)t_us - (double)f->from_us) / ((double)f->to_us - (double)f->from_us);
    struct plot_bucket *b;

    if (t_us < f->from_us || t_us > f->to_us || !(share >= 0 && share <= 1))
        return;
    if (!isfinite(y)) {
        f->broken = true;
        return;
    }
    b = &f->at[share < 1 ? (size_t)(share * (double)f->columns) : f->columns - 1];
    if (!b->used)
        begin_bucket(b, t_us, y,
                     f->broken || f->latest_us == INT64_MIN || t_us - f->latest_us > f->gap_us);
    if (y < b->least) {
        b->least = y;
        b->least_us = t_us;
    }
    if (y > b->most) {
        b->most = y;
        b->most_us = t_us;
    }
    b->last = y;
    b->last_us = f->latest_us = t_us;
    f->broken = false;
}

static void put(struct plot_point *points, size_t *count, int64_t t_us, double y)
{
    if (*count > 0 && points[*count - 1].t_us == t_us && isfinite(points[*count - 1].y))
        return;
    points[(*count)++] = (struct plot_point){t_us, y};
}

enum err plot_fold_end(const struct plot_fold *f, struct arena *arena, struct plot_point **points,
                       size_t *count)
{
    *count = 0;
    *points = arena_array(arena, 5 * f->columns, sizeof **points);
    if (!*points)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->columns; i++) {
        const struct plot_bucket *b = &f->at[i];
        bool least_first = b->least_us <= b->most_us;
        if (!b->used)
            continue;
        if (b->broken && *count > 0)
            (*points)[(*count)++] = (struct plot_point){b->first_us, NAN};
        put(*points, count, b->first_us, b->first);
        put(*points, count, least_first ? b->least_us : b->most_us,
            least_first ? b->least : b->most);
        put(*points, count, least_first ? b->most_us : b->least_us,
            least_first ? b->most : b->least);
        put(*points, count, b->last_us, b->last);
    }
    return ERR_OK;
}
