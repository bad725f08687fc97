/* What a file is: by its first bytes, and by the profiles its name fits. */
#include <string.h>
#include <unistd.h>

#include "ingest_file.h"

#define LOOK_BYTES 64

static const struct file_profile *profile_of(const struct ingest_file *f, enum file_format format,
                                             const char *line, size_t n)
{
    const struct file_profiles *all = f->in->plan->files;
    const struct file_profile *p = all ? file_profile_for(all, f->name, NULL) : NULL;

    while (p && (p->format != format || (format == FILE_TOA5 && !file_toa5_fits(p, line, n))))
        p = file_profile_for(all, f->name, p);
    return p;
}

static void no_profile(struct ingest_file *f, const char *kind)
{
    struct strbuf zh = {0}, en = {0};

    strbuf_printf(
        &zh, "没有适合这个 %s 文件的描述（files.profiles）：名称、station、table 均须相符", kind);
    strbuf_printf(&en,
                  "no description in files.profiles fits this %s file: its name, and station and "
                  "table where the description gives them",
                  kind);
    ingest_file_fault(f, 0, 0, strbuf_text(&zh), strbuf_text(&en));
    strbuf_free(&zh);
    strbuf_free(&en);
}

static void set_table(struct ingest_file *f, enum file_format format, const char *line, size_t n)
{
    f->profile = profile_of(f, format, line, n);
    f->kind = f->profile ? FILE_KIND_TABLE : FILE_KIND_NONE;
}

/* By its first line. */
static void recognise_text(struct ingest_file *f, const char *line, size_t n)
{
    size_t blank = 0;

    if (mseed_begins(line, n)) {
        ingest_file_fault(f, 0, 0, "gzip 压缩的 miniSEED 不直接读取，请先解压",
                          "miniSEED within gzip is not read: unpack it first");
        return;
    }
    while (blank < n && (line[blank] == ' ' || line[blank] == '\t'))
        blank++;
    if (file_is_toa5(line, n)) {
        set_table(f, FILE_TOA5, line, n);
        if (!f->profile)
            no_profile(f, "TOA5");
        return;
    }
    set_table(f, FILE_CSV, line, n);
    if (f->profile)
        return;
    f->csv = reading_line_is_header(line, n);
    if (f->csv || (blank < n && line[blank] == '{'))
        f->kind = FILE_KIND_LINES;
    else
        no_profile(f, "CSV");
}

static enum err look_at_text(struct ingest_file *f)
{
    const char *line = "";
    size_t n = 0;
    enum err e = lseek(f->fd, 0, SEEK_SET) == 0 ? history_open_fd(f->fd, NULL, &f->lines) : ERR_IO;

    if (!e)
        e = history_line(f->lines, &line, &n);
    if (e == ERR_NOMEM || e == ERR_IO)
        return e;
    if (e == ERR_OK)
        recognise_text(f, line, n);
    else if (e == ERR_NOTFOUND)
        ingest_file_fault(f, 0, 0, "文件是空的", "the file is empty");
    else if (e == ERR_CORRUPT)
        ingest_file_fault(f, 1, 0, "gzip 损坏或不完整", "gzip that is damaged or cut short");
    else
        ingest_file_fault(f, 1, 0, "不是文本文件，也不是 miniSEED",
                          "neither a text file nor miniSEED");
    return ERR_OK;
}

enum err ingest_file_recognise(struct ingest_file *f)
{
    char bytes[LOOK_BYTES];
    ssize_t n = pread(f->fd, bytes, sizeof bytes, 0);

    if (n < 0)
        return ERR_IO;
    if (!mseed_begins(bytes, (size_t)n))
        return look_at_text(f);
    f->profile = profile_of(f, FILE_MSEED, "", 0);
    f->kind = f->profile ? FILE_KIND_MSEED : FILE_KIND_NONE;
    if (!f->profile)
        no_profile(f, "miniSEED");
    return ERR_OK;
}
