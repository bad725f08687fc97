#include "registry_edit.h"

#include <stdbool.h>
#include <string.h>

#define KEY             "\"epochs\""
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* A place in a JSON text. */
struct scan {
    const char *text;
    size_t n, at;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char look(const struct scan *s)
{
    return s->at < s->n ? s->text[s->at] : '\0';
}

static void skip_blanks(struct scan *s)
{
    while (s->at < s->n && is_blank(s->text[s->at]))
        s->at++;
}

/* From the opening quote to behind the closing one. */
static bool skip_string(struct scan *s)
{
    for (s->at++; s->at < s->n; s->at++) {
        if (s->text[s->at] == '"') {
            s->at++;
            return true;
        }
        s->at += s->text[s->at] == '\\';
    }
    return false;
}

/* Over a list or an object, nested as deep as it may be. */
static bool skip_nested(struct scan *s)
{
    size_t depth = 0;

    while (s->at < s->n) {
        char c = s->text[s->at];
        if (c == '"') {
            if (!skip_string(s))
                return false;
            continue;
        }
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        s->at++;
        if (depth == 0)
            return true;
    }
    return false;
}

static bool skip_value(struct scan *s)
{
    char c = look(s);
    size_t begin = s->at;

    if (c == '"')
        return skip_string(s);
    if (c == '[' || c == '{')
        return skip_nested(s);
    while (s->at < s->n && !is_blank(s->text[s->at]) && !strchr(",]}", s->text[s->at]))
        s->at++;
    return s->at > begin;
}

/* Where an entry goes: bytes from..to of the text give way to it. */
struct place {
    size_t from, to;
    const char *before; /* what stands before the entry, NUL-terminated; then blanks */
    size_t blanks_from, blanks_to;
    const char *after;
};

/* Behind the last item of the list that begins at s. */
static bool place_in_list(struct scan *s, struct place *p)
{
    size_t open = s->at++, last = s->at, end = s->at;
    bool empty = true;

    skip_blanks(s);
    while (look(s) != ']') {
        size_t begin = s->at;
        if (!skip_value(s))
            return false;
        p->blanks_from = last;
        p->blanks_to = begin;
        empty = false;
        end = s->at;
        skip_blanks(s);
        if (look(s) == ',') {
            last = ++s->at;
            skip_blanks(s);
        } else if (look(s) != ']') {
            return false;
        }
    }
    *p = empty ? (struct place){open, s->at + 1, "[\n    ", 0, 0, "\n  ]"}
               : (struct place){end, end, ",", p->blanks_from, p->blanks_to, ""};
    return true;
}

static bool place_at_value(struct scan *s, struct place *p)
{
    size_t begin = s->at;

    if (look(s) == '[')
        return place_in_list(s, p);
    if (!skip_value(s) || s->at - begin != 4 || memcmp(s->text + begin, "null", 4) != 0)
        return false;
    *p = (struct place){begin, s->at, "[\n    ", 0, 0, "\n  ]"};
    return true;
}

static bool is_key(const struct scan *s, size_t begin)
{
    return s->at - begin == strlen(KEY) && memcmp(s->text + begin, KEY, strlen(KEY)) == 0;
}

/* Over a member; *found when it was "epochs". */
static bool take_member(struct scan *s, struct place *p, bool *found)
{
    size_t begin = s->at;
    bool wanted;

    if (look(s) != '"' || !skip_string(s))
        return false;
    wanted = is_key(s, begin);
    skip_blanks(s);
    if (look(s) != ':')
        return false;
    s->at++;
    skip_blanks(s);
    *found = wanted;
    return wanted ? place_at_value(s, p) : skip_value(s);
}

static bool find_place(struct scan *s, struct place *p)
{
    bool found = false, empty = true;
    size_t end;

    skip_blanks(s);
    if (look(s) != '{')
        return false;
    end = ++s->at;
    skip_blanks(s);
    while (look(s) != '}') {
        if (!take_member(s, p, &found))
            return false;
        if (found)
            return true;
        empty = false;
        end = s->at;
        skip_blanks(s);
        if (look(s) == ',')
            s->at++;
        else if (look(s) != '}')
            return false;
        skip_blanks(s);
    }
    *p = (struct place){.from = end,
                        .to = s->at,
                        .before = empty ? "\n  " KEY ": [\n    " : ",\n  " KEY ": [\n    ",
                        .after = "\n  ]\n"};
    return true;
}

enum err registry_edit_epoch(const char *text, size_t n, const char *entry, struct strbuf *out)
{
    struct scan s = {.text = text, .n = n};
    struct place p = {0};

    if (n >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0)
        s.at = 3;
    if (!find_place(&s, &p))
        return ERR_PARSE;
    strbuf_append(out, text, p.from);
    strbuf_puts(out, p.before);
    strbuf_append(out, text + p.blanks_from, p.blanks_to - p.blanks_from);
    strbuf_puts(out, entry);
    strbuf_puts(out, p.after);
    strbuf_append(out, text + p.to, n - p.to);
    return out->failed ? ERR_NOMEM : ERR_OK;
}
