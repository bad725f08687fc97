#include "assess_parts.h"
#include "shikumen/base/clock.h"

/* The last word of sensors that only send vibration records. */

/* Never a reading, of a quantity that records have. */
bool assess_may_only_burst(const struct assess *a, uint32_t sensor)
{
    enum quantity q = a->plan->registry->sensors[sensor].quantity;
    return (q == Q_VELOCITY || q == Q_ACCELERATION) && a->watches[sensor].last_rx_us == INT64_MIN;
}

static enum err ask_burst(struct assess *a, uint32_t sensor)
{
    struct watch *w = &a->watches[sensor];
    int64_t rx_us;
    w->burst_asked_us = a->now_us;
    a->error = reader_error(a->reader);
    enum err e = w->id == 0 ? ERR_NOTFOUND : reader_burst_last(a->reader, w->id, &rx_us);
    if (!e && rx_us > w->burst_rx_us)
        w->burst_rx_us = rx_us;
    return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err assess_ask_bursts(struct assess *a)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < a->plan->registry->sensor_count && !e; i++)
        if (assess_may_only_burst(a, i))
            e = ask_burst(a, i);
    return e;
}

#define ASK_EVERY_US US_PER_HOUR

/* The records are read once a day; who would be called silent meanwhile is asked for. */
enum err assess_ask_the_silent(struct assess *a, const struct silence_input *in, int64_t *last)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < a->plan->registry->sensor_count && !e; i++) {
        const struct watch *w = &a->watches[i];
        int64_t since_us = in->now_us - w->burst_asked_us;
        if (!in->only_bursts[i] || w->burst_rx_us == INT64_MIN ||
            (since_us >= 0 && since_us < ASK_EVERY_US) || !sensor_silent(a->plan->registry, in, i))
            continue;
        e = ask_burst(a, i);
        last[i] = w->burst_rx_us;
    }
    return e;
}
