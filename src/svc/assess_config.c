#include <string.h>

#include "assess_parts.h"
#include "shikumen/io/settings_file.h"

#define SUBJECT "configuration"

/* {"sha256":"…"} of what --print-config says. */
static enum err digest(const struct settings *s, struct strbuf *json)
{
    uint8_t hash[AUDIT_HASH_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE];
    struct strbuf text = {0};
    settings_print(s, &text);
    enum err e = text.failed ? ERR_NOMEM : audit_hash(text.data, text.len, hash);
    if (!e)
        strbuf_printf(json, "{\"sha256\":\"%s\"}", audit_hash_hex(hash, hex));
    strbuf_free(&text);
    return !e && json->failed ? ERR_NOMEM : e;
}

static enum err enter(struct assess *a, const struct strbuf *before, const struct strbuf *now,
                      int64_t now_us)
{
    const struct audit_row row = {.at_us = now_us,
                                  .act = SUBJECT ".loaded",
                                  .subject = SUBJECT,
                                  .before = strbuf_text(before),
                                  .after = strbuf_text(now)};
    enum err e = assess_begin(a);
    if (!e)
        e = state_audit_put(a->state, &row);
    return e ? e : assess_commit(a); /* what else a start does may take long */
}

enum err assess_enter_configuration(struct assess *a, int64_t now_us)
{
    struct strbuf before = {0}, now = {0};
    if (a->hub->replay)
        return ERR_OK;
    a->error = state_error(a->state);
    enum err e = digest(a->plan->settings, &now);
    if (!e)
        e = state_audit_latest(a->state, SUBJECT ".", SUBJECT, &before);
    if (e == ERR_NOTFOUND)
        e = ERR_OK;
    if (!e && strcmp(strbuf_text(&before), strbuf_text(&now)) != 0)
        e = enter(a, &before, &now, now_us);
    strbuf_free(&before);
    strbuf_free(&now);
    return e;
}
