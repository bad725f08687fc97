#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "backup_parts.h"
#include "findings.h"
#include "shikumen/base/file.h"

#define PART_MAX_BYTES (64u << 20) /* of those that are read into memory */

struct dissection {
    FILE *archive;
    char *folder;
    struct archive_member members[PART_COUNT];
    bool there[PART_COUNT];
    struct strbuf *out;
};

static bool find(struct dissection *d, const char *text)
{
    strbuf_printf(d->out, "%s\n", text);
    return false;
}

static bool find_of(struct dissection *d, enum backup_part part, const char *text)
{
    strbuf_printf(d->out, "%s: %s\n", backup_part_name(part), text);
    return false;
}

/* --- taking it apart --- */

static bool extract(struct dissection *d, enum backup_part part)
{
    char *path = backup_folder_path(d->folder, part);
    FILE *to = path ? fopen(path, "wxe") : NULL;
    enum err e = to ? archive_extract(d->archive, &d->members[part], to) : ERR_IO;
    int saved = errno;

    if (to && fclose(to) != 0 && e == ERR_OK) {
        saved = errno;
        e = ERR_IO;
    }
    free(path);
    d->there[part] = e == ERR_OK;
    if (e == ERR_CORRUPT)
        return find_of(d, part, "the archive is cut off or damaged here");
    return e == ERR_OK || find_of(d, part, strerror(saved));
}

static bool take_next(struct dissection *d, bool *at_end)
{
    struct archive_member member;
    enum err e = archive_next(d->archive, &member);
    enum backup_part part;

    *at_end = e != ERR_OK;
    if (e == ERR_NOTFOUND)
        return true;
    if (e != ERR_OK)
        return find(d, "the archive is cut off or damaged: no member header where one should be");
    part = backup_part_by_name(member.name);
    if (part == PART_COUNT || d->there[part]) {
        *at_end = true;
        return find(d, "the archive holds a member that is not part of a backup");
    }
    d->members[part] = member;
    *at_end = !extract(d, part);
    return !*at_end;
}

static bool take_apart(struct dissection *d)
{
    bool good = true, at_end = false;

    while (!at_end)
        good = take_next(d, &at_end) && good;
    for (enum backup_part part = 0; good && part < PART_COUNT; part++)
        if (!d->there[part])
            good = find_of(d, part, "is missing");
    return good;
}

/* --- the manifest --- */

static bool read_part(struct dissection *d, enum backup_part part, struct strbuf *text)
{
    char *path = backup_folder_path(d->folder, part);
    enum err e = path ? file_read(path, PART_MAX_BYTES, text) : ERR_NOMEM;

    free(path);
    return e == ERR_OK || find_of(d, part, err_name(e));
}

static void format_digest(uint64_t digest, char text[24])
{
    snprintf(text, 24, "%016" PRIx64, digest);
}

static bool check_manifest_digest(struct dissection *d)
{
    struct strbuf text = {0};
    char digest[24];
    bool good = read_part(d, PART_DIGEST, &text);

    format_digest(d->members[PART_MANIFEST].digest, digest);
    strcat(digest, "\n");
    if (good && strcmp(strbuf_text(&text), digest) != 0)
        good = find_of(d, PART_MANIFEST, "its digest is not the one recorded");
    strbuf_free(&text);
    return good;
}

static bool check_member(struct dissection *d, enum backup_part part, const cJSON *members)
{
    const cJSON *member = cJSON_GetArrayItem(members, (int)part);
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(member, "name"));
    const char *digest = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(member, "fnv1a64"));
    const cJSON *bytes = cJSON_GetObjectItemCaseSensitive(member, "bytes");
    char is[24];

    format_digest(d->members[part].digest, is);
    if (!name || !digest || strcmp(name, backup_part_name(part)) != 0 || !cJSON_IsNumber(bytes))
        return find_of(d, part, "is not in the manifest");
    if (bytes->valuedouble != (double)d->members[part].bytes)
        return find_of(d, part, "its size is not the one recorded");
    return strcmp(digest, is) == 0 || find_of(d, part, "its digest is not the one recorded");
}

static bool check_manifest(struct dissection *d)
{
    struct strbuf text = {0};
    bool good = check_manifest_digest(d) && read_part(d, PART_MANIFEST, &text);
    cJSON *json = good ? cJSON_ParseWithLength(strbuf_text(&text), text.len) : NULL;
    const cJSON *members = cJSON_GetObjectItemCaseSensitive(json, "members");
    const char *format = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "format"));

    if (good && (!format || strcmp(format, BACKUP_FORMAT) != 0))
        good = find_of(d, PART_MANIFEST, "is not that of a backup this program can read");
    for (enum backup_part part = 0; json && part < PART_MANIFEST; part++)
        good = check_member(d, part, members) && good;
    cJSON_Delete(json);
    strbuf_free(&text);
    return good;
}

static bool check_registry(struct dissection *d)
{
    struct strbuf text = {0};
    bool good = read_part(d, PART_REGISTRY, &text);
    cJSON *json = good ? cJSON_ParseWithLength(strbuf_text(&text), text.len) : NULL;

    if (good && !cJSON_IsObject(json))
        good = find_of(d, PART_REGISTRY, "is not a JSON object");
    cJSON_Delete(json);
    strbuf_free(&text);
    return good;
}

/* --- the whole --- */

static bool examine(struct dissection *d)
{
    bool good;

    if (!take_apart(d))
        return false;
    good = check_manifest(d);
    good = check_registry(d) && good;
    return findings_of_store(d->folder, d->out) && good;
}

bool findings_of_backup(const char *path, struct strbuf *out)
{
    struct dissection d = {.archive = fopen(path, "re"), .out = out};
    const char *tmp = getenv("TMPDIR");
    char place[4096];
    bool good;

    if (!d.archive)
        return find(&d, strerror(errno));
    snprintf(place, sizeof place, "%s/shikumen-verify", tmp && *tmp ? tmp : "/var/tmp");
    if (backup_folder_make(place, &d.folder) == ERR_OK)
        good = examine(&d);
    else
        good = find(&d, strerror(errno));
    backup_folder_remove(d.folder);
    fclose(d.archive);
    return good;
}
