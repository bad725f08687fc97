/* /feed.atom: the latest steps of alerts (RFC 4287), an entry each, newest first, Chinese before
 * English; the silences that stand as its subtitle. */
#include <inttypes.h>
#include <string.h>

#include "api_parts.h"
#include "api_tables.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/silencing.h"
#include "shikumen/core/step_view.h"
#include "shikumen/core/xml_put.h"
#include "shikumen/io/state_signoff.h"

#define ENTRIES 100
#define NEVER   "1970-01-01T00:00:00Z"

struct feed {
    struct api_call *call;
    const char *base; /* "http://127.0.0.1:8420" */
    const char *entries[ENTRIES];
    size_t count;
    int64_t updated_us;
    struct strbuf silences; /* in words; nothing: none stands */
};

/* As the reader named it; the gate has looked at that name. */
static const char *base_of(struct api_call *c)
{
    const char *host = http_header_of(c->request, "Host");
    const char *base = arena_printf(c->arena, "%s://%s", c->request->tls ? "https" : "http",
                                    host ? host : c->plan->settings->http.listen);

    return base ? base : "";
}

static void put_title(struct strbuf *out, const struct step_view *v)
{
    static const char *const zh[] = {"正常", "蓝", "黄", "橙", "红"};
    struct strbuf title = {0};

    strbuf_printf(&title, "[%s %s] %s | %s", zh[v->level], level_colour(v->level), v->summary.zh,
                  v->summary.en);
    xml_element(out, 2, "title", strbuf_text(&title));
    strbuf_free(&title);
}

static void put_content(struct strbuf *out, const struct step_view *v)
{
    struct strbuf text = {0};

    strbuf_printf(&text, "%s\n%s\n", v->summary.zh, v->advice.zh);
    strbuf_printf(&text, "\n%s\n%s\n", v->summary.en, v->advice.en);
    if (*v->house)
        strbuf_printf(&text, "\n%s %s %s", v->house, v->house_name.zh, v->house_name.en);
    strbuf_puts(out, "    <content type=\"text\">");
    xml_text(out, strbuf_text(&text));
    strbuf_puts(out, "</content>\n");
    strbuf_free(&text);
}

static void put_entry(struct strbuf *out, const struct feed *f, const struct step_view *v)
{
    char at[UTC_TEXT_SIZE];

    strbuf_puts(out, "  <entry>\n");
    strbuf_puts(out, "    <id>urn:shikumen:step:");
    xml_text(out, v->id);
    strbuf_printf(out, ".%d</id>\n", v->step);
    put_title(out, v);
    xml_element(out, 2, "updated", utc_format(v->at_us, at));
    strbuf_puts(out, "    <link rel=\"alternate\" type=\"text/html\" href=\"");
    xml_text(out, f->base);
    strbuf_puts(out, "/#/alert/");
    xml_text(out, v->id);
    strbuf_puts(out, "\"/>\n    <category term=\"");
    xml_text(out, v->category);
    strbuf_puts(out, "\"/>\n    <category term=\"");
    xml_text(out, v->event_name);
    strbuf_puts(out, "\"/>\n");
    put_content(out, v);
    strbuf_puts(out, "  </entry>\n");
}

/* A step that is no native JSON is passed over, as by every receiver. */
static enum err take_step(void *context, const struct step_place *s)
{
    struct feed *f = context;
    struct step_view v = {0};
    struct strbuf text = {0};
    enum err e = step_view_parse(s->body, strlen(s->body), &v);

    if (e == ERR_OK && f->count < ENTRIES && v.level >= 0 && v.level <= LEVEL_RED) {
        put_entry(&text, f, &v);
        f->entries[f->count] = arena_strdup(f->call->arena, strbuf_text(&text));
        e = f->entries[f->count++] ? ERR_OK : ERR_NOMEM;
        f->updated_us = v.at_us > f->updated_us ? v.at_us : f->updated_us;
    }
    strbuf_free(&text);
    step_view_free(&v);
    return e == ERR_NOMEM ? e : ERR_OK;
}

/* What is held back, and by whom: nobody who reads here shall think that all is quiet. */
static enum err take_silence(void *context, const struct silencing *s)
{
    struct feed *f = context;
    struct strbuf *out = &f->silences;
    const char *kind = s->kind == KIND_COUNT ? "" : alert_kind_name(s->kind);
    char until[UTC_TEXT_SIZE];

    if (!silencing_in_force(s, f->call->desk.now_us))
        return ERR_OK;
    utc_format(s->until_us, until);
    strbuf_printf(out, "%s%s%s%s → %s (%s: %s)",
                  out->len > 0 ? "; " : "静默中 silenced: ", s->scope, *kind ? " " : "", kind,
                  until, s->by, s->reason);
    return out->failed ? ERR_NOMEM : ERR_OK;
}

static void put_feed(struct strbuf *out, const struct feed *f)
{
    const struct settings *s = f->call->plan->settings;
    char at[UTC_TEXT_SIZE];

    strbuf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh\">\n  <id>urn:"
                     "shikumen:feed:");
    xml_text(out, s->district.id);
    strbuf_puts(out, "</id>\n  <title>");
    xml_text(out, s->district.name);
    strbuf_puts(out, " 告警 alerts</title>\n");
    if (f->silences.len > 0)
        xml_element(out, 1, "subtitle", strbuf_text(&f->silences));
    xml_element(out, 1, "updated", f->updated_us > 0 ? utc_format(f->updated_us, at) : NEVER);
    strbuf_puts(out, "  <author><name>shikumend</name></author>\n"
                     "  <generator version=\"" SHIKUMEN_VERSION "\">shikumend</generator>\n"
                     "  <link rel=\"self\" type=\"application/atom+xml\" href=\"");
    xml_text(out, f->base);
    strbuf_puts(out, "/feed.atom\"/>\n  <link rel=\"alternate\" type=\"text/html\" href=\"");
    xml_text(out, f->base);
    strbuf_puts(out, "/\"/>\n");
    for (size_t i = f->count; i > 0; i--)
        strbuf_puts(out, f->entries[i - 1]);
    strbuf_puts(out, "</feed>\n");
}

enum err api_feed(struct api_call *c)
{
    struct feed f = {.call = c, .base = base_of(c)};
    int64_t last;
    enum err e = state_step_last(c->desk.state, &last);

    if (e == ERR_OK)
        e = state_step_after(c->desk.state, last > ENTRIES ? last - ENTRIES : 0, ENTRIES, take_step,
                             &f);
    if (e == ERR_OK)
        e = state_silence_each(c->desk.state, false, take_silence, &f);
    if (e == ERR_OK) {
        c->type = "application/atom+xml; charset=utf-8";
        put_feed(&c->body, &f);
    }
    strbuf_free(&f.silences);
    return e;
}
