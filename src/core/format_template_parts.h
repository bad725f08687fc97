/* A template as it is kept. Private to core. */
#ifndef SHIKUMEN_CORE_FORMAT_TEMPLATE_PARTS_H
#define SHIKUMEN_CORE_FORMAT_TEMPLATE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "shikumen/base/arena.h"
#include "shikumen/core/format_template.h"

enum template_escape { ESCAPE_NOTHING, ESCAPE_JSON, ESCAPE_XML, ESCAPE_FORM };

/* Text as it stands, or what a pointer leads to. */
struct template_part {
    const char *literal;         /* NULL: a pointer */
    const char *pointer;         /* "/summary/zh" */
    size_t cut_bytes, cut_chars; /* 0: not cut */
    bool in_string;              /* JSON: between quotes */
    struct template_part *next;
};

struct format_template {
    struct arena arena;
    enum template_escape escape;
    const char *content_type;
    const char *success_pointer, *success_value; /* NULL: any */
    struct template_part *first, **last;
    bool failed; /* memory was out */
};

/* Where in a JSON text one is. */
struct json_place {
    bool in_string, escaped;
};
void json_place_pass(struct json_place *p, const char *text, size_t n);
void json_place_value(struct json_place *p); /* what is filled in ends no escape */

#endif
