#include "status_files.h"

#include <inttypes.h>
#include <math.h>

#include "print.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/when.h"

static const char *text_of(const cJSON *files, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(files, name));

    return text ? text : "";
}

static double number_of(const cJSON *files, const char *name)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(files, name);

    return cJSON_IsNumber(n) ? n->valuedouble : 0;
}

/* " (NAME, TIME)"; a time that the daemon did not tell is left out. */
static void put_which(struct ctl *c, struct strbuf *out, const cJSON *files, const char *name,
                      const char *at)
{
    char time[WHEN_TEXT_SIZE];
    int64_t t_us;

    strbuf_printf(out, " (%s", ctl_clean(c, text_of(files, name)));
    if (utc_parse(text_of(files, at), &t_us) == ERR_OK)
        strbuf_printf(out, ", %s", when_local(c->desk.zone, t_us, time));
    strbuf_putc(out, ')');
}

static void put_counts(struct ctl *c, const struct figures *f, const cJSON *files,
                       struct strbuf *out)
{
    desk_put(&c->desk, out,
             "读完 %" PRId64 "，拒收 %" PRId64 "；读数：已存 %" PRId64 "，重复 %" PRId64
             "，隔离 %" PRId64,
             "%" PRId64 " read, %" PRId64 " refused; readings: %" PRId64 " stored, %" PRId64
             " duplicate, %" PRId64 " quarantined",
             f->db.files_done, f->db.files_refused, f->db.file_stored, f->db.file_duplicate,
             f->db.file_quarantined);
    if (*text_of(files, "last")) {
        desk_put(&c->desk, out, "；最近", "; the latest");
        put_which(c, out, files, "last", "last_at");
    }
    strbuf_putc(out, '\n');
}

static void put_now(struct ctl *c, const cJSON *files, struct strbuf *out)
{
    double waiting = number_of(files, "waiting"), left = number_of(files, "left");

    desk_put(&c->desk, out, "等待 %.0f", "%.0f waiting", waiting);
    if (waiting > 0)
        put_which(c, out, files, "oldest", "oldest_since");
    if (left > 0)
        desk_put(&c->desk, out, "，其中 %.0f 个无法读取或移走",
                 ", of which %.0f cannot be read or moved", left);
    if (number_of(files, "ignored") > 0) {
        desk_put(&c->desk, out, "；不是文件而未读的 %.0f",
                 "; %.0f that are no files and not followed", number_of(files, "ignored"));
        put_which(c, out, files, "ignored_name", "");
    }
    strbuf_putc(out, '\n');
}

void files_text(struct ctl *c, const struct figures *f, standing_label_fn *label,
                struct strbuf *out)
{
    const cJSON *files = cJSON_GetObjectItemCaseSensitive(f->live, "files");

    if (!cJSON_IsObject(files) && f->db.files_done + f->db.files_refused == 0)
        return;
    label(c, out, "文件", "files");
    put_counts(c, f, files, out);
    if (!cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(files, "waiting")))
        return;
    label(c, out, "", "");
    put_now(c, files, out);
}
