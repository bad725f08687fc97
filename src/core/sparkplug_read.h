/* Payloads of Sparkplug B as they stand on the wire. Private to sparkplug*.c. */
#ifndef SHIKUMEN_SPARKPLUG_READ_H
#define SHIKUMEN_SPARKPLUG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"

/* Of the data types (Sparkplug 3.0 section 6.4.16) those that matter here. */
enum {
    SPB_INT8 = 1,
    SPB_INT16 = 2,
    SPB_INT32 = 3,
    SPB_INT64 = 4,
    SPB_FLOAT = 9,
    SPB_DOUBLE = 10,
    SPB_BOOLEAN = 11,
    SPB_DATASET = 16,
    SPB_TEMPLATE = 19
};

#define SPB_TOP       SIZE_MAX
#define SPB_DEPTH_MAX 4

struct spb_metric {
    const char *name; /* NULL: only the alias is given; of a member its own, until it is joined */
    size_t parent; /* of a member of a template: index of the metric it stands in; else SPB_TOP */
    bool joined;   /* name is "PARENT/MEMBER" */
    bool has_alias, has_time, historical, transient, is_null;
    uint64_t alias, time_ms;
    uint32_t datatype; /* 0: not given */
    enum { SPB_NONE, SPB_NUMBER, SPB_REAL, SPB_BOOL, SPB_TEXT, SPB_MEMBERS } kind;
    uint64_t number; /* unsigned, as it stands on the wire */
    double real;
    const char *text;
    const char *unit; /* property engUnit (or unit), NULL */
};

/* Metrics as they come, the members of a template's instance right behind it. What only defines a
 * template has none: it measures nothing (Sparkplug 3.0 section 6.4.15). */
struct spb_payload {
    bool has_time, has_seq;
    uint64_t time_ms, seq;
    struct spb_metric *metrics;
    size_t count;
};

/* False when the bytes are broken, or hold more than 20 000 metrics, members among them;
 * *out_of_memory. Templates that stand more than SPB_DEPTH_MAX deep are metrics of no kind. */
bool sparkplug_read(const void *bytes, size_t n, struct arena *arena, struct spb_payload *out,
                    bool *out_of_memory);

/* The number of a metric of this data type: two's complement of signed ones. */
double sparkplug_number(const struct spb_metric *m, uint32_t datatype);

#endif
