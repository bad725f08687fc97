#include "file_table_clock.h"

/* Of two moments the one that goes on from the row before; *assumed: neither does. */
static int64_t go_on(const struct file_clock *c, int64_t first_us, int64_t second_us, bool *assumed)
{
    *assumed = !c->begun;
    if (!c->begun)
        return first_us;
    if (c->way < 0 && second_us < c->last_us)
        return second_us;
    if (c->way < 0 && first_us < c->last_us)
        return first_us;
    if (first_us > c->last_us)
        return first_us;
    if (second_us > c->last_us)
        return second_us;
    *assumed = true;
    return first_us;
}

static void set(struct file_clock *c, int64_t t_us)
{
    if (c->begun && t_us != c->last_us)
        c->way = t_us < c->last_us ? -1 : 1;
    c->begun = true;
    c->last_us = t_us;
}

int64_t file_clock_read(struct file_clock *c, const struct time_zone *z, int64_t wall_us,
                        enum file_doubt *doubt)
{
    int64_t t_us, second_us;
    enum zone_fit fit = zone_to_utc(z, wall_us, &t_us, &second_us);
    bool assumed = false;

    if (fit == ZONE_TWICE) {
        int64_t first_us = t_us;
        t_us = go_on(c, first_us, second_us, &assumed);
        assumed = assumed || (c->assumed && t_us == first_us);
    } else if (fit == ZONE_NEVER) {
        t_us = second_us;
    }
    *doubt = fit == ZONE_NEVER ? FILE_NEVER : assumed ? FILE_ASSUMED : FILE_CERTAIN;
    c->assumed = assumed;
    set(c, t_us);
    return t_us;
}

int64_t file_clock_moment(struct file_clock *c, const struct time_zone *z, int64_t t_us,
                          struct table_doubts *doubts)
{
    enum file_doubt doubt;

    if (!z) {
        set(c, t_us);
        return t_us;
    }
    t_us = file_clock_read(c, z, t_us, &doubt);
    doubts->assumed += doubt == FILE_ASSUMED;
    doubts->never += doubt == FILE_NEVER;
    return t_us;
}
