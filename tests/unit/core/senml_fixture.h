/* Packs to parse. */
#ifndef SHIKUMEN_SENML_FIXTURE_H
#define SHIKUMEN_SENML_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "payload_samples.h"
#include "shikumen/core/senml.h"

static inline struct senml_pack parse(struct arena *a, const char *text)
{
    struct senml_pack p;
    const char *payload = json(a, text);

    assert_int_equal(senml_parse(payload, strlen(payload), NULL, RX_US, a, &p), ERR_OK);
    return p;
}

#endif
