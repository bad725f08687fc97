/* What a named person does, as it is said and checked before it is recorded and again when it is
 * applied: names, notes, ends, and the JSON of its body (docs/interface.md section 11). Pure. The
 * bounds are [J]. */
#ifndef SHIKUMEN_CORE_ACT_H
#define SHIKUMEN_CORE_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/err.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/model/act.h"

#define ACT_NAME_CHARACTERS 80
#define ACT_NOTE_CHARACTERS 1000
#define ACT_SUBJECT_BYTES   200

#define ACT_SILENCE_LONGEST_US  (30 * 86400 * INT64_C(1000000))
#define ACT_OVERRIDE_LONGEST_US (365 * 86400 * INT64_C(1000000))
#define ACT_COST_LARGEST_FEN    INT64_C(100000000000) /* a thousand million CNY */

#define ACT_NOT_GIVEN INT64_MIN

/* What a verb does not need is NULL or ACT_NOT_GIVEN; act_blank makes one of that. */
struct act {
    enum act_verb verb;
    const char *by;
    const char *subject; /* id of the episode; of silence and override, the scope; else "S3" … */
    const char *note;    /* why; of a record, what was found */
    const char *to;      /* assign: a person's name */
    const char *kind;    /* propose: proposal_kind_name; record: record_kind_name; silence:
                            alert_kind_name, NULL: every kind */
    const char *class_name;    /* override: risk_class_name */
    int64_t from_us, until_us; /* silence: from (not given: now) and until; override: until */
    int64_t day_us;            /* record: when it took place; not given: now */
    int64_t cost_fen;          /* record: hundredths of a CNY */
    const char *via;           /* whose access token it came by; NULL: shikumenctl's */
};
struct act act_blank(enum act_verb verb);

/* Why something is refused, with what is allowed. */
struct act_refusal {
    char zh[320], en[320];
};
/* Writes both, with the same arguments; returns false. */
bool act_refuse(struct act_refusal *why, const char *zh, const char *en, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

/* Whether the act may be recorded at now_us, as far as that can be told without looking at what it
 * is on. Texts must be UTF-8 without control characters; a name has 1..ACT_NAME_CHARACTERS and is
 * not the program's, a note 1..ACT_NOTE_CHARACTERS. Asked again when it is applied: an end that has
 * passed by then refuses it. */
bool act_check(const struct act *a, int64_t now_us, struct act_refusal *why);

/* A person's name alone (of who adds an epoch). */
bool act_check_name(const char *name, struct act_refusal *why);

/* Appends the body: note, to, kind, class, from, until, date, cost_cny, via; only what is given. The
 * same bytes for the same act. */
void act_write(const struct act *a, struct strbuf *body);

/* Reads a body into what act_blank made; texts in the arena. ERR_PARSE: it is no JSON object, or a
 * member is unknown or not of its kind (why says which); ERR_NOMEM. */
enum err act_read(const char *body, struct arena *arena, struct act *a,
                  struct act_refusal *why) MUST_USE;

/* "1234.50" to fen: digits, then at most two decimals. ERR_PARSE, ERR_RANGE. */
enum err act_cost_parse(const char *text, int64_t *fen) MUST_USE;
#define ACT_COST_SIZE 24
const char *act_cost_text(int64_t fen, char text[ACT_COST_SIZE]);

/* What an act of this verb is on. */
enum act_target { TARGET_EPISODE, TARGET_SCOPE, TARGET_SILENCE, TARGET_PROPOSAL, TARGET_OVERRIDE };
enum act_target act_target_of(enum act_verb verb);

#endif
