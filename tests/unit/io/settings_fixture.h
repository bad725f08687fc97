/* A folder with a configuration, and what came of reading it. */
#ifndef SHIKUMEN_SETTINGS_FIXTURE_H
#define SHIKUMEN_SETTINGS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shikumen/io/settings_file.h"
#include "tmpdir.h"

#define E1(rest) "endpoints: ( { name = \"a\"; url = \"http://h\";\n" rest " } );"

#define CONF    "shikumend.conf"
#define IN_CONF CONF ":"

/* libconfig 1.5 forgets up to 64 bytes at a syntax error behind a text. */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig.so\n";
}

/* A folder with a registry and a secret; the tests write shikumend.conf into it. */
struct folder {
    char *path;
    char conf[512];
};

static inline void write_bytes(const struct folder *f, const char *name, const void *bytes,
                               size_t n)
{
    char path[1024];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", f->path, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const struct folder *f, const char *name, const char *text)
{
    write_bytes(f, name, text, strlen(text));
}

static inline void make_directory(const struct folder *f, const char *name)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", f->path, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static inline int setup(void **state)
{
    struct folder *f = calloc(1, sizeof *f);

    unsetenv("CREDENTIALS_DIRECTORY");
    f->path = tmpdir_make("settings");
    snprintf(f->conf, sizeof f->conf, "%s/" CONF, f->path);
    write_text(f, "registry.json", "{}");
    write_text(f, "secret", "s3cret-value\n \t\r\n");
    make_directory(f, CONF ".d");
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct folder *f = *state;

    tmpdir_remove(f->path);
    free(f);
    return 0;
}

/* The faults as "NAME:LINE: text\n" with NAME relative to the folder. */
static inline void list_faults(const struct folder *f, const struct fault_list *faults,
                               struct strbuf *out)
{
    size_t n = strlen(f->path);

    for (const struct fault *fault = faults->first; fault; fault = fault->next) {
        bool inside = strncmp(fault->file, f->path, n) == 0;
        strbuf_printf(out, "%s:%d: %s\n", inside ? fault->file + n + 1 : fault->file, fault->line,
                      fault->text);
    }
}

static inline void expect_faults(const struct folder *f, const char *expected)
{
    struct fault_list faults = {0};
    struct settings *s = (struct settings *)(uintptr_t)1;
    struct strbuf got = {0};

    assert_int_equal(settings_read(f->conf, &faults, &s), ERR_CONFIG);
    assert_null(s);
    list_faults(f, &faults, &got);
    assert_string_equal(strbuf_text(&got), expected);
    strbuf_free(&got);
    fault_list_free(&faults);
}

static inline struct settings *expect_settings(const struct folder *f)
{
    struct fault_list faults = {0};
    struct settings *s;
    struct strbuf got = {0};
    enum err e = settings_read(f->conf, &faults, &s);

    list_faults(f, &faults, &got);
    assert_string_equal(strbuf_text(&got), "");
    assert_int_equal(e, ERR_OK);
    strbuf_free(&got);
    fault_list_free(&faults);
    return s;
}

static inline struct settings *read_text(const struct folder *f, const char *text)
{
    write_text(f, CONF, text);
    return expect_settings(f);
}

/* path is "<folder>/<name>". */
static inline void assert_path(const struct folder *f, const char *path, const char *name)
{
    char expected[1024];

    snprintf(expected, sizeof expected, "%s/%s", f->path, name);
    assert_string_equal(path, expected);
}

#endif
