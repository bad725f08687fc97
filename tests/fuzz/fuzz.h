/* What the fuzz targets share. A target is a function of bytes: linked with replay.c it is a test
 * that tries the kept corpus and seeded mutations of it; with clang and -DSHIKUMEN_FUZZ=ON it is a
 * program of libFuzzer. */
#ifndef SHIKUMEN_TESTS_FUZZ_H
#define SHIKUMEN_TESTS_FUZZ_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shikumen/base/strmap.h"
#include "shikumen/core/profile.h"
#include "shikumen/core/wording.h"

#define FUZZ_RX_US 1795305600000000LL

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Ends the program when a promise is not kept, in whatever build. */
#define fuzz_require(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Whatever is said is said in Chinese too; what was said lately is not looked at again. */
static inline void fuzz_check_words(const char *words)
{
    static uint64_t lately[4096];
    struct strbuf zh = {0};
    uint64_t hash = words ? hash64(0, words, strlen(words)) : 0;
    uint64_t *slot = &lately[hash % (sizeof lately / sizeof *lately)];

    if (*slot == hash)
        return;
    *slot = hash;
    if (words && !wording_put_zh(&zh, words)) {
        fprintf(stderr, "no Chinese for: %s\n", words);
        abort();
    }
    strbuf_free(&zh);
}

static inline void fuzz_check_result(const struct profile_result *r)
{
    struct strbuf text = {0};

    for (size_t i = 0; i < r->reading_count; i++) {
        const struct profile_reading *x = &r->readings[i];
        fuzz_require(x->device && x->channel && x->clock && x->text);
        fuzz_require(x->fault || isfinite(x->value));
        fuzz_check_words(x->fault);
    }
    fuzz_check_words(r->why);
    for (size_t i = 0; i < r->state_count; i++)
        fuzz_require(r->states[i].device);
    fuzz_require(!r->command == !r->command_topic);
    profile_result_json(r, &text);
    fuzz_require(!text.failed);
    strbuf_free(&text);
}

#endif
