#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arrival.h"
#include "outfile.h"
#include "shikumen/base/utc.h"
#include "shikumenctl.h"

#define PROGRESS_EVERY 65536

/* The sensors of the store, by id. */
struct names {
    struct arena *arena;
    const char *pattern; /* NULL: all */
    struct name {
        const char *text, *unit;
        const char *json; /* text with its quotes; NULL: no such sensor */
    } * of;
    bool *wanted;
    size_t count; /* ids below it */
    size_t matches;
};

static enum err grow(struct names *n, size_t count)
{
    struct name *of = reallocarray(n->of, count, sizeof *of);
    bool *wanted;

    if (!of)
        return ERR_NOMEM;
    n->of = of;
    wanted = reallocarray(n->wanted, count, sizeof *wanted);
    if (!wanted)
        return ERR_NOMEM;
    n->wanted = wanted;
    memset(of + n->count, 0, (count - n->count) * sizeof *of);
    memset(wanted + n->count, 0, (count - n->count) * sizeof *wanted);
    n->count = count;
    return ERR_OK;
}

static const char *as_json(struct arena *arena, const char *text)
{
    struct strbuf b = {0};
    const char *json;

    strbuf_json_string(&b, text, strlen(text));
    json = b.failed ? NULL : arena_strdup(arena, strbuf_text(&b));
    strbuf_free(&b);
    return json;
}

static enum err take_sensor(void *context, const struct sensor_row *s)
{
    struct names *n = context;

    if (s->id >= n->count && grow(n, (size_t)s->id * 2 + 256) != ERR_OK)
        return ERR_NOMEM;
    n->of[s->id] = (struct name){arena_strdup(n->arena, s->name), arena_strdup(n->arena, s->unit),
                                 as_json(n->arena, s->name)};
    n->wanted[s->id] = !n->pattern || fnmatch(n->pattern, s->name, 0) == 0;
    n->matches += n->wanted[s->id];
    return n->of[s->id].json && n->of[s->id].text && n->of[s->id].unit ? ERR_OK : ERR_NOMEM;
}

/* --- writing --- */

struct export
{
    const struct ctl *c;
    const struct names *names;
    FILE *stream;
    struct strbuf line;
    int64_t count;
    bool progress;
    int write_errno; /* 0: all was written */
};

static enum err put(void *context, const struct reading *r)
{
    struct export *x = context;
    const struct name *name = &x->names->of[r->sensor];
    const char *unit = ctl_unit(x->c, name->text, name->unit, r->t_us);
    char t[UTC_TEXT_SIZE], rx[UTC_TEXT_SIZE];

    strbuf_clear(&x->line);
    strbuf_printf(&x->line, "{\"t\":\"%s\",\"sensor\":%s,\"v\":", utc_format(r->t_us, t),
                  name->json);
    strbuf_number(&x->line, r->value);
    strbuf_puts(&x->line, ",\"u\":");
    strbuf_json_string(&x->line, unit, strlen(unit));
    strbuf_printf(&x->line, ",\"rx\":\"%s\"}\n", utc_format(r->rx_us, rx));
    if (fwrite(strbuf_text(&x->line), 1, x->line.len, x->stream) != x->line.len) {
        x->write_errno = errno;
        return ERR_CLOSED;
    }
    if (++x->count % PROGRESS_EVERY == 0 && x->progress)
        fprintf(stderr, "\r%" PRId64, x->count);
    return x->line.failed ? ERR_NOMEM : ERR_OK;
}

static int refuse_write(const struct ctl *c, int error)
{
    return ctl_fail(c, "无法写入 %s：%s", "%s cannot be written: %s",
                    c->options.output ? c->options.output : "stdout", strerror(error));
}

static int write_all(struct ctl *c, const struct names *names, FILE *stream)
{
    const struct arrival_query query = {c->options.from_us, c->options.to_us, names->wanted,
                                        names->count, 0};
    struct export x = {.c = c, .names = names, .stream = stream, .progress = isatty(STDERR_FILENO)};
    enum err e = arrival_each(c->desk.readings, &query, put, &x);

    if (e == ERR_OK && fflush(stream) != 0) {
        x.write_errno = errno;
        e = ERR_CLOSED;
    }
    if (x.progress)
        fprintf(stderr, "\r%" PRId64 " %s\n", x.count, ctl_word(c, "条读数", "readings"));
    strbuf_free(&x.line);
    return x.write_errno ? refuse_write(c, x.write_errno) : ctl_readings_result(c, e);
}

static int write_file(struct ctl *c, const struct names *names)
{
    struct outfile file;
    int code;

    if (outfile_open(c->options.output, &file) != ERR_OK)
        return refuse_write(c, errno);
    code = write_all(c, names, file.stream);
    if (code == EXIT_DONE && outfile_finish(&file) != ERR_OK)
        return refuse_write(c, errno);
    outfile_drop(&file);
    return code;
}

int cmd_export(struct ctl *c)
{
    struct names names = {.arena = &c->arena, .pattern = c->options.sensor};
    bool to_file = c->options.output && strcmp(c->options.output, "-") != 0;
    int code = ctl_readings(c);

    if (code == EXIT_DONE)
        code = ctl_readings_result(c, reader_sensors(c->desk.readings, take_sensor, &names));
    if (code == EXIT_DONE && names.pattern && names.matches == 0)
        code = ctl_fail(c, "没有测点符合 %s", "no sensor matches %s", names.pattern);
    if (code == EXIT_DONE)
        code = to_file ? write_file(c, &names) : write_all(c, &names, stdout);
    free(names.of);
    free(names.wanted);
    return code;
}
