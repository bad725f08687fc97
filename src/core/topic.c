#include "shikumen/core/topic.h"

#include <string.h>

#include "senml_name.h"

#define NATIVE_PREFIX "shikumen/v1/"

static enum topic_kind kind_by_level(const char *level)
{
    if (strcmp(level, "senml") == 0)
        return TOPIC_SENML;
    if (strcmp(level, "senml-cbor") == 0)
        return TOPIC_SENML_CBOR;
    if (strcmp(level, "burst") == 0)
        return TOPIC_BURST;
    return strcmp(level, "status") == 0 ? TOPIC_STATUS : TOPIC_OTHER;
}

/* House and node become the base name of a pack, so they must be able to stand in one. */
static bool is_id(const char *text, size_t n)
{
    return n > 0 && senml_name_starts(text[0]) && senml_name_chars(text, n);
}

static struct topic parse_native(const char *rest)
{
    const struct topic other = {.kind = TOPIC_OTHER};
    const char *node = strchr(rest, '/');
    const char *leaf = node ? strchr(node + 1, '/') : NULL;
    struct topic t;

    if (!leaf || !is_id(rest, (size_t)(node - rest)) || !is_id(node + 1, (size_t)(leaf - node - 1)))
        return other;
    t.kind = kind_by_level(leaf + 1);
    t.native = t.kind != TOPIC_OTHER;
    t.node = t.native ? rest : NULL;
    t.node_len = t.native ? (size_t)(leaf - rest) : 0;
    return t;
}

struct topic topic_parse(const char *text)
{
    const size_t prefix = sizeof NATIVE_PREFIX - 1;
    const char *last = strrchr(text, '/');

    if (strncmp(text, NATIVE_PREFIX, prefix) == 0)
        return parse_native(text + prefix);
    return (struct topic){.kind = kind_by_level(last ? last + 1 : text)};
}

/* Length of the level that begins at text. */
static size_t level_len(const char *text)
{
    return strcspn(text, "/");
}

/* A wildcard stands for whole levels only, and # only for the last ones. */
static bool filter_valid(const char *filter)
{
    if (*filter == '\0')
        return false;
    for (const char *level = filter;; level++) {
        size_t n = level_len(level);
        if (n > 1 && (memchr(level, '+', n) || memchr(level, '#', n)))
            return false;
        if (n == 1 && *level == '#')
            return level[1] == '\0';
        level += n;
        if (*level == '\0')
            return true;
    }
}

bool topic_matches(const char *filter, const char *topic)
{
    const char *f = filter, *t = topic;

    if (!filter_valid(filter) || *topic == '\0')
        return false;
    if (*topic == '$' && (*filter == '+' || *filter == '#'))
        return false;
    for (;; f++, t++) {
        size_t fn = level_len(f), tn = level_len(t);
        if (fn == 1 && *f == '#')
            return true;
        if (!(fn == 1 && *f == '+') && (fn != tn || memcmp(f, t, fn) != 0))
            return false;
        f += fn;
        t += tn;
        if (*t == '\0')
            return *f == '\0' || strcmp(f, "/#") == 0;
        if (*f == '\0')
            return false;
    }
}
