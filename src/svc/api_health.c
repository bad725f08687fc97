/* /healthz: whether the daemon works, for whoever restarts it or calls somebody. */
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
    strbuf_printf(&c->body, "{\"state\":\"%s\",", r.count ? "degraded" : "ok");
    reasons_put(&r, &c->body);
    strbuf_puts(&c->body, "}\n");
    return ERR_OK;
}
