/* What somebody wrote down: repairs, exchanged sensors, works. */
#include <string.h>

#include "shikumen/base/utc.h"
#include "truth.h"

static enum epoch_kind epoch_of(enum ill_kind kind)
{
    return kind == ILL_REZERO       ? EPOCH_REZERO
           : kind == ILL_RENOVATION ? EPOCH_RENOVATION
           : kind == ILL_VACANCY    ? EPOCH_VACANT
                                    : EPOCH_SENSOR_SWAP;
}

/* Only what goes on for a while has an end. */
static struct epoch from_ill(const struct scenario_ill *ill)
{
    bool lasting = ill->kind == ILL_RENOVATION || ill->kind == ILL_VACANCY;

    return (struct epoch){.t_us = ill->from_us,
                          .until_us = lasting ? ill->until_us : INT64_MAX,
                          .scope = ill->at,
                          .note = "",
                          .kind = epoch_of(ill->kind)};
}

static bool before(const struct epoch *a, const struct epoch *b)
{
    return a->t_us != b->t_us ? a->t_us < b->t_us : strcmp(a->scope, b->scope) < 0;
}

/* By time: insertion, there are few. */
static void insert(struct epoch *list, size_t *count, struct epoch e)
{
    size_t i = (*count)++;

    for (; i > 0 && before(&e, &list[i - 1]); i--)
        list[i] = list[i - 1];
    list[i] = e;
}

static void put(struct strbuf *b, const struct epoch *e, bool first)
{
    char text[UTC_TEXT_SIZE];

    strbuf_printf(
        b, "%s{\"t\":\"%s\",\"scope\":\"%s\",\"kind\":\"%s\",\"until\":", first ? "\n  " : ",\n  ",
        utc_format(e->t_us, text), e->scope, epoch_kind_name(e->kind));
    if (e->until_us == INT64_MAX)
        strbuf_puts(b, "null");
    else
        strbuf_printf(b, "\"%s\"", utc_format(e->until_us, text));
    strbuf_puts(b, ",\"note\":");
    strbuf_json_string(b, e->note, strlen(e->note));
    strbuf_putc(b, '}');
}

enum err truth_epochs(const struct history *h, struct strbuf *out)
{
    const struct scenario *s = h->scenario;
    struct arena scratch = {0};
    size_t count = 0;
    struct epoch *list = arena_array(&scratch, s->epoch_count + s->ill_count + 1, sizeof *list);

    if (!list) {
        arena_free(&scratch);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < s->epoch_count; i++)
        insert(list, &count, s->epochs[i]);
    for (size_t i = 0; i < s->ill_count; i++)
        if (s->ills[i].epoch)
            insert(list, &count, from_ill(&s->ills[i]));
    strbuf_puts(out, "{\"epochs\":[");
    for (size_t i = 0; i < count; i++)
        put(out, &list[i], i == 0);
    strbuf_puts(out, "]}\n");
    arena_free(&scratch);
    return ERR_OK;
}
