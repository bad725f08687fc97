#include "shikumen/svc/faults.h"

#include <stdio.h>
#include <string.h>

#include "shikumen/core/wording.h"

/* What stands behind the place: "sensors[12].unit: ". */
static const char *words_of(const char *text)
{
    const char *colon = strstr(text, ": ");

    return colon ? colon + 2 : text;
}

/* The words, or all of it where what looks like a place is none. */
static bool put_words_zh(const char *text, struct strbuf *out)
{
    return wording_put_zh(out, words_of(text)) || wording_put_zh(out, text);
}

bool fault_put_zh(const struct fault *f, struct strbuf *out)
{
    size_t before = out->len;
    const char *words = words_of(f->text);

    strbuf_append(out, f->text, (size_t)(words - f->text));
    if (wording_put_zh(out, words))
        return true;
    out->len = before;
    return wording_put_zh(out, f->text);
}

void faults_tell(const struct fault_list *list, int fd)
{
    struct strbuf zh = {0};

    for (const struct fault *f = list->first; f; f = f->next) {
        strbuf_clear(&zh);
        if (!put_words_zh(f->text, &zh))
            strbuf_clear(&zh);
        dprintf(fd, "%s:", f->file);
        if (f->line > 0)
            dprintf(fd, "%d:", f->line);
        dprintf(fd, " %s%s%s\n", f->text, zh.len > 0 ? " / " : "", strbuf_text(&zh));
    }
    strbuf_free(&zh);
}
