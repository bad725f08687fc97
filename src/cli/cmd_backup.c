#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive.h"
#include "backup_parts.h"
#include "outfile.h"
#include "print.h"
#include "shikumen/base/clock.h"
#include "shikumen/base/file.h"
#include "shikumen/base/utc.h"
#include "shikumen/view/table.h"
#include "shikumenctl.h"

#define REGISTRY_MAX_BYTES (64u << 20)

struct backup {
    struct ctl *c;
    const char *path;
    char *folder; /* where the copies are made, beside path */
    struct strbuf registry, counters, manifest;
    struct archive_member members[PART_COUNT];
    struct outfile file;
};

static int refuse_write(const struct backup *b)
{
    return ctl_fail(b->c, "备份 %s 无法写入：%s", "backup %s cannot be written: %s", b->path,
                    strerror(errno));
}

/* FILE as it stands, or a new name in DIRECTORY. */
static const char *choose_path(struct ctl *c)
{
    const char *given = c->options.arguments[0];
    time_t now_s = (time_t)(c->desk.now_us / US_PER_S);
    char stamp[32] = "";
    struct stat st;
    struct tm tm;

    if (stat(given, &st) != 0 || !S_ISDIR(st.st_mode))
        return given;
    if (gmtime_r(&now_s, &tm))
        strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
    return arena_printf(&c->arena, "%s/shikumen-%s.tar", given, stamp);
}

/* --- the copies --- */

static int copy_databases(struct backup *b)
{
    char *state = backup_folder_path(b->folder, PART_STATE);
    char *readings = backup_folder_path(b->folder, PART_READINGS);
    int code = EXIT_FAILED;

    if (state && readings)
        code = ctl_state_result(b->c, state_backup(b->c->desk.state, state));
    if (code == EXIT_DONE)
        code = ctl_readings_result(b->c, reader_backup(b->c->desk.readings, readings));
    free(state);
    free(readings);
    return code;
}

static bool is_json_object(const struct strbuf *text)
{
    cJSON *json = cJSON_ParseWithLength(strbuf_text(text), text->len);
    bool is = cJSON_IsObject(json);

    cJSON_Delete(json);
    return is;
}

/* The file that the configuration names; when that cannot be used, what was in force last. */
static int take_registry(struct backup *b)
{
    const char *file = b->c->desk.settings->registry.file;
    int64_t loaded_us;
    enum err e = file_read(file, REGISTRY_MAX_BYTES, &b->registry);

    if (e == ERR_OK && is_json_object(&b->registry))
        return EXIT_DONE;
    strbuf_clear(&b->registry);
    e = state_registry_get(b->c->desk.state, &b->registry, &loaded_us);
    if (e == ERR_NOTFOUND)
        return ctl_fail(b->c, "登记文件 %s 无法使用", "the registry %s cannot be used", file);
    ctl_say(b->c, "登记文件 %s 无法使用，改存最近生效的登记",
            "the registry %s cannot be used; taking the one last in force", file);
    return ctl_state_result(b->c, e);
}

static enum err put_counter(void *context, const char *name, int64_t n)
{
    struct strbuf *out = context;

    strbuf_puts(out, out->len ? "," : "");
    strbuf_json_string(out, name, strlen(name));
    strbuf_printf(out, ":%" PRId64, n);
    return ERR_OK;
}

/* The counters of the copy itself. */
static int take_counters(struct backup *b)
{
    struct readings_reader *copy;
    char why[512] = "";
    enum err e = reader_open(b->folder, why, sizeof why, &copy);

    if (e != ERR_OK)
        return ctl_fail(b->c, "副本无法打开：%s", "the copy cannot be opened: %s", why);
    e = reader_counters(copy, put_counter, &b->counters);
    reader_close(copy);
    return ctl_result(b->c, e);
}

/* --- the archive --- */

static void put_manifest(struct backup *b)
{
    struct strbuf *out = &b->manifest;
    char time[UTC_TEXT_SIZE];

    strbuf_printf(out,
                  "{\"format\":\"" BACKUP_FORMAT "\",\n \"version\":\"" SHIKUMEN_VERSION
                  "\",\n \"created\":\"%s\",\n \"district\":",
                  utc_format(b->c->desk.now_us, time));
    strbuf_json_string(out, b->c->desk.settings->district.id,
                       strlen(b->c->desk.settings->district.id));
    strbuf_puts(out, ",\n \"members\":[");
    for (enum backup_part p = 0; p < PART_MANIFEST; p++)
        strbuf_printf(
            out, "%s\n  {\"name\":\"%s\",\"bytes\":%" PRId64 ",\"fnv1a64\":\"%016" PRIx64 "\"}",
            p ? "," : "", b->members[p].name, b->members[p].bytes, b->members[p].digest);
    strbuf_printf(out, "],\n \"counters\":{%s}}\n", strbuf_text(&b->counters));
}

static enum err add_copy(struct backup *b, enum backup_part part)
{
    char *path = backup_folder_path(b->folder, part);
    enum err e = path ? archive_add_file(b->file.stream, backup_part_name(part),
                                         b->c->desk.now_us / US_PER_S, path, &b->members[part])
                      : ERR_NOMEM;

    free(path);
    return e;
}

static enum err add_bytes(struct backup *b, enum backup_part part, const char *bytes, size_t n)
{
    return archive_add_bytes(b->file.stream, backup_part_name(part), b->c->desk.now_us / US_PER_S,
                             bytes, n, &b->members[part]);
}

static enum err add_all(struct backup *b)
{
    enum err e = add_copy(b, PART_STATE);
    char digest[24];

    if (e == ERR_OK)
        e = add_copy(b, PART_READINGS);
    if (e == ERR_OK)
        e = add_bytes(b, PART_REGISTRY, strbuf_text(&b->registry), b->registry.len);
    put_manifest(b);
    if (e == ERR_OK)
        e = b->manifest.failed
                ? ERR_NOMEM
                : add_bytes(b, PART_MANIFEST, strbuf_text(&b->manifest), b->manifest.len);
    snprintf(digest, sizeof digest, "%016" PRIx64 "\n", b->members[PART_MANIFEST].digest);
    if (e == ERR_OK)
        e = add_bytes(b, PART_DIGEST, digest, strlen(digest));
    return e == ERR_OK ? archive_end(b->file.stream) : e;
}

static int write_archive(struct backup *b)
{
    if (outfile_open(b->path, &b->file) != ERR_OK)
        return refuse_write(b);
    if (add_all(b) != ERR_OK) {
        outfile_drop(&b->file);
        return refuse_write(b);
    }
    return outfile_finish(&b->file) == ERR_OK ? EXIT_DONE : refuse_write(b);
}

static int report(const struct backup *b)
{
    struct strbuf out = {0};
    struct stat st = {0};
    int code;

    if (stat(b->path, &st) != 0)
        return refuse_write(b);
    if (option_given(&b->c->options, OPTION_JSON)) {
        strbuf_puts(&out, "{\"file\":");
        strbuf_json_string(&out, b->path, strlen(b->path));
        strbuf_printf(&out, ",\"bytes\":%" PRId64 ",\"counters\":{%s}}\n", (int64_t)st.st_size,
                      strbuf_text(&b->counters));
    } else {
        strbuf_printf(&out, "%s  %" PRId64 " B\n", b->path, (int64_t)st.st_size);
    }
    code = print_text(b->c, &out);
    strbuf_free(&out);
    return code;
}

static int make(struct backup *b)
{
    int code;

    if (backup_folder_make(b->path, &b->folder) != ERR_OK)
        return refuse_write(b);
    code = copy_databases(b);
    if (code == EXIT_DONE)
        code = take_registry(b);
    if (code == EXIT_DONE)
        code = take_counters(b);
    if (code == EXIT_DONE)
        code = write_archive(b);
    backup_folder_remove(b->folder);
    return code == EXIT_DONE ? report(b) : code;
}

int cmd_backup(struct ctl *c)
{
    struct backup b = {.c = c};
    int code = ctl_readings(c);

    if (code == EXIT_DONE)
        code = ctl_state(c);
    if (code != EXIT_DONE)
        return code;
    b.path = choose_path(c);
    code = b.path ? make(&b) : ctl_result(c, ERR_NOMEM);
    strbuf_free(&b.registry);
    strbuf_free(&b.counters);
    strbuf_free(&b.manifest);
    return code;
}
