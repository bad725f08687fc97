#include "shikumen/view/override_list.h"

#include <string.h>

#include "shikumen/base/array.h"
#include "shikumen/base/utc.h"
#include "shikumen/core/signoff.h"
#include "shikumen/io/state_signoff.h"
#include "shikumen/view/when.h"

struct taking {
    struct desk *desk;
    struct override_list *list;
    size_t room;
};

/* For what has ended since, it had not by then. */
static enum err keep(struct taking *t, const struct class_override *o)
{
    struct class_override *kept = &t->list->items[t->list->count++];

    *kept = *o;
    kept->subject = arena_strdup(t->desk->arena, o->subject);
    kept->class_name = arena_strdup(t->desk->arena, o->class_name);
    kept->by = arena_strdup(t->desk->arena, o->by);
    kept->reason = arena_strdup(t->desk->arena, o->reason);
    kept->ended_us = 0;
    kept->ended_by = "";
    return kept->subject && kept->class_name && kept->by && kept->reason ? ERR_OK : ERR_NOMEM;
}

static enum err take(void *context, const struct class_override *o)
{
    struct taking *t = context;
    struct override_list *list = t->list;
    struct class_override *bigger;

    if (o->ended_us != 0 && o->ended_us <= list->now_us)
        return ERR_OK;
    bigger = array_grow_in(t->desk->arena, list->items, &t->room, list->count + 1, sizeof *bigger);
    if (!bigger)
        return ERR_NOMEM;
    list->items = bigger;
    return keep(t, o);
}

enum err overrides_take_at(struct desk *d, int64_t at_us, struct override_list *out)
{
    struct taking t = {d, out, 0};

    *out = (struct override_list){.now_us = at_us};
    return state_override_each(d->state, at_us < d->now_us, take, &t);
}

enum err overrides_take(struct desk *d, struct override_list *out)
{
    return overrides_take_at(d, d->now_us, out);
}

const struct class_override *override_of(const struct override_list *list, const char *subject)
{
    return signoff_override(list->items, list->count, subject, list->now_us);
}

const char *override_words(struct desk *d, const struct class_override *o)
{
    struct strbuf b = {0};
    char time[WHEN_TEXT_SIZE];
    const char *text;

    desk_put(d, &b, "%s，%s，至 %s：%s", "%s by %s until %s: %s", o->class_name, o->by,
             when_local(d->zone, o->until_us, time), o->reason);
    text = arena_strdup(d->arena, strbuf_text(&b));
    strbuf_free(&b);
    return text ? text : "";
}

static void put_text(struct strbuf *out, const char *name, const char *text)
{
    strbuf_printf(out, "\"%s\":", name);
    strbuf_json_string(out, text, strlen(text));
    strbuf_putc(out, ',');
}

void override_json(const struct class_override *o, struct strbuf *out)
{
    char id[SIGNED_ID_SIZE], time[UTC_TEXT_SIZE];

    strbuf_putc(out, '{');
    put_text(out, "id", signed_id(SIGNED_OVERRIDE, o->row, id));
    put_text(out, "subject", o->subject);
    put_text(out, "class", o->class_name);
    put_text(out, "by", o->by);
    put_text(out, "reason", o->reason);
    put_text(out, "from", utc_format(o->from_us, time));
    strbuf_printf(out, "\"until\":\"%s\"}", utc_format(o->until_us, time));
}

struct cell override_cell(struct table *t, const struct class_override *o)
{
    struct strbuf json = {0};
    struct cell cell;

    if (!o)
        return (struct cell){0};
    override_json(o, &json);
    cell = cell_shown(t, cell_json(t, strbuf_text(&json)), TINT_NONE, override_words(t->desk, o));
    strbuf_free(&json);
    return cell;
}
