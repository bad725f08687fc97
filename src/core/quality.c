#include "shikumen/core/quality.h"

#include <math.h>
#include <string.h>

#define TEST_AT(test) ((size_t)((test)-QT_GROSS_RANGE))

_Static_assert(sizeof(struct quality_state) <= 400, "one per sensor, ten thousand of them");

static uint64_t elapsed_us(int64_t from_us, int64_t to_us)
{
    return to_us > from_us ? (uint64_t)to_us - (uint64_t)from_us : 0;
}

/* Interval from a to its neighbour b, 0 when one is missing to the other. */
static uint64_t interval_us(const struct quality_sample *a, const struct quality_sample *b,
                            const struct quality_config *c)
{
    uint64_t dt_us;

    if (!a || !b)
        return 0;
    dt_us = elapsed_us(a->t_us, b->t_us);
    return c->gap_us > 0 && dt_us > (uint64_t)c->gap_us ? 0 : dt_us;
}

/* No further reading of this period fits into the window, give or take half a period. */
static bool fills(uint64_t span_us, int64_t window_us, int64_t period_us)
{
    uint64_t window = (uint64_t)window_us;
    uint64_t period = period_us > 0 ? (uint64_t)period_us : 0;

    return span_us >= window || window - span_us < period + period / 2;
}

static bool both_off(double suspect, double fail)
{
    return isnan(suspect) && isnan(fail);
}

static uint8_t flag_above(double x, double suspect, double fail)
{
    if (x > fail)
        return QF_FAIL;
    return x > suspect ? QF_SUSPECT : QF_PASS;
}

static uint8_t flag_below(double x, double suspect, double fail)
{
    if (x < fail)
        return QF_FAIL;
    return x < suspect ? QF_SUSPECT : QF_PASS;
}

static uint8_t judge_gross(double x, const struct quality_config *c)
{
    if (both_off(c->fail_min, c->fail_max) && both_off(c->suspect_min, c->suspect_max))
        return QF_NOT_EVALUATED;
    if (x < c->fail_min || x > c->fail_max)
        return QF_FAIL;
    return x < c->suspect_min || x > c->suspect_max ? QF_SUSPECT : QF_PASS;
}

static uint8_t judge_spike(const struct quality_sample *left, const struct quality_sample *mid,
                           const struct quality_sample *right, const struct quality_config *c)
{
    double in, out, size;

    if (both_off(c->spike_suspect, c->spike_fail))
        return QF_NOT_EVALUATED;
    if (interval_us(left, mid, c) == 0 || interval_us(mid, right, c) == 0)
        return QF_NOT_EVALUATED;
    in = mid->value - left->value;
    out = right->value - mid->value;
    if ((in > 0.0 && out < 0.0) || (in < 0.0 && out > 0.0))
        size = fabs(in) < fabs(out) ? fabs(in) : fabs(out);
    else
        size = 0.0;
    return flag_above(size, c->spike_suspect, c->spike_fail);
}

static uint8_t judge_rate(const struct quality_sample *left, const struct quality_sample *mid,
                          const struct quality_config *c)
{
    uint64_t dt_us;
    double step;

    if (both_off(c->rate_suspect_per_s, c->rate_fail_per_s))
        return QF_NOT_EVALUATED;
    dt_us = interval_us(left, mid, c);
    if (dt_us == 0)
        return QF_PASS;
    step = fabs(mid->value - left->value);
    if (step <= c->rate_min_step)
        return QF_PASS;
    return flag_above(step / ((double)dt_us * 1e-6), c->rate_suspect_per_s, c->rate_fail_per_s);
}

/* ioos_qc, qartod_compare: any 4, else any 3, else any 1, else 2. */
static struct quality_verdict aggregate(const uint8_t tests[QUALITY_TESTS])
{
    struct quality_verdict v = {QF_NOT_EVALUATED, QT_NONE};

    for (size_t i = 0; i < QUALITY_TESTS; i++) {
        if (tests[i] > QF_NOT_EVALUATED && tests[i] > v.flag) {
            v.flag = tests[i];
            v.test = (uint8_t)(QT_GROSS_RANGE + i);
        } else if (tests[i] == QF_PASS && v.flag == QF_NOT_EVALUATED) {
            v.flag = QF_PASS;
        }
    }
    return v;
}

/* The longest run below the tolerance that ends at sample last, as far as it is remembered. */
static struct quality_run run_ending_at(const struct quality_sample *samples, size_t last,
                                        double tolerance)
{
    const struct quality_sample *end = &samples[last];
    struct quality_run run = {end->t_us, end->value, end->value, 1};

    while (last-- > 0) {
        double min = fmin(run.min, samples[last].value);
        double max = fmax(run.max, samples[last].value);

        if (!(max - min < tolerance))
            break;
        run = (struct quality_run){samples[last].t_us, min, max, run.count + 1};
    }
    return run;
}

/* Takes sample at, already in its place, into the run that ends with the latest sample. */
static void extend_run(struct quality_state *s, size_t at, double tolerance)
{
    const struct quality_sample *x = &s->recent[at];
    struct quality_run *run = &s->flat;
    double min = x->value < run->min ? x->value : run->min;
    double max = x->value > run->max ? x->value : run->max;

    if (run->count == 0 || x->t_us < run->since_us || !(max - min < tolerance)) {
        *run = run_ending_at(s->recent, s->count - 1, tolerance);
        return;
    }
    run->min = min;
    run->max = max;
    if (run->count < UINT32_MAX)
        run->count++;
}

/* count readings hold at least int(window / period) intervals, and last about as long. */
static bool run_fills(const struct quality_run *run, int64_t end_us, int64_t window_us,
                      int64_t period_us)
{
    if (window_us < period_us || !((double)run->count * (double)period_us > (double)window_us))
        return false;
    return fills(elapsed_us(run->since_us, end_us), window_us, period_us);
}

static uint8_t judge_flat(struct quality_state *s, size_t at, const struct quality_config *c)
{
    int64_t end_us = s->recent[at].t_us;
    uint32_t after = s->count - 1 - (uint32_t)at;
    struct quality_run run;

    if (isnan(c->flat_tolerance) || c->period_us <= 0 ||
        (c->flat_suspect_us < c->period_us && c->flat_fail_us < c->period_us)) {
        s->flat.count = 0;
        return QF_NOT_EVALUATED;
    }
    extend_run(s, at, c->flat_tolerance);
    run = s->flat;
    if (end_us >= run.since_us && run.count > after)
        run.count -= after;
    else
        run = run_ending_at(s->recent, at, c->flat_tolerance);
    if (run_fills(&run, end_us, c->flat_fail_us, c->period_us))
        return QF_FAIL;
    return run_fills(&run, end_us, c->flat_suspect_us, c->period_us) ? QF_SUSPECT : QF_PASS;
}

/* Welford (1962); a deviation whose square overflows makes the sum infinite for good. */
static void window_add(struct quality_window *w, double value)
{
    double delta = value - w->mean;
    double mean, m2;

    if (w->count < UINT32_MAX)
        w->count++;
    mean = w->mean + delta / (double)w->count;
    m2 = w->m2 + delta * (value - mean);
    if (isfinite(m2)) {
        w->mean = mean;
        w->m2 = m2;
    } else {
        w->m2 = (double)INFINITY;
    }
}

static uint8_t judge_window_filled(const struct quality_window *w, const struct quality_config *c)
{
    double n = (double)w->count;

    if (n < 2.0)
        return QF_NOT_EVALUATED;
    if (c->period_us > 0 && 2.0 * n * (double)c->period_us < (double)c->attenuated_window_us)
        return QF_NOT_EVALUATED;
    return flag_below(sqrt(w->m2 / n), c->attenuated_suspect, c->attenuated_fail);
}

/* Judges the window, gives its flag to the samples remembered of it, and empties it. */
static void window_close(struct quality_state *s, const struct quality_config *c)
{
    struct quality_window *w = &s->attenuated;

    w->last_flag = judge_window_filled(w, c);
    for (uint32_t i = s->count; i-- > 0 && s->recent[i].t_us >= w->since_us;)
        s->recent[i].tests[TEST_AT(QT_ATTENUATED)] = w->last_flag;
    w->count = 0;
}

/* True when a window was closed. The sample is not among the recent ones yet. */
static bool judge_attenuated(struct quality_state *s, struct quality_sample *x, bool late,
                             const struct quality_config *c)
{
    struct quality_window *w = &s->attenuated;
    uint8_t *flag = &x->tests[TEST_AT(QT_ATTENUATED)];
    bool closed = false;

    if (c->attenuated_window_us <= 0 || both_off(c->attenuated_suspect, c->attenuated_fail)) {
        *w = (struct quality_window){0};
        *flag = QF_NOT_EVALUATED;
        return false;
    }
    if (!late || (w->count > 0 && x->t_us >= w->since_us)) {
        if (w->count > 0 && elapsed_us(w->since_us, x->t_us) >= (uint64_t)c->attenuated_window_us) {
            window_close(s, c);
            closed = true;
        }
        if (w->count == 0)
            *w = (struct quality_window){.since_us = x->t_us, .last_flag = w->last_flag};
        window_add(w, x->value);
        if (fills(elapsed_us(w->since_us, x->t_us), c->attenuated_window_us, c->period_us)) {
            window_close(s, c);
            closed = true;
        }
    }
    *flag = w->last_flag ? w->last_flag : QF_NOT_EVALUATED;
    return closed;
}

/* Puts x at place pos of the recent samples; the oldest leaves when there is no room. */
static size_t insert(struct quality_state *s, size_t pos, const struct quality_sample *x)
{
    if (s->count < QUALITY_RECENT) {
        memmove(&s->recent[pos + 1], &s->recent[pos], (s->count - pos) * sizeof *x);
        s->count++;
    } else {
        s->before = s->recent[0];
        s->has_before = true;
        pos--;
        memmove(&s->recent[0], &s->recent[1], pos * sizeof *x);
    }
    s->recent[pos] = *x;
    return pos;
}

/* Recent sample i, i counted from -1 for the one before; NULL when there is none. */
static const struct quality_sample *sample_at(const struct quality_state *s, ptrdiff_t i)
{
    if (i < 0)
        return i == -1 && s->has_before ? &s->before : NULL;
    return i < (ptrdiff_t)s->count ? &s->recent[i] : NULL;
}

/* Spike and rate of x, to come to place pos, and again of those that become its neighbours. */
static void judge_neighbourhood(struct quality_state *s, size_t pos, struct quality_sample *x,
                                const struct quality_config *c)
{
    ptrdiff_t at = (ptrdiff_t)pos;
    const struct quality_sample *left = sample_at(s, at - 1), *right = sample_at(s, at);

    x->tests[TEST_AT(QT_GROSS_RANGE)] = judge_gross(x->value, c);
    x->tests[TEST_AT(QT_SPIKE)] = judge_spike(left, x, right, c);
    x->tests[TEST_AT(QT_RATE_OF_CHANGE)] = judge_rate(left, x, c);
    if (pos > 0)
        s->recent[pos - 1].tests[TEST_AT(QT_SPIKE)] = judge_spike(sample_at(s, at - 2), left, x, c);
    if (right) {
        uint8_t *tests = s->recent[pos].tests;

        tests[TEST_AT(QT_SPIKE)] = judge_spike(x, right, sample_at(s, at + 1), c);
        tests[TEST_AT(QT_RATE_OF_CHANGE)] = judge_rate(x, right, c);
    }
}

/* Renews the verdicts of recent samples from..to-1 and reports those that change. */
static void settle(struct quality_state *s, size_t from, size_t to, struct quality_result *result)
{
    for (size_t i = from; i < to; i++) {
        struct quality_sample *x = &s->recent[i];
        struct quality_verdict v = aggregate(x->tests);

        if (v.flag == x->verdict.flag && v.test == x->verdict.test)
            continue;
        x->verdict = v;
        result->revisions[result->revision_count++] = (struct quality_revision){x->t_us, v};
    }
}

struct quality_result quality_push(struct quality_state *s, const struct quality_config *c,
                                   int64_t t_us, double value)
{
    struct quality_result result = {.verdict = {QF_NOT_EVALUATED, QT_NONE}};
    struct quality_sample x = {.t_us = t_us, .value = value};
    size_t pos = s->count;

    if (!isfinite(value)) {
        result.verdict = (struct quality_verdict){QF_FAIL, QT_GROSS_RANGE};
        return result;
    }
    while (pos > 0 && s->recent[pos - 1].t_us > t_us)
        pos--;
    if (pos == 0 && s->count == QUALITY_RECENT) {
        result.too_old = true;
        return result;
    }
    judge_neighbourhood(s, pos, &x, c);
    if (judge_attenuated(s, &x, pos < s->count, c))
        settle(s, 0, s->count, &result);
    else
        settle(s, pos > 0 ? pos - 1 : 0, pos < s->count ? pos + 1 : pos, &result);
    pos = insert(s, pos, &x);
    s->recent[pos].tests[TEST_AT(QT_FLAT_LINE)] = judge_flat(s, pos, c);
    s->recent[pos].verdict = aggregate(s->recent[pos].tests);
    result.verdict = s->recent[pos].verdict;
    return result;
}

/* What a stored verdict says of the tests that a window cannot repeat. */
static void keep_long_tests(struct quality_sample *x)
{
    if (x->verdict.test == QT_FLAT_LINE || x->verdict.test == QT_ATTENUATED)
        x->tests[TEST_AT(x->verdict.test)] = x->verdict.flag;
}

static void judge_in_window(struct quality_sample *samples, size_t n, size_t at,
                            const struct quality_config *c)
{
    struct quality_sample *x = &samples[at];
    const struct quality_sample *left = at > 0 ? &samples[at - 1] : NULL;
    const struct quality_sample *right = at + 1 < n ? &samples[at + 1] : NULL;
    struct quality_verdict v;

    x->tests[TEST_AT(QT_GROSS_RANGE)] = judge_gross(x->value, c);
    x->tests[TEST_AT(QT_SPIKE)] = judge_spike(left, x, right, c);
    x->tests[TEST_AT(QT_RATE_OF_CHANGE)] = judge_rate(left, x, c);
    v = aggregate(x->tests);
    if (v.flag == QF_NOT_EVALUATED && x->verdict.flag == QF_PASS)
        return;
    x->verdict = v;
}

void quality_judge_window(struct quality_sample *samples, size_t n, size_t at,
                          const struct quality_config *c)
{
    if (at >= n)
        return;
    samples[at].verdict = (struct quality_verdict){QF_NOT_EVALUATED, QT_NONE};
    memset(samples[at].tests, QF_NOT_EVALUATED, sizeof samples[at].tests);
    if (at > 0) {
        keep_long_tests(&samples[at - 1]);
        judge_in_window(samples, n, at - 1, c);
    }
    judge_in_window(samples, n, at, c);
    if (at + 1 < n) {
        keep_long_tests(&samples[at + 1]);
        judge_in_window(samples, n, at + 1, c);
    }
}

bool quality_gap(const struct quality_state *s, const struct quality_config *c, int64_t now_us)
{
    if (s->count == 0 || c->gap_us <= 0)
        return false;
    return elapsed_us(s->recent[s->count - 1].t_us, now_us) > (uint64_t)c->gap_us;
}
