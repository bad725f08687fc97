#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lines.h"
#include "scenario_run.h"
#include "shikumen/base/file.h"
#include "sink.h"
#include "truth.h"

#define BUFFER_BYTES (1U << 20)

/* Lines on their way to the file of readings. */
struct writer {
    struct sink *sink;
    char *buffer, *at;
    struct lines lines;
    int64_t count;
};

static bool flush(struct writer *w)
{
    bool ok = sink_write(w->sink, w->buffer, (size_t)(w->at - w->buffer));

    w->at = w->buffer;
    return ok;
}

static bool write_all(struct writer *w, struct history *h)
{
    const struct arrival *list;
    size_t count;

    while (history_next(h, &list, &count)) {
        for (size_t i = 0; i < count; i++) {
            if (w->at + LINES_LONGEST > w->buffer + BUFFER_BYTES && !flush(w))
                return false;
            w->at = lines_put(&w->lines, &list[i], w->at);
        }
        w->count += (int64_t)count;
    }
    return flush(w) && !h->out_of_memory;
}

static bool write_readings(struct history *h, const char *path, bool compress, int64_t *count)
{
    struct writer w = {.sink = sink_open(path, compress), .buffer = malloc(BUFFER_BYTES)};
    bool ok = w.sink && w.buffer && lines_init(&w.lines, h->district, &h->arena) == ERR_OK;

    w.at = w.buffer;
    ok = ok && write_all(&w, h);
    ok = sink_close(w.sink) && ok;
    free(w.buffer);
    *count = w.count;
    return ok;
}

static bool write_text(const char *folder, const char *name, const struct strbuf *text)
{
    struct strbuf path = {0};
    bool ok;

    strbuf_printf(&path, "%s/%s", folder, name);
    ok = !path.failed && !text->failed &&
         file_replace(strbuf_text(&path), text->data, text->len) == ERR_OK;
    strbuf_free(&path);
    return ok;
}

static bool write_truth(const struct history *h, const char *folder)
{
    struct strbuf truth = {0}, epochs = {0};
    bool ok;

    truth_write(h, &truth);
    ok = truth_epochs(h, &epochs) == ERR_OK && write_text(folder, "truth.json", &truth) &&
         write_text(folder, "epochs.json", &epochs);
    strbuf_free(&truth);
    strbuf_free(&epochs);
    return ok;
}

int scenario_history(struct history *h, const struct options *o, const struct strbuf *registry)
{
    struct strbuf path = {0};
    int64_t count = 0;
    bool ok = mkdir(o->history, 0777) == 0 || errno == EEXIST;

    strbuf_printf(&path, "%s/readings.ndjson%s", o->history, o->gzip ? ".gz" : "");
    ok = ok && !path.failed && write_text(o->history, "registry.json", registry) &&
         write_truth(h, o->history) && write_readings(h, strbuf_text(&path), o->gzip, &count);
    strbuf_free(&path);
    if (!ok)
        fprintf(stderr, "shikumen-sim: 无法写入 cannot write %s: %s\n", o->history,
                strerror(h->out_of_memory ? ENOMEM : errno));
    else if (!o->quiet)
        fprintf(stderr, "完成 done: %" PRId64 " readings\n", count);
    return ok ? 0 : 1;
}
