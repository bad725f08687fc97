#include <math.h>
#include <string.h>

#include "risk_parts.h"

/* Decibans that a margin of 1, or a probability of 1, weighs as much as [J]. */
#define DECIBANS_AT_LIMIT 10.0
#define ABSTAINED_WEIGHT  5.0

static double limit_weight(const struct counted *row)
{
    double p365 = row->answered ? row->limit.p365 : 0;

    return DECIBANS_AT_LIMIT * fmax(0, risk_larger(row->ladder, p365));
}

/* One more reason; its sensor, if it has one, in the arena. out has room. */
static enum err add(struct risk *out, struct risk_reason reason, uint32_t sensor, struct arena *a)
{
    uint32_t *sensors;

    reason.element = out->element;
    if (sensor != REGISTRY_NONE) {
        if (!(sensors = arena_array(a, 1, sizeof *sensors)))
            return ERR_NOMEM;
        *sensors = sensor;
        reason.sensors = sensors;
        reason.sensor_count = 1;
    }
    out->reasons[out->reason_count++] = reason;
    return ERR_OK;
}

/* Limit states of which something is known, and every limit that is reached. */
static bool tells(const struct counted *row)
{
    return row->limit.margin >= 1 || (row->state && (row->answered || !isnan(row->ladder)));
}

static enum err add_limits(const struct risk_input *in, const struct counted *rows, struct arena *a,
                           struct risk *out)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < in->limit_count && !e; i++)
        if (tells(&rows[i]))
            e = add(out,
                    (struct risk_reason){.kind = REASON_LIMIT,
                                         .weight = limit_weight(&rows[i]),
                                         .limit = rows[i].limit,
                                         .decibans = (double)NAN},
                    rows[i].limit.sensor, a);
    return e;
}

/* The stability limit at alarm level that is exceeded most. */
static enum err add_appraisal(const struct risk_input *in, const struct counted *rows,
                              struct arena *a, struct risk *out)
{
    const struct counted *worst = NULL;

    for (size_t i = 0; i < in->limit_count; i++)
        if (risk_unstable(&rows[i]) && (!worst || rows[i].limit.margin > worst->limit.margin))
            worst = &rows[i];
    if (!worst)
        return ERR_OK;
    return add(out,
               (struct risk_reason){.kind = REASON_APPRAISAL,
                                    .weight = limit_weight(worst),
                                    .limit = worst->limit,
                                    .decibans = (double)NAN},
               worst->limit.sensor, a);
}

static enum err add_evidence(const struct risk_input *in, const double *decibans, struct arena *a,
                             struct risk *out)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < in->evidence_count && !e; i++)
        if (decibans[i] < 0 || decibans[i] > 0)
            e = add(out,
                    (struct risk_reason){.kind = REASON_EVIDENCE,
                                         .weight = fabs(decibans[i]),
                                         .evidence = in->evidence[i],
                                         .decibans = decibans[i]},
                    in->evidence[i].sensor, a);
    return e;
}

/* The sensors whose limits have no forecast, each once. */
static enum err add_abstained(const struct risk_input *in, const struct counted *rows,
                              struct arena *a, struct risk *out)
{
    struct risk_reason reason = {.kind = REASON_ABSTAINED,
                                 .decibans = (double)NAN,
                                 .count = out->abstained,
                                 .total = out->asked};
    uint32_t *sensors = arena_array(a, out->abstained, sizeof *sensors);

    if (!sensors)
        return ERR_NOMEM;
    if (out->abstained == 0)
        return ERR_OK;
    for (size_t i = 0; i < in->limit_count; i++) {
        size_t k = 0;

        if (!rows[i].asked || rows[i].answered)
            continue;
        while (k < reason.sensor_count && sensors[k] != rows[i].limit.sensor)
            k++;
        sensors[k] = rows[i].limit.sensor;
        if (k == reason.sensor_count)
            reason.sensor_count++;
    }
    reason.sensors = sensors;
    reason.weight = ABSTAINED_WEIGHT * (double)reason.count / (double)reason.total;
    return add(out, reason, REGISTRY_NONE, a);
}

static enum err add_insufficient(struct arena *a, struct risk *out)
{
    if (!out->grey)
        return ERR_OK;
    return add(out,
               (struct risk_reason){.kind = REASON_INSUFFICIENT,
                                    .weight = DECIBANS_AT_LIMIT * (1 - out->confidence),
                                    .decibans = (double)NAN,
                                    .confidence = out->confidence,
                                    .weakest = out->weakest,
                                    .unknown = out->hazard == RISK_INSUFFICIENT},
               REGISTRY_NONE, a);
}

bool risk_reason_later(const struct risk_reason *a, const struct risk_reason *b)
{
    bool first_a = a->kind == REASON_APPRAISAL, first_b = b->kind == REASON_APPRAISAL;

    if (first_a != first_b)
        return first_b;
    if (a->weight < b->weight || a->weight > b->weight)
        return a->weight < b->weight;
    return a->kind > b->kind;
}

/* Insertion: equals stay in the order given. */
static void sort(struct risk_reason *r, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct risk_reason moved = r[i];
        size_t k = i;

        for (; k > 0 && risk_reason_later(&r[k - 1], &moved); k--)
            r[k] = r[k - 1];
        r[k] = moved;
    }
}

enum err risk_reasons(const struct risk_input *in, const struct counted *rows,
                      const double *decibans, struct arena *a, struct risk *out)
{
    size_t room = in->limit_count + in->evidence_count + 3;
    enum err e;

    out->reason_count = 0;
    if (!(out->reasons = arena_array(a, room, sizeof *out->reasons)))
        return ERR_NOMEM;
    if ((e = add_appraisal(in, rows, a, out)) || (e = add_limits(in, rows, a, out)) ||
        (e = add_evidence(in, decibans, a, out)) || (e = add_abstained(in, rows, a, out)) ||
        (e = add_insufficient(a, out)))
        return e;
    sort(out->reasons, out->reason_count);
    return ERR_OK;
}

/* What is said of the house is not said of its elements as well. */
static bool joins(const struct risk_reason *reason, const struct risk *house)
{
    return !(house->grey && reason->kind == REASON_INSUFFICIENT);
}

enum err risk_house_reasons(const struct risk *elements, size_t n, struct arena *a,
                            struct risk *out)
{
    size_t room = 1;
    enum err e;

    for (size_t i = 0; i < n; i++)
        room += elements[i].reason_count;
    out->reason_count = 0;
    if (!(out->reasons = arena_array(a, room, sizeof *out->reasons)))
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < elements[i].reason_count; k++)
            if (joins(&elements[i].reasons[k], out))
                out->reasons[out->reason_count++] = elements[i].reasons[k];
    if ((e = add_insufficient(a, out)))
        return e;
    sort(out->reasons, out->reason_count);
    return ERR_OK;
}
