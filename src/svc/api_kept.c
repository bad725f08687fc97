/* Answers that are kept for a moment: when a step is told to everybody who watches, all of them ask
 * for the same lists at once. What is kept of state.db is of its latest commit, to the row; of
 * readings, up to a second old. Each worker keeps its own. */
#include <stdio.h>
#include <string.h>

#include "api_parts.h"
#include "shikumen/base/clock.h"
#include "shikumen/io/audit_hash.h"
#include "shikumen/io/gzip.h"
#include "shikumen/svc/plan.h"

#define KEPT_US    US_PER_S
#define BYTES_MOST (512 * 1024) /* packed; what is larger is made anew */

static void forget(struct kept_answer *k)
{
    strbuf_free(&k->packed);
    *k = (struct kept_answer){0};
}

void api_kept_clear(struct kept *kept)
{
    for (size_t i = 0; i < KEPT_MOST; i++)
        forget(&kept->answers[i]);
    plan_release(kept->plan);
    kept->plan = NULL;
}

/* What is of another plan, or of state.db before its latest commit, is none. */
static bool refresh(struct kept *kept, const struct api_call *c)
{
    int64_t version;

    if (state_version(c->desk.state, &version) != ERR_OK)
        return false;
    if (kept->plan != c->plan || kept->version != version) {
        api_kept_clear(kept);
        kept->plan = plan_retain(c->plan);
        kept->version = version;
    }
    return true;
}

static void give(struct api_call *c, const struct kept_answer *k)
{
    c->type = k->type;
    c->etag = k->tag;
    c->forever = k->packed.data;
    c->forever_len = k->packed.len;
    c->copied = true;
}

bool api_kept_give(struct api_call *c)
{
    int64_t now_us = clock_monotonic_us();

    c->keeps = c->route->flags & ROUTE_KEPT && refresh(c->kept, c) &&
               strlen(c->request->target) < KEPT_TARGET_SIZE;
    for (size_t i = 0; c->keeps && i < KEPT_MOST; i++) {
        const struct kept_answer *k = &c->kept->answers[i];
        if (now_us < k->until_us && strcmp(k->target, c->request->target) == 0) {
            give(c, k);
            return true;
        }
    }
    return false;
}

/* The one that is over first. */
static struct kept_answer *oldest(struct kept *kept)
{
    struct kept_answer *k = &kept->answers[0];

    for (size_t i = 1; i < KEPT_MOST; i++)
        if (kept->answers[i].until_us < k->until_us)
            k = &kept->answers[i];
    return k;
}

void api_kept_keep(struct api_call *c)
{
    struct kept_answer *k = oldest(c->kept);
    uint8_t hash[AUDIT_HASH_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE];

    if (!c->keeps || c->status != 200 || c->header_count > 0 || c->body.failed)
        return;
    forget(k);
    if (audit_hash(c->body.data, c->body.len, hash) != ERR_OK ||
        gzip_pack(c->body.data, c->body.len, &k->packed) != ERR_OK || k->packed.len > BYTES_MOST) {
        forget(k);
        return;
    }
    k->until_us = clock_monotonic_us() + KEPT_US;
    k->type = c->type;
    snprintf(k->target, sizeof k->target, "%s", c->request->target);
    snprintf(k->tag, sizeof k->tag, "%.32s", audit_hash_hex(hash, hex));
    strbuf_clear(&c->body);
    give(c, k);
}
