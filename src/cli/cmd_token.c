#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "print.h"
#include "shikumen/base/fault.h"
#include "shikumen/base/file.h"
#include "shikumen/core/tokens.h"
#include "shikumen/io/audit_hash.h"
#include "shikumen/io/webhook_sign.h"
#include "shikumenctl.h"

#define TOKEN_MARK  "shk_" /* by which a token that got loose is recognised */
#define TOKEN_BYTES 32
#define FILE_MOST   65536

_Static_assert(TOKEN_HASH_BYTES == AUDIT_HASH_BYTES, "both are SHA-256");

/* A new one, 256 bits of chance. */
static enum err make_token(struct strbuf *token, struct token *t)
{
    uint8_t bytes[TOKEN_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE];
    enum err e = random_bytes(bytes, sizeof bytes);

    if (e != ERR_OK)
        return e;
    strbuf_puts(token, TOKEN_MARK);
    strbuf_puts(token, audit_hash_hex(bytes, hex));
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(hex, sizeof hex);
    return token->failed ? ERR_NOMEM : audit_hash(token->data, token->len, t->hash);
}

static int refuse_file(struct ctl *c, const char *file, const struct fault_list *faults)
{
    for (const struct fault *f = faults->first; f; f = f->next)
        fprintf(stderr, "%s:%d: %s\n", ctl_clean(c, f->file), f->line, ctl_clean(c, f->text));
    return ctl_fail(c, "%s 未改动", "%s was not changed", ctl_clean(c, file));
}

/* The file with the line at its end; EXIT_DONE when it is one that the daemon will take. */
static int add_line(struct ctl *c, const char *file, const char *line)
{
    struct strbuf text = {0};
    struct fault_list faults = {0};
    struct token_list list;
    enum err e = file_read(file, FILE_MOST, &text);
    int code;

    if (e != ERR_OK && e != ERR_NOTFOUND)
        return ctl_fail(c, "无法读取 %s：%s", "cannot read %s: %s", ctl_clean(c, file),
                        e == ERR_IO ? strerror(errno) : err_name(e));
    if (text.len > 0 && text.data[text.len - 1] != '\n')
        strbuf_putc(&text, '\n');
    strbuf_puts(&text, line);
    e = tokens_parse(file, strbuf_text(&text), text.len, &c->arena, &faults, &list);
    umask(077);
    if (e == ERR_CONFIG)
        code = refuse_file(c, file, &faults);
    else if (e != ERR_OK || (e = file_replace(file, strbuf_text(&text), text.len)) != ERR_OK)
        code = ctl_fail(c, "无法写入 %s：%s", "cannot write %s: %s", ctl_clean(c, file),
                        e == ERR_IO ? strerror(errno) : err_name(e));
    else
        code = EXIT_DONE;
    fault_list_free(&faults);
    strbuf_free(&text);
    return code;
}

static void put(struct ctl *c, const char *token, const char *line, struct strbuf *out)
{
    size_t n = strlen(line) - 1; /* without its line feed */

    if (option_given(&c->options, OPTION_JSON)) {
        strbuf_printf(out, "{\"token\":\"%s\",\"line\":", token);
        strbuf_json_string(out, line, n);
        strbuf_puts(out, "}\n");
        return;
    }
    strbuf_printf(out, "%s\n", token);
    if (!c->options.file)
        strbuf_printf(out, "%s", line);
}

static int tell(struct ctl *c, const char *token, const char *line)
{
    struct strbuf out = {0};
    int code;

    put(c, token, line, &out);
    code = print_text(c, &out);
    if (out.data)
        explicit_bzero(out.data, out.capacity);
    strbuf_free(&out);
    if (code != EXIT_DONE || option_given(&c->options, OPTION_JSON))
        return code;
    if (c->options.file)
        ctl_say(c, "令牌如上，不再显示；重新加载守护进程后生效（systemctl reload shikumend）",
                "the token is shown above and never again; it holds once the daemon is reloaded "
                "(systemctl reload shikumend)");
    else
        ctl_say(
            c, "第一行是令牌，不再显示；第二行写入 http.tokens_file 所指的文件",
            "the first line is the token, never shown again; the second goes into the file that "
            "http.tokens_file names");
    return EXIT_DONE;
}

int cmd_token(struct ctl *c)
{
    struct token t = {.name = c->options.arguments[0]};
    const char *why = token_name_fault(t.name);
    struct strbuf token = {0}, line = {0};
    int code;

    t.role = c->options.role ? role_by_name(c->options.role) : ROLE_COUNT;
    if (!why && t.role == ROLE_COUNT)
        why = "需要 needs --role viewer|operator|planner|admin";
    if (why && !options_refuse(why, ""))
        return EXIT_USAGE;
    ctl_try_settings(c);
    code = ctl_result(c, make_token(&token, &t));
    token_line(&t, &line);
    if (code == EXIT_DONE && c->options.file)
        code = add_line(c, c->options.file, strbuf_text(&line));
    if (code == EXIT_DONE)
        code = tell(c, strbuf_text(&token), strbuf_text(&line));
    if (token.data)
        explicit_bzero(token.data, token.capacity);
    strbuf_free(&token);
    strbuf_free(&line);
    return code;
}
