#include "shikumen/core/wording.h"

#include <string.h>

#define SLOTS_MAX 6
#define DEPTH_MAX 6 /* of sentences within sentences */

struct words {
    const char *en, *zh;
};

static const struct words table[] = {
#define WORDS(en, zh) {en, zh},
#include "wording.inc"
#undef WORDS
};
#define TABLE_COUNT (sizeof table / sizeof *table)

struct slot {
    const char *text;
    size_t n;
    bool words; /* a sentence itself */
};

const char *wording_pattern(size_t i)
{
    return i < TABLE_COUNT ? table[i].en : NULL;
}

/* --- telling which sentence it is --- */

/* The length of "{}", "{w}" or "{n}" at p; 0 when there is none. */
static size_t slot_at(const char *p)
{
    return strncmp(p, "{}", 2) == 0                                 ? 2
           : strncmp(p, "{w}", 3) == 0 || strncmp(p, "{n}", 3) == 0 ? 3
                                                                    : 0;
}

static bool all_digits(const char *text, size_t n)
{
    return n > 0 && strspn(text, "0123456789") >= n;
}

/* Characters of p before its next slot. */
static size_t plain_len(const char *p)
{
    size_t n = 0;

    while (p[n] && slot_at(p + n) == 0)
        n++;
    return n;
}

/* Whether text is the sentence pattern; what stands in its slots is put behind slots[at]. A slot
 * takes as little as it can. */
static bool fits(const char *pattern, const char *text, struct slot *slots, size_t at)
{
    size_t plain = plain_len(pattern), slot, behind;
    const char *end;
    bool digits;

    if (strncmp(pattern, text, plain) != 0)
        return false;
    pattern += plain;
    text += plain;
    slot = slot_at(pattern);
    if (slot == 0 || at == SLOTS_MAX)
        return *pattern == '\0' && *text == '\0';
    slots[at] = (struct slot){.text = text, .words = pattern[1] == 'w'};
    digits = pattern[1] == 'n';
    pattern += slot;
    behind = plain_len(pattern);
    if (behind == 0) { /* the last: all that is left */
        slots[at].n = strlen(text);
        return *pattern == '\0';
    }
    for (end = text; *end; end++) {
        slots[at].n = (size_t)(end - text);
        if (digits && !all_digits(text, slots[at].n) && slots[at].n > 0)
            return false;
        if (strncmp(end, pattern, behind) == 0 && fits(pattern, end, slots, at + 1))
            return true;
    }
    return false;
}

/* --- saying it --- */

static bool put(const char *en, int depth, struct strbuf *out);

/* Appends a slot; false when it should be a sentence and is none. */
static bool put_slot(const struct slot *s, int depth, struct strbuf *out)
{
    struct strbuf inner = {0};
    bool known;

    if (!s->words) {
        strbuf_append(out, s->text, s->n);
        return true;
    }
    strbuf_append(&inner, s->text, s->n);
    known = put(strbuf_text(&inner), depth + 1, out);
    strbuf_free(&inner);
    return known;
}

static bool put_words(const char *zh, const struct slot *slots, int depth, struct strbuf *out)
{
    for (const char *p = zh; *p; p++) {
        if (p[0] == '{' && p[1] >= '1' && p[1] < '1' + SLOTS_MAX && p[2] == '}') {
            if (!put_slot(&slots[p[1] - '1'], depth, out))
                return false;
            p += 2;
        } else {
            strbuf_putc(out, *p);
        }
    }
    return true;
}

/* Appends en as the sentence pattern; false, and nothing appended, when it is not that. */
static bool put_as(const struct words *pattern, const char *en, int depth, struct strbuf *out)
{
    struct slot slots[SLOTS_MAX] = {0};
    size_t before = out->len;

    if (!fits(pattern->en, en, slots, 0))
        return false;
    if (put_words(pattern->zh, slots, depth, out))
        return true;
    out->len = before;
    return false;
}

/* Appends en in Chinese; false, and nothing appended, when it is not known. */
static bool put(const char *en, int depth, struct strbuf *out)
{
    for (size_t i = 0; i < TABLE_COUNT && depth < DEPTH_MAX; i++)
        if ((*table[i].en == '{' || *table[i].en == *en) && put_as(&table[i], en, depth, out))
            return true;
    return false;
}

bool wording_put_zh(struct strbuf *out, const char *en)
{
    return put(en, 0, out);
}

const char *wording_zh(struct arena *arena, const char *en)
{
    struct strbuf out = {0};
    const char *zh = NULL;

    if (wording_put_zh(&out, en) && !out.failed)
        zh = arena_strndup(arena, strbuf_text(&out), out.len);
    strbuf_free(&out);
    return zh;
}

const char *wording_zh_or(struct arena *arena, const char *en)
{
    const char *zh = wording_zh(arena, en);

    return zh ? zh : en;
}

/* --- reasons --- */

static const struct words reasons[REFUSE_COUNT] = {
    [REFUSE_TOPIC] = {"no rule for the topic", "主题没有规则"},
    [REFUSE_FORMAT] = {"not readable", "格式不可读"},
    [REFUSE_SENML] = {"breaks RFC 8428", "不合 RFC 8428"},
    [REFUSE_UNKNOWN_SENSOR] = {"sensor not registered", "测点未登记"},
    [REFUSE_UNIT] = {"unit does not fit", "单位不符"},
    [REFUSE_VALUE] = {"value cannot be", "数值不可能"},
    [REFUSE_NODE] = {"speaks for another node", "替别的节点说话"},
    [REFUSE_FUTURE] = {"time in the future", "时间在未来"},
    [REFUSE_BEFORE_INSTALLED] = {"before the sensor existed", "早于安装"},
    [REFUSE_UNMATCHED] = {"no profile fits", "没有适用的配置"},
};

static const struct words *reason_called(const char *name)
{
    for (enum refusal r = 0; r < REFUSE_COUNT; r++)
        if (strcmp(refusal_name(r), name) == 0)
            return &reasons[r];
    return NULL;
}

const char *refusal_zh(const char *name)
{
    const struct words *w = reason_called(name);

    return w ? w->zh : name;
}

const char *refusal_en(const char *name)
{
    const struct words *w = reason_called(name);

    return w ? w->en : name;
}
