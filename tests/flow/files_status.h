/* What `status` says of files. */
#ifndef SHIKUMEN_TESTS_FILES_STATUS_H
#define SHIKUMEN_TESTS_FILES_STATUS_H

#include "files_stage.h"

/* The member of `status`, "files" first. */
static inline cJSON *files_now(struct kit *k)
{
    cJSON *status = site_status(&k->g.site), *files;

    assert_non_null(status);
    files = cJSON_DetachItemFromObject(status, "files");
    cJSON_Delete(status);
    return files;
}

/* Waits until the daemon's "files" have this number. */
static inline void expect_number(struct kit *k, const char *name, int n)
{
    double end = now_s() + PATIENCE_S;

    for (bool is = false; !is;) {
        cJSON *files = files_now(k);
        const cJSON *item = cJSON_GetObjectItem(files, name);
        is = cJSON_IsNumber(item) && item->valueint == n;
        cJSON_Delete(files);
        if (now_s() > end)
            site_fail(&k->g.site, name);
        sleep_ms(is ? 0 : 20);
    }
}

static inline void expect_text_now(struct kit *k, const char *name, const char *is)
{
    cJSON *files = files_now(k);

    assert_string_equal(text(files, name), is);
    cJSON_Delete(files);
}

/* Whether a reason of `status` says so, within some time. */
static inline void expect_reason(struct kit *k, const char *words, bool there)
{
    double end = now_s() + PATIENCE_S;

    for (bool is = !there; is != there;) {
        cJSON *status = site_status(&k->g.site);
        char *reasons = cJSON_PrintUnformatted(cJSON_GetObjectItem(status, "reasons"));
        is = strstr(reasons, words) != NULL;
        if (is != there && now_s() > end)
            site_fail(&k->g.site, reasons);
        free(reasons);
        cJSON_Delete(status);
        sleep_ms(is == there ? 0 : 20);
    }
}

/* `status --json`, whether the daemon runs or not. */
static inline cJSON *told(struct kit *k)
{
    char *printed = path_in(k->g.site.folder, "printed"), *words;
    const char *const argv[] = {
        BIN_DIR "/shikumenctl", "-c", k->g.site.conf, "status", "--json", NULL};
    cJSON *status;

    assert_int_equal(process_run(argv, &(struct process_options){.stdout_to = printed}, 30), 0);
    words = read_text(printed, NULL);
    status = cJSON_Parse(words);
    assert_non_null(status);
    free(words);
    free(printed);
    return status;
}

static inline void expect_told(const cJSON *status, const char *name, const char *printed)
{
    char *is = cJSON_PrintUnformatted(cJSON_GetObjectItem(status, name));

    assert_non_null(is);
    if (strcmp(is, printed) != 0)
        fail_msg("%s is %s, not %s", name, is, printed);
    cJSON_free(is);
}

static inline void drop_zion(struct kit *k, const char *name)
{
    size_t n;
    char *bytes = zion(&n);

    drop_bytes(k, name, bytes, n);
    free(bytes);
}

#endif
