#include "render_words.h"

#include <string.h>

static const struct {
    const char *name;
    const char *text[LANGUAGE_COUNT];
} words[WORD_COUNT] = {
#define WORD(id, zh, en) [WORD_##id] = {#id, {zh, en}},
#include "render_words.inc"
#undef WORD
};

static const char *const params[PARAM_COUNT] = {
#define PARAM(name) [PARAM_##name] = #name,
    PARAM_LIST(PARAM)
#undef PARAM
};

const char *words_text(enum language language, enum word word)
{
    return words[word].text[language];
}

const char *words_name(enum word word)
{
    return words[word].name;
}

enum param words_param(const char *name, size_t n)
{
    for (size_t i = 0; i < PARAM_COUNT; i++)
        if (strlen(params[i]) == n && memcmp(params[i], name, n) == 0)
            return (enum param)i;
    return PARAM_COUNT;
}

void words_fill(struct strbuf *out, enum language language, enum word word,
                const struct strbuf values[PARAM_COUNT])
{
    const char *p = words_text(language, word);
    const char *open, *close;
    enum param param;

    while ((open = strchr(p, '{')) && (close = strchr(open, '}'))) {
        strbuf_append(out, p, (size_t)(open - p));
        param = words_param(open + 1, (size_t)(close - open - 1));
        if (param != PARAM_COUNT)
            strbuf_puts(out, strbuf_text(&values[param]));
        p = close + 1;
    }
    strbuf_puts(out, p);
}
