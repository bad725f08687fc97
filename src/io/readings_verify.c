/* Looking for damage in the readings store, and its copy. */
#include <stdio.h>
#include <string.h>

#include "readings_query_private.h"
#include "readings_schema.h"

/* What is wrong with the block just taken, which its row says has n readings; NULL when nothing. */
static const char *block_fault(const struct readings_reader *r, int64_t key, size_t n)
{
    const struct reading *found = r->found;
    if (r->found_count != n)
        return "wrong count";
    for (size_t i = 0; i < n; i++) {
        if (block_key(block_day(found[i].t_us), found[i].sensor) != key / BLOCK_PARTS * BLOCK_PARTS)
            return "a reading of another day";
        if (i > 0 && found[i].t_us <= found[i - 1].t_us)
            return "not in order of time";
    }
    return NULL;
}

static enum err verify_blocks(struct readings_reader *r, struct strbuf *out)
{
    enum err fault = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_BLOCKS_ALL);
    while (sql_row(&q)) {
        size_t size;
        int64_t key = sql_int(&q, 0);
        const void *data = sql_blob(&q, 2, &size);
        r->found_count = 0;
        enum err e = reader_take_block(r, key, data, size);
        const char *what = e ? "cannot be decoded" : block_fault(r, key, (size_t)sql_int(&q, 1));
        if (!what)
            continue;
        strbuf_printf(out, "block %lld of sensor %u: %s\n", (long long)key, block_key_sensor(key),
                      what);
        fault = ERR_CORRUPT;
    }
    r->found_count = 0;
    enum err end = sql_end(&q);
    return end ? end : fault;
}

struct totals {
    int64_t received, stored, duplicate, quarantined, expired;
};

static enum err add_total(void *context, const char *name, int64_t n)
{
    struct totals *t = context;
    if (strcmp(name, "received") == 0)
        t->received = n;
    else if (strcmp(name, "stored") == 0)
        t->stored = n;
    else if (strcmp(name, "duplicate") == 0)
        t->duplicate = n;
    else if (strcmp(name, "expired") == 0)
        t->expired = n;
    else if (strncmp(name, "quarantined.", 12) == 0)
        t->quarantined += n;
    return ERR_OK;
}

static enum err verify_counters(struct readings_reader *r, struct strbuf *out)
{
    struct totals t = {0};
    int64_t present = (int64_t)r->tail.count;
    enum err e = reader_counters(r, add_total, &t), fault = ERR_OK;
    struct sql_query q = sql_start(&r->sql, RQ_TOTALS);
    if (sql_row(&q))
        present += sql_int(&q, 0) + sql_int(&q, 1);
    enum err end = sql_end(&q);
    if (e || end)
        return e ? e : end;
    if (t.received != t.stored + t.duplicate + t.quarantined) {
        strbuf_printf(out,
                      "counters: received %lld is not stored %lld + duplicate %lld +"
                      " quarantined %lld\n",
                      (long long)t.received, (long long)t.stored, (long long)t.duplicate,
                      (long long)t.quarantined);
        fault = ERR_CORRUPT;
    }
    if (t.stored != present + t.expired) {
        strbuf_printf(out, "counters: stored %lld, but %lld readings are there and %lld expired\n",
                      (long long)t.stored, (long long)present, (long long)t.expired);
        fault = ERR_CORRUPT;
    }
    return fault;
}

enum err reader_verify(struct readings_reader *r, struct strbuf *out)
{
    size_t before = out->len;
    enum err e = sql_integrity(&r->sql, out);
    if (e && e != ERR_CORRUPT)
        return e;
    enum err begun = reader_snapshot_begin(r);
    if (begun == ERR_CORRUPT)
        strbuf_printf(out, "%s\n", r->sql.error);
    if (begun)
        return begun;
    enum err blocks = verify_blocks(r, out), counters = verify_counters(r, out);
    e = e ? e : blocks ? blocks : counters;
    if (e == ERR_CORRUPT && out->len == before) /* SQLite itself could not go on */
        strbuf_printf(out, "%s\n", r->sql.error);
    return reader_snapshot_end(r, e);
}

enum err reader_backup(struct readings_reader *r, const char *path)
{
    return sql_backup(&r->sql, path);
}
