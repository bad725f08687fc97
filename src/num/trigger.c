#include "shikumen/num/trigger.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "shikumen/num/sample.h"
#include "shikumen/num/stats.h"

static enum err ratio_check(const double *x, size_t n, size_t nsta, size_t nlta)
{
    enum err e;

    if (nsta < 1 || nsta >= nlta)
        return ERR_RANGE;
    e = sample_check(x, n, nlta);
    for (size_t i = 0; !e && i < n; i++)
        if (!isfinite(x[i] * x[i]))
            e = ERR_NOT_FINITE;
    return e;
}

static struct running_sum square_sum(const double *x, size_t n)
{
    struct running_sum s = {0};

    for (size_t i = 0; i < n; i++)
        running_sum_add(&s, x[i] * x[i]);
    return s;
}

/* Moves a window by one sample: what leaves cancels what came; a fresh sum every length samples
 * keeps roundings from adding up. */
static void slide(struct running_sum *s, const double *x, size_t i, size_t length)
{
    if (i % length == 0) {
        *s = square_sum(x + i + 1 - length, length);
        return;
    }
    running_sum_add(s, -x[i - length] * x[i - length]);
    running_sum_add(s, x[i] * x[i]);
}

enum err sta_lta_classic(const double *x, size_t n, size_t nsta, size_t nlta, double *ratio)
{
    struct running_sum sta, lta;
    double silence = 0;
    enum err e = ratio_check(x, n, nsta, nlta);

    if (e)
        return e;
    sta = square_sum(x, n);
    if (!isfinite(running_sum_value(&sta)))
        return ERR_NOT_FINITE;
    for (size_t i = 0; i < n; i++)
        silence = fmax(silence, 1e-28 * (x[i] * x[i]));
    memset(ratio, 0, (nlta - 1) * sizeof *ratio);
    lta = square_sum(x, nlta);
    sta = square_sum(x + nlta - nsta, nsta);
    for (size_t i = nlta - 1; i < n; i++) {
        double s, l;

        if (i >= nlta) {
            slide(&sta, x, i, nsta);
            slide(&lta, x, i, nlta);
        }
        s = fmax(0, running_sum_value(&sta)) / (double)nsta;
        l = running_sum_value(&lta) / (double)nlta;
        ratio[i] = l > fmax(silence, DBL_MIN) ? fmin(s / l, (double)nlta / (double)nsta) : 0;
    }
    return ERR_OK;
}

enum err sta_lta_recursive(const double *x, size_t n, size_t nsta, size_t nlta, double *ratio)
{
    double sta = 0, lta = 0;
    enum err e = ratio_check(x, n, nsta, nlta);

    if (e)
        return e;
    ratio[0] = 0;
    for (size_t i = 1; i < n; i++) {
        sta += (x[i] * x[i] - sta) / (double)nsta;
        lta += (x[i] * x[i] - lta) / (double)nlta;
        ratio[i] = i >= nlta && lta > DBL_MIN ? sta / lta : 0;
    }
    return ERR_OK;
}

struct trigger_options trigger_defaults(double fs_hz)
{
    return (struct trigger_options){.fs_hz = fs_hz,
                                    .axes = 3,
                                    .votes = 1,
                                    .sta_s = 0.5,
                                    .lta_s = 30,
                                    .on = 4,
                                    .off = 1.5,
                                    .pre_s = 2,
                                    .post_s = 5,
                                    .longest_s = 120};
}

static bool duration_ok(double s, double fs_hz, double least_samples)
{
    return isfinite(s) && s * fs_hz >= least_samples && s * fs_hz < 1e15;
}

static enum err options_check(const struct trigger_options *o)
{
    if (!isfinite(o->fs_hz) || !(o->fs_hz > 0))
        return ERR_RANGE;
    if (o->axes < 1 || o->axes > TRIGGER_AXES || o->votes < 1 || o->votes > o->axes)
        return ERR_RANGE;
    if (!duration_ok(o->sta_s, o->fs_hz, 1) || !duration_ok(o->lta_s, o->fs_hz, 1) ||
        !duration_ok(o->pre_s, o->fs_hz, 0) || !duration_ok(o->post_s, o->fs_hz, 0) ||
        !duration_ok(o->longest_s, o->fs_hz, 1) || !(o->lta_s > o->sta_s))
        return ERR_RANGE;
    if (!isfinite(o->on) || !(o->on > 1) || !(o->off > 0) || !(o->off <= o->on))
        return ERR_RANGE;
    return ERR_OK;
}

enum err trigger_init(const struct trigger_options *o, struct trigger *out)
{
    enum err e = options_check(o);

    if (e)
        return e;
    *out = (struct trigger){.axes = o->axes,
                            .votes = o->votes,
                            .sta_gain = 1 / (o->sta_s * o->fs_hz),
                            .lta_gain = 1 / (o->lta_s * o->fs_hz),
                            .on = o->on,
                            .off = o->off,
                            .warm_up = (uint64_t)ceil(o->lta_s * o->fs_hz),
                            .pre = (uint64_t)llround(o->pre_s * o->fs_hz),
                            .post = (uint64_t)llround(o->post_s * o->fs_hz),
                            .longest = (uint64_t)llround(o->longest_s * o->fs_hz)};
    return ERR_OK;
}

static bool usable(const struct trigger *t, const double *x)
{
    for (size_t i = 0; i < t->axes; i++)
        if (!isfinite(x[i] * x[i]))
            return false;
    return true;
}

/* The votes-th largest ratio: at least votes axes are as high. */
static double voted_ratio(const struct trigger *t)
{
    double top[TRIGGER_AXES] = {0};

    for (size_t i = 0; i < t->axes; i++) {
        double r = t->lta[i] > DBL_MIN ? fmin(t->sta[i] / t->lta[i], DBL_MAX) : 0;
        size_t k = i;

        for (; k > 0 && top[k - 1] < r; k--)
            top[k] = top[k - 1];
        top[k] = r;
    }
    return top[t->votes - 1];
}

/* While fewer samples than its memory have come, each mean is the plain one. */
static void update_means(struct trigger *t, const double *x)
{
    double plain = 1 / (double)++t->used;
    double sta_gain = fmax(t->sta_gain, plain), lta_gain = fmax(t->lta_gain, plain);

    for (size_t i = 0; i < t->axes; i++) {
        double square = x[i] * x[i];

        t->sta[i] += (square - t->sta[i]) * sta_gain;
        if (t->phase != TRIGGER_FIRES)
            t->lta[i] += (square - t->lta[i]) * lta_gain;
    }
}

static void start(struct trigger *t, uint64_t now, double ratio)
{
    if (t->phase == TRIGGER_WAITS) {
        uint64_t from = now > t->pre ? now - t->pre : 0;

        t->event = (struct trigger_event){
            .on = now, .from = from > t->free_from ? from : t->free_from, .largest_ratio = ratio};
    }
    t->phase = TRIGGER_FIRES;
}

static void stop(struct trigger *t, uint64_t now)
{
    t->event.off = now;
    t->event.to = now + t->post;
    t->phase = TRIGGER_POST;
}

/* A level that stays: end the event and take it for the new long mean. */
static bool cut(struct trigger *t, uint64_t now)
{
    t->event.off = t->event.to = now;
    t->event.cut = true;
    for (size_t i = 0; i < t->axes; i++)
        if (t->lta[i] < t->sta[i])
            t->lta[i] = t->sta[i];
    t->free_from = now;
    t->phase = TRIGGER_WAITS;
    return true;
}

static bool complete(struct trigger *t)
{
    t->free_from = t->event.to;
    t->phase = TRIGGER_WAITS;
    return true;
}

bool trigger_step(struct trigger *t, const double *x)
{
    uint64_t now = t->count++;
    bool ended = false;
    double ratio;

    if (t->phase == TRIGGER_FIRES && now - t->event.on >= t->longest)
        return cut(t, now);
    if (t->phase == TRIGGER_POST && now >= t->event.to)
        ended = complete(t);
    if (!usable(t, x))
        return ended;
    update_means(t, x);
    if (ended) /* the caller must see the event before the next one overwrites it */
        return true;
    ratio = voted_ratio(t);
    if (t->phase != TRIGGER_WAITS && ratio > t->event.largest_ratio)
        t->event.largest_ratio = ratio;
    if (t->phase == TRIGGER_FIRES && ratio < t->off)
        stop(t, now);
    else if (t->phase != TRIGGER_FIRES && ratio >= t->on && t->used > t->warm_up)
        start(t, now, ratio);
    return false;
}

bool trigger_finish(struct trigger *t)
{
    if (t->phase == TRIGGER_WAITS)
        return false;
    if (t->phase == TRIGGER_FIRES)
        t->event.off = t->count;
    t->event.cut = t->phase == TRIGGER_FIRES;
    t->event.to = t->count;
    t->phase = TRIGGER_WAITS;
    t->free_from = t->count;
    return true;
}

static void note(const struct trigger *t, struct trigger_event *out, size_t capacity, size_t *count)
{
    if (*count < capacity)
        out[*count] = t->event;
    ++*count;
}

enum err trigger_events(const struct trigger_options *o, const double *const *x, size_t n,
                        struct trigger_event *out, size_t capacity, size_t *count)
{
    struct trigger t;
    size_t found = 0;
    enum err e = trigger_init(o, &t);

    for (size_t a = 0; !e && a < o->axes; a++)
        e = sample_check(x[a], n, 1);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++) {
        double sample[TRIGGER_AXES];

        for (size_t a = 0; a < o->axes; a++)
            sample[a] = x[a][i];
        if (trigger_step(&t, sample))
            note(&t, out, capacity, &found);
    }
    if (trigger_finish(&t))
        note(&t, out, capacity, &found);
    *count = found;
    return ERR_OK;
}
