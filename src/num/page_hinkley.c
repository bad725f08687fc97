#include "shikumen/num/page_hinkley.h"

#include <math.h>

#define LIMIT 1e100

enum err page_hinkley_design_check(const struct page_hinkley_design *d)
{
    if (!isfinite(d->delta) || !isfinite(d->lambda) || !isfinite(d->keep))
        return ERR_NOT_FINITE;
    if (d->delta < 0 || d->delta > LIMIT || d->lambda <= 0 || d->lambda > LIMIT)
        return ERR_RANGE;
    return d->keep > 0 && d->keep <= 1 ? ERR_OK : ERR_RANGE;
}

struct page_hinkley page_hinkley_started(void)
{
    return (struct page_hinkley){.up.first = 1, .down.first = 1};
}

double page_hinkley_statistic(const struct page_hinkley_side *side)
{
    return side->sum - side->least;
}

static void add(struct page_hinkley_side *side, double step, double keep, uint64_t count)
{
    side->sum = keep * side->sum + step;
    if (side->sum <= side->least) {
        side->least = side->sum;
        side->first = count + 1;
    }
}

static enum page_hinkley_alarm alarm(const struct page_hinkley *p, double lambda)
{
    double up = page_hinkley_statistic(&p->up), down = page_hinkley_statistic(&p->down);

    if (up <= lambda && down <= lambda)
        return PAGE_HINKLEY_NONE;
    return up >= down ? PAGE_HINKLEY_UP : PAGE_HINKLEY_DOWN;
}

enum page_hinkley_alarm page_hinkley_update(struct page_hinkley *p,
                                            const struct page_hinkley_design *design, double x)
{
    double deviation;

    p->count++;
    if (isfinite(x)) {
        x = fmax(-LIMIT, fmin(LIMIT, x));
        p->finite++;
        p->mean += (x - p->mean) / (double)p->finite;
        deviation = x - p->mean;
        add(&p->up, deviation - design->delta, design->keep, p->count);
        add(&p->down, -deviation - design->delta, design->keep, p->count);
    }
    return alarm(p, design->lambda);
}
