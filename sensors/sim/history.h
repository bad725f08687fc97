/* Everything that the sensors of a scenario send, in order of arrival. Pure but for memory. */
#ifndef SHIKUMEN_SIM_HISTORY_H
#define SHIKUMEN_SIM_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "course.h"
#include "district.h"
#include "ills.h"
#include "pending.h"
#include "scenario.h"
#include "wall.h"

/* What a damage does to one sensor. */
struct touch {
    uint32_t course, next; /* next: of the same sensor, SIM_NONE: none */
    double factor;
};

struct history {
    const struct scenario *scenario;
    const struct district *district;
    struct arena arena;
    struct sky sky;
    struct wall *walls;     /* by sensor */
    struct course *courses; /* by damage */
    struct touch *touches;
    struct ill_run *runs;
    uint32_t *first_touch, *first_run; /* by sensor; SIM_NONE: none */
    size_t touch_count, run_count;
    struct pending pending;
    int64_t step, steps; /* of period_s */
    bool out_of_memory;
};

/* Resolves every place and makes the weather. ERR_CONFIG: a damage, ill or epoch names what is not
 * there (told in faults, as of file); ERR_NOMEM. Scenario and district are borrowed. Free with
 * history_free, whatever it returned. */
enum err history_open(const struct scenario *s, const struct district *d, const char *file,
                      struct fault_list *faults, struct history *out) MUST_USE;

/* The next readings in order of arrival, none earlier than those before; valid until the next call.
 * False at the end or when memory is out (out_of_memory). */
bool history_next(struct history *h, const struct arrival **list, size_t *count);
void history_free(struct history *h);

#endif
