#include "rules_internal.h"

void rule_window_start(struct rule_window *w)
{
    w->first = 0;
    w->count = 0;
    w->readings = 0;
    w->start_us = 0;
    w->offset_us = 0;
    w->rate = RULE_NONE;
}

static struct rule_bucket *bucket(struct rule_window *w, unsigned i)
{
    return &w->ring[(w->first + i) % RULE_BUCKETS];
}

static void drop_oldest(struct rule_window *w)
{
    w->first = (uint16_t)((w->first + 1) % RULE_BUCKETS);
    w->count--;
}

static void open_bucket(struct rule_window *w, int64_t t_us)
{
    int64_t over = t_us % w->width_us;

    if (w->count == RULE_BUCKETS)
        drop_oldest(w);
    w->count++;
    *bucket(w, w->count - 1u) = (struct rule_bucket){0};
    w->start_us = t_us - over - (over < 0 ? w->width_us : 0);
    w->offset_us = 0;
    w->readings = 0;
}

/* The newest mean less the value one window before it (linear between the buckets on either side),
 * or less the oldest mean while the window is not full. */
static double change_within(struct rule_window *w, const struct rule_bucket *newest)
{
    int64_t target_us = newest->t_us - w->window_us;
    const struct rule_bucket *oldest, *next;
    double past;

    while (w->count > 2 && bucket(w, 1)->t_us <= target_us)
        drop_oldest(w);
    if (w->count > 1 && target_us - bucket(w, 0)->t_us > w->reach_us)
        drop_oldest(w);
    if (w->count < 2)
        return RULE_NONE;
    oldest = bucket(w, 0);
    next = bucket(w, 1);
    past = oldest->mean;
    if (oldest->t_us < target_us)
        past += (next->mean - oldest->mean) *
                ((double)(target_us - oldest->t_us) / (double)(next->t_us - oldest->t_us));
    return newest->mean - past;
}

void rule_window_push(struct rule_window *w, int64_t t_us, double x)
{
    struct rule_bucket *newest;

    if (w->count == 0 || t_us - w->start_us >= w->width_us)
        open_bucket(w, t_us);
    newest = bucket(w, w->count - 1u);
    w->readings++;
    newest->mean += (x - newest->mean) / w->readings;
    w->offset_us += ((double)(t_us - w->start_us) - w->offset_us) / w->readings;
    newest->t_us = w->start_us + (int64_t)w->offset_us;
    w->rate = change_within(w, newest);
}
