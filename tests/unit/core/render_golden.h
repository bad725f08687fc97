/* Texts of alerts against files that people have read: tests/data/render. */
#ifndef RENDER_GOLDEN_H
#define RENDER_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shikumen/base/file.h"
#include "shikumen/core/render.h"

/* Summary and advice as people get them, then the JSON, against NAME.txt. With
 * SHIKUMEN_WRITE_GOLDEN set, writes the file instead of comparing; read it before use. */
static inline void check_golden(const char *name, const struct alert_step *step)
{
    static void (*const parts[])(const struct alert_step *, struct strbuf *) = {
        render_summary_zh, render_advice_zh, render_summary_en, render_advice_en, render_native};
    struct strbuf got = {0}, expected = {0};
    char path[512];

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        parts[i](step, &got);
        strbuf_putc(&got, '\n');
    }
    snprintf(path, sizeof path, "%s/render/%s.txt", TEST_DATA, name);
    if (getenv("SHIKUMEN_WRITE_GOLDEN"))
        assert_int_equal(file_replace(path, strbuf_text(&got), got.len), ERR_OK);
    assert_int_equal(file_read(path, 1 << 20, &expected), ERR_OK);
    assert_string_equal(strbuf_text(&got), strbuf_text(&expected));
    strbuf_free(&got);
    strbuf_free(&expected);
}

#endif
