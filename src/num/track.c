#include "shikumen/num/track.h"

#include <math.h>
#include <stdbool.h>

/* Rows are added one by one; each time the shortest path, in reduced costs, from the new row to a
 * free column is found (Dijkstra) and the assignment switched along it. Column n is a helper that
 * holds the row being added. */
struct matching {
    size_t n;
    const double *cost;
    double *row_potential, *column_potential, *distance;
    size_t *row_of, *previous; /* per column */
    bool *done;
};

static const size_t FREE = (size_t)-1;
static const double LARGEST_COST = 1e300; /* sums of some remain finite */

/* Relaxes the columns from the row of column at; the nearest column not done. */
static size_t relax(struct matching *m, size_t at)
{
    size_t row = m->row_of[at], best = m->n;
    double least = HUGE_VAL;

    for (size_t j = 0; j < m->n; j++) {
        if (m->done[j])
            continue;
        double d = m->cost[row * m->n + j] - m->row_potential[row] - m->column_potential[j];
        if (d < m->distance[j]) {
            m->distance[j] = d;
            m->previous[j] = at;
        }
        if (m->distance[j] < least) {
            least = m->distance[j];
            best = j;
        }
    }
    return best;
}

static void shift_potentials(struct matching *m, double by)
{
    for (size_t j = 0; j <= m->n; j++) {
        if (m->done[j]) {
            m->row_potential[m->row_of[j]] += by;
            m->column_potential[j] -= by;
        } else {
            m->distance[j] -= by;
        }
    }
}

static void add_row(struct matching *m, size_t row)
{
    size_t at = m->n;

    for (size_t j = 0; j <= m->n; j++) {
        m->distance[j] = INFINITY;
        m->done[j] = false;
    }
    m->row_of[m->n] = row;
    do {
        m->done[at] = true;
        size_t next = relax(m, at);
        shift_potentials(m, m->distance[next]);
        at = next;
    } while (m->row_of[at] != FREE);
    while (at != m->n) {
        m->row_of[at] = m->row_of[m->previous[at]];
        at = m->previous[at];
    }
}

static enum err matching_new(struct matching *m, struct arena *arena)
{
    m->row_potential = arena_array(arena, m->n, sizeof(double));
    m->column_potential = arena_array(arena, m->n + 1, sizeof(double));
    m->distance = arena_array(arena, m->n + 1, sizeof(double));
    m->row_of = arena_array(arena, m->n + 1, sizeof(size_t));
    m->previous = arena_array(arena, m->n + 1, sizeof(size_t));
    m->done = arena_array(arena, m->n + 1, sizeof(bool));
    if (!m->row_potential || !m->column_potential || !m->distance || !m->row_of || !m->previous ||
        !m->done)
        return ERR_NOMEM;
    for (size_t j = 0; j <= m->n; j++)
        m->row_of[j] = FREE;
    return ERR_OK;
}

enum err assignment_solve(const double *cost, size_t n, size_t *column, struct arena *arena)
{
    if (n == 0)
        return ERR_OK;
    for (size_t i = 0; i < n * n; i++)
        if (!(fabs(cost[i]) <= LARGEST_COST))
            return ERR_NOT_FINITE;
    struct arena_mark mark = arena_mark(arena);
    struct matching m = {.n = n, .cost = cost};
    enum err e = matching_new(&m, arena);
    for (size_t row = 0; row < n && !e; row++)
        add_row(&m, row);
    for (size_t j = 0; j < n && !e; j++)
        column[m.row_of[j]] = j;
    arena_rewind(arena, mark);
    return e;
}

struct track_settings track_defaults(void)
{
    return (struct track_settings){.f_gate = 0.05, .mac_gate = 0.8, .weight = 0.02};
}

static bool settings_good(const struct track_settings *s)
{
    return s->f_gate >= 0.0 && s->f_gate < 1.0 && s->mac_gate >= 0.0 && s->mac_gate <= 1.0 &&
           s->weight >= 0.0 && s->weight <= 1.0;
}

/* |df| / f_r + 1 - MAC; negative outside the gates. */
static double gated_distance(const struct track_reference *r, const struct mode *m, size_t channels,
                             const struct track_settings *s)
{
    double change = fabs(m->f_hz - r->f_hz) / r->f_hz;

    if (change > s->f_gate)
        return -1.0;
    double mac = modal_mac(r->shape, m->shape, channels);
    return mac < s->mac_gate ? -1.0 : change + 1.0 - mac;
}

static enum err check(const struct track_reference *references, size_t count,
                      const struct mode *modes, size_t mode_count, size_t channels,
                      const struct track_settings *s)
{
    bool good = channels > 0 && settings_good(s);

    for (size_t r = 0; r < count; r++)
        good = good && references[r].f_hz > 0.0 && isfinite(references[r].f_hz);
    for (size_t j = 0; j < mode_count; j++)
        good = good && modes[j].f_hz > 0.0 && isfinite(modes[j].f_hz);
    return good ? ERR_OK : ERR_RANGE;
}

enum err track_assign(const struct track_reference *references, size_t count,
                      const struct mode *modes, size_t mode_count, size_t channels,
                      const struct track_settings *s, size_t *reference_of, struct arena *arena)
{
    enum err e = check(references, count, modes, mode_count, channels, s);
    if (e)
        return e;
    size_t n = count > mode_count ? count : mode_count;
    double none = 2.0 * (double)n + 2.0; /* more than all allowed pairs together */
    struct arena_mark mark = arena_mark(arena);
    double *cost = arena_array(arena, n * n, sizeof *cost);
    size_t *column = arena_array(arena, n, sizeof *column);
    if (!cost || !column) {
        arena_rewind(arena, mark);
        return ERR_NOMEM;
    }
    for (size_t j = 0; j < n; j++)
        for (size_t r = 0; r < n; r++) {
            double d = j < mode_count && r < count
                           ? gated_distance(references + r, modes + j, channels, s)
                           : -1.0;

            cost[j * n + r] = d < 0.0 ? none : d;
        }
    e = assignment_solve(cost, n, column, arena);
    for (size_t j = 0; j < mode_count && !e; j++)
        reference_of[j] = cost[j * n + column[j]] < none ? column[j] : TRACK_NONE;
    arena_rewind(arena, mark);
    return e;
}

/* The factor by which shape comes nearest to reference; 0 when there is none. */
static double complex match_factor(const double complex *reference, const double complex *shape,
                                   size_t n)
{
    double complex product = 0.0;
    double square = 0.0;

    for (size_t i = 0; i < n; i++) {
        product += conj(shape[i]) * reference[i];
        square += creal(conj(shape[i]) * shape[i]);
    }
    double complex factor = product / square;
    return square > 0.0 && isfinite(square) && isfinite(cabs(factor)) ? factor : 0.0;
}

void track_update(struct track_reference *r, const struct mode *m, size_t channels,
                  const struct track_settings *s)
{
    double complex factor = match_factor(r->shape, m->shape, channels);

    if (!(m->f_hz > 0.0) || !isfinite(m->f_hz) || cabs(factor) == 0.0 || !settings_good(s))
        return;
    r->f_hz += s->weight * (m->f_hz - r->f_hz);
    for (size_t i = 0; i < channels; i++)
        r->shape[i] += s->weight * (factor * m->shape[i] - r->shape[i]);
    modal_normalise(r->shape, channels);
}

struct track_shift track_shift(const struct track_reference *r, const struct mode *m,
                               size_t channels)
{
    return (struct track_shift){
        .f = (m->f_hz - r->commissioned_f_hz) / r->commissioned_f_hz,
        .mac = modal_mac(r->commissioned_shape, m->shape, channels),
    };
}
