/* /healthz: whether the daemon works, for whoever restarts it or calls somebody. */
#include <string.h>

#include "api_parts.h"
#include "api_tables.h"
#include "shikumen/base/clock.h"
#include "shikumen/svc/status.h"

enum err api_healthz(struct api_call *c)
{
    struct reasons r;

    reasons_collect(c->api->hub, clock_monotonic_us(), &r);
    c->status = r.count ? 503 : 200;
    c->cache = "no-store";
    strbuf_printf(&c->body, "{\"state\":\"%s\",\"reasons\":[", r.count ? "degraded" : "ok");
    for (size_t i = 0; i < r.count; i++) {
        strbuf_puts(&c->body, i ? "," : "");
        strbuf_json_string(&c->body, r.text[i], strlen(r.text[i]));
    }
    strbuf_puts(&c->body, "]}\n");
    return ERR_OK;
}
