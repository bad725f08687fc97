#include "plan_tokens.h"

#include <string.h>
#include <sys/stat.h>

#include "shikumen/core/tokens.h"
#include "shikumen/io/settings_file.h"

static enum err parse(struct plan *p, const char *file, const struct strbuf *text, unsigned mode,
                      struct fault_list *faults)
{
    if ((mode & (S_IRWXO | S_IWGRP)) != 0) {
        fault_add(faults, file, 0,
                  "holds access tokens and has mode %04o; others may neither read nor change it "
                  "(chmod 640)",
                  mode & 07777u);
        return ERR_CONFIG;
    }
    return tokens_parse(file, strbuf_text(text), text->len, &p->token_arena, faults, &p->tokens);
}

enum err plan_load_tokens(struct plan *p, struct fault_list *faults)
{
    const char *file = p->settings->http.tokens_file;
    struct strbuf text = {0};
    unsigned mode = 0;
    enum err e;

    if (!*file)
        return ERR_OK;
    e = secret_read_mode(file, &text, &mode);
    if (e == ERR_OK)
        e = parse(p, file, &text, mode, faults);
    else if (e != ERR_NOMEM)
        e = ERR_OK;
    strbuf_free(&text);
    return e;
}
