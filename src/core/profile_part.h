/* What the steps of reading a message by a profile share. Private to profile*.c. */
#ifndef SHIKUMEN_PROFILE_PART_H
#define SHIKUMEN_PROFILE_PART_H

#include <cjson/cJSON.h>
#include <math.h>

#include "shikumen/core/profile.h"

#define PROFILE_NAME_MAX     255  /* of devices and channels */
#define PROFILE_READINGS_MAX 4096 /* of one message */
#define PROFILE_STATES_MAX   256
#define PROFILE_TAKEN_MAX    256 /* beyond it a member may be two channels */

/* A {name} of a topic filter and what stands there. */
struct profile_capture {
    const char *name, *text;
    size_t name_len, text_len;
};
#define PROFILE_CAPTURES_MAX 8

/* A message on its way. */
struct profile_work {
    const struct profile_context *c;
    const struct message *m;
    struct arena *arena;
    struct profile_result *out;
    const struct profile *p;            /* the envelope being tried or used */
    cJSON *trees[PROFILE_FORMAT_COUNT]; /* documents made so far, freed by profile_decode */
    bool tried[PROFILE_FORMAT_COUNT];
    const char *faults[PROFILE_FORMAT_COUNT];
    cJSON *inner, *decoded; /* an object that stood in a text, one made of bytes */
    struct profile_capture captures[PROFILE_CAPTURES_MAX];
    size_t capture_count;
    const cJSON *taken[PROFILE_TAKEN_MAX]; /* read by values with names */
    size_t taken_count;
    size_t inside_from, inside_to; /* of out->readings: those of what stands inside */
    size_t room;                   /* of out->readings */
    size_t touched;                /* values that were there, readings or not */
    bool explain;                  /* conditions that do not hold are put in words, as for c->say */
    bool full; /* there were more than PROFILE_READINGS_MAX: the rest is not looked at */
    bool out_of_memory;
};

/* Where a part stands. */
struct profile_spot {
    const cJSON *root; /* what "^" leads to */
    const cJSON *at;
    const char *member; /* iterated over, NULL */
    const char *device, *channel;
    const struct profile_spot *outer; /* where a time that is not the part's own is looked for */
};

/* v times scale; a scale of one by a whole number divides by it, so that 1815 hundredths are 18.15
 * to the last bit. */
static inline double profile_scaled(double v, double scale)
{
    double whole = scale != 0 ? round(1 / scale) : 0;

    return fabs(whole) > 1 && fabs(1 / scale - whole) < 1e-9 * fabs(whole) ? v / whole : v * scale;
}

/* Says to profile test what happened; nothing otherwise. */
void profile_say(const struct profile_work *w, const struct profile *p, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* --- profile_pointer.c --- */

/* What pointer leads to from spot, the first that is there of several with "||" between; NULL when
 * nothing, or null, is there. */
const cJSON *profile_point(const struct profile_spot *spot, const char *pointer);
/* True when null stands there: what a device says of a chip that does not answer. */
bool profile_is_null(const struct profile_spot *spot, const char *pointer);
/* The same of the first pointer that leads somewhere; *index says which. */
const cJSON *profile_first(const struct profile_spot *spot, const struct profile_pointers *pointers,
                           size_t *index);
/* A text, number or boolean as text (numbers as they are written shortest); NULL for others and
 * when memory is out. {"value": …} stands for its value. */
const char *profile_text_of(struct profile_work *w, const cJSON *item);
const cJSON *profile_unwrap(const cJSON *item);
/* True when text matches glob: "*" any, "?" one character; letters of either case. */
bool profile_glob(const char *glob, const char *text);
/* True when all conditions hold; else *why names the first that does not. */
bool profile_holds(struct profile_work *w, const struct profile_spot *spot,
                   const struct profile_conditions *conditions, const char **why);
/* True when the topic fits the filter, with its captures. */
bool profile_topic_fits(const char *filter, const char *topic, struct profile_capture *captures,
                        size_t *count);
/* Sixteen hexadecimal digits in whatever dress (separators, capitals, base64 of eight bytes), as
 * digits and small letters; else text itself. NULL when memory is out. */
const char *profile_device_id(struct arena *arena, const char *text);
/* Copy of at most PROFILE_NAME_MAX bytes without control characters. */
const char *profile_name(struct profile_work *w, const char *text, size_t n);

/* --- profile_time.c --- */

/* False: there is no time, and it may not be that of arrival. */
bool profile_when(struct profile_work *w, const struct profile_spot *spot,
                  const struct profile_time *t, struct profile_reading *r);

/* --- profile_bytes.c --- */

/* The payload's bytes (*n) out of item; NULL when it is not in that encoding (*why). */
const uint8_t *profile_bytes_of(struct profile_work *w, const cJSON *item, bool hex, size_t *n,
                                const char **why);
/* An object of the fields that the layout names; NULL (and *why) when the bytes are not of it. With
 * *why set it is what stands before an item of TLV that is not known. The caller frees it. */
cJSON *profile_bytes_read(struct profile_work *w, const struct profile_bytes *b, const char *port,
                          const uint8_t *bytes, size_t n, const char **why);

/* --- profile_number.c --- */

/* A unit as people write it ("°C", "µm") as it is spelt here; others as they are. */
const char *profile_plain_unit(const char *unit);

enum profile_number_kind {
    PROFILE_NUMBER,
    PROFILE_NUMBER_MISSING, /* null, or a marker for it */
    PROFILE_NUMBER_NONE     /* something else */
};

/* Objects in objects that a pointer ending in two asterisks looks into. */
#define PROFILE_DEPTH_MAX 4

/* The number that item stands for, before scale and offset; *text is what stood there. A unit
 * behind the number ("1201 mm") is no part of it when it is v's own; another one that the quantity
 * has, or any that is known where v has none, is put into *unit (else NULL), and scale is not for
 * it. The same of {"value": 1201, "unit": "mm"}. */
enum profile_number_kind profile_number_of(struct profile_work *w, const struct profile_value *v,
                                           const cJSON *item, double *out, const char **text,
                                           const char **unit);

/* --- profile_value.c --- */

/* Adds the readings of a part of p that stands at spot. */
void profile_part_read(struct profile_work *w, const struct profile *p,
                       const struct profile_part *part, const struct profile_time *time,
                       const struct profile_spot *spot);
/* The state of device, made when it is new; NULL when memory is out. */
struct profile_state *profile_state_of(struct profile_work *w, const char *device);

/* --- profile_inside.c --- */

/* True when device can stand inside envelope. */
bool profile_goes_inside(const struct profile *device, const struct profile *envelope);
/* The values of all parts of p that are for this (a fallback, or not) at base; time: where a part
 * has none of its own. */
void profile_read_parts(struct profile_work *w, const struct profile *p,
                        const struct profile_time *time, const struct profile_spot *base,
                        bool fallback);
/* Reads what the envelope carries by a device's profile. */
void profile_read_inside(struct profile_work *w, const struct profile *envelope,
                         const struct profile_spot *base);
/* Of an envelope that reads bytes itself: their fields become "/bytes/…" of root. */
void profile_add_own_bytes(struct profile_work *w, const struct profile *p, cJSON *root,
                           const struct profile_spot *base);

/* --- profile_format.c --- */

/* The document of the message; NULL with *why when it is not of the profile's format. */
cJSON *profile_document(struct profile_work *w, const struct profile *p, const char **why);

/* --- profile_memory.c --- */

/* True when the identifier was seen before; remembers it. */
bool profile_memory_seen(struct profile_memory *m, uint64_t identifier, int64_t rx_us,
                         int64_t within_us);
/* Messages missing between the sequence number before and this one of source. */
int64_t profile_memory_lost(struct profile_memory *m, uint64_t source, double number,
                            double modulo);
struct sparkplug_memory *profile_memory_sparkplug(struct profile_memory *m);

#endif
