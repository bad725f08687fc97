/* Alerts in the shapes that receivers take (docs/interface.md section 6.1): one table of formats,
 * each a pure function from steps to a body, and a judge of what the receiver answers. */
#ifndef SHIKUMEN_CORE_FORMAT_H
#define SHIKUMEN_CORE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/strbuf.h"
#include "shikumen/core/format_template.h"
#include "shikumen/core/limiter.h"
#include "shikumen/core/step_view.h"
#include "shikumen/model/alert_format.h"
#include "shikumen/model/zone.h"

/* Languages of the texts of a message, Chinese first. */
enum { FORMAT_ZH = 1, FORMAT_EN = 2, FORMAT_BOTH = FORMAT_ZH | FORMAT_EN };
unsigned format_languages(const char *name); /* "zh", "en"; anything else: both */

/* A step that the receiver has taken before. */
struct format_sent {
    int step;
    int64_t at_us; /* of the step */
};

/* A step to be told. */
struct format_item {
    const struct step_view *step;
    const struct step_view *first;  /* step 1 of its episode; NULL: not needed, or not known */
    int64_t opened_us;              /* of its episode, 0: not known */
    const struct format_sent *sent; /* of its episode, ascending */
    size_t sent_count;
};

struct format_message {
    const struct format_item *items; /* worst first, at least one; at most format_batch */
    size_t count;
    unsigned languages;
    int64_t now_us;                         /* wall clock */
    const struct time_zone *zone;           /* of local times; NULL: UTC */
    const char *keyword;                    /* text that has to be in it, "" when none */
    const char *topic;                      /* of ntfy */
    const char *signature;                  /* SECRET_FEISHU: over now_us in seconds; "" unsigned */
    const struct format_template *template; /* of FORMAT_TEMPLATE */
};

/* What a receiver answered. */
struct format_answer {
    int status; /* HTTP; 0: none */
    const char *body;
    size_t len;
};

struct format_verdict {
    int status;     /* what retry_judge is to go by: that of the answer, or what it amounts to */
    int64_t wait_s; /* the receiver takes nothing before; -1: it does not say */
    bool limited;   /* that is so of everything, not of this message alone */
    const char *reason; /* Chinese and English, never the receiver's own words (they may hold what
                           is secret); NULL when the status says it all */
    int code;           /* the receiver's own, 0 when it gave none */
};

struct format {
    const char *content_type; /* NULL: the template's */
    const char *path;         /* that the URL must end with, added when it does not; NULL: none */
    bool topic_in_path;       /* the last part of the URL's path is the topic, not the address */
    bool plain;               /* the native JSON as it is: steps need not be parsed */
    bool needs_first, needs_sent; /* of each item */
    size_t text_bytes;            /* limit of a message's text; 0: none, one step each */
    size_t batch;                 /* steps in one message, at most; 1: never merged */
    bool gathers;                 /* all that is due goes into one message, not only when it must */
    /* What the receiver takes; see limiter.h. */
    int burst;
    int64_t interval_us;
    int64_t resend_us; /* what stands is told again this often; 0: never */
    void (*render)(const struct format_message *m, struct strbuf *out);
    /* Of a 2xx answer; NULL: the status says it all. */
    void (*judge)(const struct format_template *t, const struct format_answer *a,
                  struct format_verdict *v);
};

const struct format *format_of(enum alert_format id);

/* Steps that fit into one message such that each is still named. At least 1. */
size_t format_batch(const struct format *f, unsigned languages);

/* What the answer amounts to; template is that of FORMAT_TEMPLATE, else NULL. */
struct format_verdict format_judge(const struct format *f, const struct format_template *template,
                                   const struct format_answer *a);

/* The address to post to and the topic ("" when the format has none): url with "{secret}" replaced
 * by the percent-encoded secret and with the path of the format. */
void format_address(const struct format *f, const char *url, const char *secret,
                    struct strbuf *address, struct strbuf *topic);

/* Appends "name=value" to the query of an address, value percent-encoded. */
void format_add_query(struct strbuf *address, const char *name, const char *value);

/* The key and the text of the HMAC-SHA256 by which a robot is signed to at now_us, as DingTalk's
 * and Feishu's documents have it; only for SECRET_DINGTALK and SECRET_FEISHU. stamp is the time as
 * it is sent along. */
struct format_signing {
    struct strbuf key, text, stamp;
};
void format_signing(enum format_secret secret_use, const char *secret, int64_t now_us,
                    struct format_signing *s);
void format_signing_free(struct format_signing *s); /* wiped */

/* Lines that people read, as every chat shows them: a title, and a text of at most max bytes; used
 * by templates too. */
void format_title(const struct format_message *m, struct strbuf *out);
void format_text(const struct format_message *m, size_t max_bytes, struct strbuf *out);

#endif
