#include "packet.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outfile.h"
#include "print.h"
#include "shikumen/io/audit_hash.h"
#include "shikumen/view/table.h"

/* --- what is in it --- */

struct strbuf *packet_add(struct packet *p, const char *name)
{
    struct packet_file *f = &p->file[p->count];

    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->file[i].name, name) == 0)
            return NULL;
    if (p->count == PACKET_FILES_MAX)
        return NULL;
    snprintf(f->name, sizeof f->name, "%s", name);
    f->text = (struct strbuf){0};
    p->count++;
    return &f->text;
}

void packet_free(struct packet *p)
{
    for (size_t i = 0; i < p->count; i++)
        strbuf_free(&p->file[i].text);
    p->count = 0;
}

enum err packet_list(const struct packet *p, struct strbuf *out)
{
    uint8_t hash[AUDIT_HASH_BYTES];
    char hex[AUDIT_HASH_HEX_SIZE];

    strbuf_putc(out, '[');
    for (size_t i = 0; i < p->count; i++) {
        const struct strbuf *text = &p->file[i].text;
        enum err e = audit_hash(strbuf_text(text), text->len, hash);
        if (e != ERR_OK)
            return e;
        strbuf_printf(out, "%s\n  {\"name\":\"%s\",\"bytes\":%zu,\"sha256\":\"%s\"}", i ? "," : "",
                      p->file[i].name, text->len, audit_hash_hex(hash, hex));
    }
    strbuf_puts(out, "]");
    return out->failed ? ERR_NOMEM : ERR_OK;
}

/* --- where it goes --- */

static bool is_stdout(const char *path)
{
    return strcmp(path, "-") == 0;
}

static bool is_zip(const char *path)
{
    size_t n = strlen(path);

    return is_stdout(path) || (n > 4 && strcmp(path + n - 4, ".zip") == 0);
}

static bool is_empty_folder(const char *path)
{
    DIR *d = opendir(path);
    const struct dirent *e;
    bool empty = d != NULL;

    while (d && empty && (e = readdir(d)))
        empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    if (d)
        closedir(d);
    return empty;
}

static int refuse_write(const struct ctl *c, const char *path)
{
    return ctl_fail(c, "无法写入 %s：%s", "%s cannot be written: %s", path, strerror(errno));
}

int packet_target(struct ctl *c, const char *path, bool force)
{
    struct stat st;

    if (is_stdout(path) && isatty(STDOUT_FILENO))
        return ctl_fail(c, "不把 ZIP 写到终端", "a ZIP file is not written to a terminal");
    if (is_stdout(path) || stat(path, &st) != 0)
        return EXIT_DONE;
    if (S_ISDIR(st.st_mode) && is_zip(path))
        return ctl_fail(c, "%s 是文件夹", "%s is a folder", path);
    if (!S_ISDIR(st.st_mode) && !is_zip(path))
        return ctl_fail(c, "%s 不是文件夹；ZIP 文件名须以 .zip 结尾",
                        "%s is no folder; the name of a ZIP file ends in .zip", path);
    if (force || (S_ISDIR(st.st_mode) && is_empty_folder(path)))
        return EXIT_DONE;
    return ctl_fail(c, "%s 已存在（--force 覆盖）", "%s exists already (--force replaces it)",
                    path);
}

/* --- writing --- */

static enum err write_file(const char *path, const struct strbuf *text)
{
    struct outfile f;
    enum err e = outfile_open(path, &f);

    if (e != ERR_OK)
        return e;
    if (fwrite(strbuf_text(text), 1, text->len, f.stream) == text->len)
        return outfile_finish(&f);
    outfile_drop(&f);
    return ERR_IO;
}

static int write_zip(struct ctl *c, const struct packet *p, const char *path)
{
    struct strbuf zip = {0};
    int code = ctl_result(c, packet_zip(p, &zip));

    if (code == EXIT_DONE && is_stdout(path))
        code = print_text(c, &zip);
    else if (code == EXIT_DONE && write_file(path, &zip) != ERR_OK)
        code = refuse_write(c, path);
    strbuf_free(&zip);
    return code;
}

static char *in_folder(const char *folder, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static enum err write_files(const struct packet *p, const char *folder)
{
    enum err e = ERR_OK;

    for (size_t i = 0; i < p->count && e == ERR_OK; i++) {
        char *path = in_folder(folder, p->file[i].name);
        e = path ? write_file(path, &p->file[i].text) : ERR_NOMEM;
        free(path);
    }
    return e;
}

/* What was made so far of a folder that did not come to be. */
static void remove_folder(const struct packet *p, const char *folder)
{
    int saved = errno;

    for (size_t i = 0; i < p->count; i++) {
        char *path = in_folder(folder, p->file[i].name);
        if (path)
            unlink(path);
        free(path);
    }
    rmdir(folder);
    errno = saved;
}

/* Beside its place, then renamed to it: whole or not there. */
static enum err write_new_folder(const struct packet *p, const char *path)
{
    char *folder = NULL;
    enum err e = ERR_OK;

    if (asprintf(&folder, "%s.XXXXXX", path) < 0)
        return ERR_NOMEM;
    if (!mkdtemp(folder)) {
        free(folder);
        return ERR_IO;
    }
    e = write_files(p, folder);
    if (e == ERR_OK && rename(folder, path) != 0)
        e = ERR_IO;
    if (e != ERR_OK)
        remove_folder(p, folder);
    free(folder);
    return e;
}

static int write_folder(struct ctl *c, const struct packet *p, const char *path)
{
    char *plain = strdup(path);
    size_t n = plain ? strlen(plain) : 0;
    bool is_new = access(path, F_OK) != 0 || is_empty_folder(path);
    enum err e = ERR_NOMEM;

    while (n > 1 && plain[n - 1] == '/')
        plain[--n] = '\0';
    if (plain)
        e = is_new ? write_new_folder(p, plain) : write_files(p, plain);
    free(plain);
    return e == ERR_OK ? EXIT_DONE : e == ERR_NOMEM ? ctl_result(c, e) : refuse_write(c, path);
}

int packet_write(struct ctl *c, const struct packet *p, const char *path)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->file[i].text.failed)
            return ctl_result(c, ERR_NOMEM);
    return is_zip(path) ? write_zip(c, p, path) : write_folder(c, p, path);
}
