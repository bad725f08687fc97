/* Packets of evidence: asked for, and read again. */
#ifndef SHIKUMEN_EVIDENCE_PACKET_H
#define SHIKUMEN_EVIDENCE_PACKET_H

#include "past_site.h"
#include "tmpdir.h"

static inline int ctl(const char *folder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* shikumenctl -c d.conf, by the shell. */
static inline int ctl(const char *folder, const char *format, ...)
{
    char *arguments, *command;
    va_list args;
    int code;

    va_start(args, format);
    assert_true(vasprintf(&arguments, format, args) > 0);
    va_end(args);
    assert_true(asprintf(&command, ": >log; \"$CTL\" -c d.conf %s", arguments) > 0);
    code = shell(folder, command);
    free(arguments);
    free(command);
    return code;
}

static inline const char *trend_id(const char *folder, char id[40])
{
    struct sim_alerts alerts = alerts_of(folder);

    snprintf(id, 40, "%s", first_of(&alerts, "trend")->id);
    sim_alerts_free(&alerts);
    return id;
}

static inline cJSON *paper(const char *folder, const char *name)
{
    char *path = path_in(folder, name);
    cJSON *document = ndjson_document(path);

    if (!document)
        fail_msg("%s is not there or no JSON", name);
    free(path);
    return document;
}

static inline const cJSON *first(const cJSON *object, const char *list)
{
    const cJSON *item = cJSON_GetArrayItem(cJSON_GetObjectItem(object, list), 0);

    assert_non_null(item);
    return item;
}

/* Every file is in the manifest with its digest, and nothing else is there. */
static inline void expect_vouched(const char *site, const char *packet)
{
    char *command;

    assert_true(
        asprintf(&command,
                 "cd %s && for f in *; do [ $f = manifest.json ] || sha256sum $f; done >"
                 "../there && sed -n 's/.*\"name\":\"\\([^\"]*\\)\".*\"sha256\":"
                 "\"\\([^\"]*\\)\".*/\\2  \\1/p' manifest.json | LC_ALL=C sort -k2 >../told "
                 "&& LC_ALL=C sort -k2 ../there | cmp - ../told",
                 packet) > 0);
    assert_int_equal(shell(site, command), 0);
    free(command);
}

#endif
