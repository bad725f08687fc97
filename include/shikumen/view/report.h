/* Reports on a house or the district over a span, in the logic of EN 16096:2012 (identification,
 * scope, description, method, condition, risk, urgency, measures, summary, annexes; the classes as
 * ENGINEERING A4 has them [M], proposed by the program). All that is said is as of the end of the
 * span, and nothing else goes in: the same store and span give the same bytes. */
#ifndef SHIKUMEN_VIEW_REPORT_H
#define SHIKUMEN_VIEW_REPORT_H

#include <stdbool.h>

#include "shikumen/view/desk.h"

enum report_format {
    REPORT_HTML,
    REPORT_PDF,
    REPORT_JSON,
    REPORT_CSV,
    REPORT_GEOJSON,
    REPORT_FORMATS
};
const char *report_format_name(enum report_format format);  /* "html", … */
enum report_format report_format_by_name(const char *name); /* REPORT_FORMATS: none */
const char *report_media_type(enum report_format format);   /* "text/html; charset=utf-8", … */

struct report_query {
    const char *house;      /* id; NULL: the district */
    int64_t from_us, to_us; /* INT64_MIN, INT64_MAX: not given; to later than now is the full minute
                               before now */
    const char *month;      /* "2026-11", in the district's zone, in place of from and to; NULL */
    enum report_format format;
    enum desk_language language; /* of HTML and PDF; DESK_BOTH: the desk's, else Chinese */
    bool (*given_up)(const void *context); /* asked while a PDF is made; NULL: never */
    const void *context;
};

/* Days up to now that a report covers when nothing else is said. */
#define REPORT_SPAN_D 30

/* Appends the report; a PDF is made by the program shikumen-pdf (io/pdf_client.h). Wants the
 * registry; databases that are not there are ones without rows. why (when not NULL, at least
 * why_size bytes) says what is wrong, in both languages. ERR_NOTFOUND: no such house; ERR_PARSE:
 * the month; ERR_RANGE: the span (it ends before it begins, lies ahead, or is longer than a hundred
 * years); errors of the databases (desk->failed); of a PDF with desk->failed DESK_NEITHER:
 * ERR_CLOSED the program is not installed, ERR_BUSY it took too long, ERR_REFUSED it failed;
 * ERR_NOMEM. */
enum err view_report(struct desk *d, const struct report_query *q, struct strbuf *out, char *why,
                     size_t why_size) MUST_USE;

/* A name for its file: "report-H001-2026-11-01-2026-11-30.pdf", by local days, safe in any folder.
 * ERR_PARSE and ERR_RANGE as above. */
enum err report_file_name(const struct desk *d, const struct report_query *q, char *name,
                          size_t size) MUST_USE;

#endif
