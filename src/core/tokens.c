#include "shikumen/core/tokens.h"

#include <stdbool.h>
#include <string.h>

#include "shikumen/core/act_text.h"

#define SCHEME     "sha256:"
#define SCHEME_LEN (sizeof SCHEME - 1)
#define FORM       "NAME ROLE sha256:HEX, where HEX has 64 digits (shikumenctl token)"

struct word {
    const char *text;
    size_t n;
};

struct reading_tokens {
    const char *file;
    int line;
    struct arena *arena;
    struct fault_list *faults;
    struct token_list *out;
};

/* --- parts of a line --- */

const char *token_name_fault(const char *name)
{
    int characters = act_text_count(name);

    if (characters < 1 || characters > TOKEN_NAME_CHARACTERS || strpbrk(name, " \t") ||
        *name == '#')
        return "名称须为 1 到 64 个字符，无空白，不以 # 开头 a name has 1 to 64 characters, no "
               "blank, "
               "and does not begin with #";
    return NULL;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hash(struct word w, uint8_t hash[TOKEN_HASH_BYTES])
{
    if (w.n != SCHEME_LEN + 2 * TOKEN_HASH_BYTES || memcmp(w.text, SCHEME, SCHEME_LEN) != 0)
        return false;
    for (size_t i = 0; i < TOKEN_HASH_BYTES; i++) {
        int high = digit(w.text[SCHEME_LEN + 2 * i]), low = digit(w.text[SCHEME_LEN + 2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        hash[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static enum role read_role(struct word w)
{
    char name[16];

    if (w.n >= sizeof name)
        return ROLE_COUNT;
    memcpy(name, w.text, w.n);
    name[w.n] = '\0';
    return role_by_name(name);
}

/* Words of a line that blanks part; their number, at most most. */
static size_t words_of(const char *line, size_t n, struct word *words, size_t most)
{
    size_t count = 0, at = 0;

    for (;;) {
        while (at < n && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r'))
            at++;
        if (at == n || (count == 0 && line[at] == '#') || count == most)
            return count;
        words[count].text = line + at;
        while (at < n && line[at] != ' ' && line[at] != '\t' && line[at] != '\r')
            at++;
        words[count].n = (size_t)(line + at - words[count].text);
        count++;
    }
}

/* --- lines --- */

static bool is_new(struct reading_tokens *r, const struct token *t)
{
    for (size_t i = 0; i < r->out->count; i++) {
        const struct token *other = &r->out->tokens[i];
        if (strcmp(other->name, t->name) == 0)
            fault_add(r->faults, r->file, r->line, "the name %s is there already", t->name);
        else if (memcmp(other->hash, t->hash, TOKEN_HASH_BYTES) == 0)
            fault_add(r->faults, r->file, r->line, "%s has the same token", other->name);
        else
            continue;
        return false;
    }
    return true;
}

static enum err take_line(struct reading_tokens *r, const char *line, size_t n)
{
    struct word w[4];
    size_t words = words_of(line, n, w, 4);
    struct token t = {0};
    const char *why;

    if (words == 0)
        return ERR_OK;
    t.name = arena_strndup(r->arena, w[0].text, w[0].n);
    if (!t.name)
        return ERR_NOMEM;
    why = words == 3 ? token_name_fault(t.name) : FORM;
    t.role = words == 3 ? read_role(w[1]) : ROLE_COUNT;
    if (!why && t.role == ROLE_COUNT)
        why = "the role is one of viewer, operator, planner, admin";
    if (!why && !read_hash(w[2], t.hash))
        why = FORM;
    if (!why && r->out->count == TOKENS_MOST)
        why = "more than 400 tokens";
    if (why)
        fault_add(r->faults, r->file, r->line, "%s", why);
    if (!why && is_new(r, &t))
        r->out->tokens[r->out->count++] = t;
    return ERR_OK;
}

enum err tokens_parse(const char *file, const char *text, size_t n, struct arena *arena,
                      struct fault_list *faults, struct token_list *out)
{
    struct reading_tokens r = {file, 0, arena, faults, out};
    size_t before = faults->count;
    enum err e = ERR_OK;

    *out = (struct token_list){arena_array(arena, TOKENS_MOST, sizeof *out->tokens), 0};
    if (!out->tokens)
        return ERR_NOMEM;
    for (size_t at = 0; at < n && e == ERR_OK;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t len = end ? (size_t)(end - text) - at : n - at;
        r.line++;
        e = take_line(&r, text + at, len);
        at += len + 1;
    }
    if (e == ERR_OK && faults->count != before)
        e = ERR_CONFIG;
    return e;
}

/* --- use --- */

const struct token *tokens_find(const struct token_list *list, const uint8_t hash[TOKEN_HASH_BYTES])
{
    const struct token *found = NULL;

    for (size_t i = 0; i < list->count; i++) {
        unsigned differ = 0;
        for (size_t k = 0; k < TOKEN_HASH_BYTES; k++)
            differ |= (unsigned)(list->tokens[i].hash[k] ^ hash[k]);
        found = differ == 0 ? &list->tokens[i] : found;
    }
    return found;
}

void token_line(const struct token *t, struct strbuf *out)
{
    strbuf_printf(out, "%s %s " SCHEME, t->name, role_name(t->role));
    for (size_t i = 0; i < TOKEN_HASH_BYTES; i++)
        strbuf_printf(out, "%02x", t->hash[i]);
    strbuf_putc(out, '\n');
}
