#include <stdio.h>
#include <string.h>

#include "api_parts.h"
#include "api_tables.h"

#define HOLE     "{id}"
#define HOLE_LEN (sizeof HOLE - 1)

const struct api_routes api_route_tables[] = {
    {api_base_routes, &api_base_route_count},
    {api_act_routes, &api_act_route_count},
    {api_report_routes, &api_report_route_count},
    {api_alert_routes, &api_alert_route_count},
    {api_reading_routes, &api_reading_route_count},
    {api_risk_routes, &api_risk_route_count},
    {api_series_routes, &api_series_route_count},
    {api_list_routes, &api_list_route_count},
    {NULL, NULL},
};

/* Whether path is of the pattern; the part that stands in its hole is path[*from..*from + *n). */
static bool fits(const char *pattern, const char *path, size_t *from, size_t *n)
{
    const char *hole = strstr(pattern, HOLE);
    size_t len = strlen(path), before, after;

    *from = *n = 0;
    if (!hole)
        return strcmp(pattern, path) == 0;
    before = (size_t)(hole - pattern);
    after = strlen(hole + HOLE_LEN);
    if (len <= before + after || strncmp(pattern, path, before) != 0 ||
        strcmp(hole + HOLE_LEN, path + len - after) != 0)
        return false;
    *from = before;
    *n = len - before - after;
    return true;
}

static void add_allowed(char allow[64], const char *method)
{
    size_t at = strlen(allow);

    if (strstr(allow, method))
        return;
    snprintf(allow + at, 64 - at, "%s%s", at ? ", " : "", method);
    if (strcmp(method, "GET") == 0)
        add_allowed(allow, "HEAD");
}

const struct api_route *api_route_find(const char *method, const char *path, struct arena *arena,
                                       const char **id, char allow[64])
{
    size_t from, n;

    allow[0] = '\0';
    for (const struct api_routes *t = api_route_tables; t->routes; t++)
        for (size_t i = 0; i < *t->count; i++) {
            const struct api_route *r = &t->routes[i];
            if (!fits(r->path, path, &from, &n))
                continue;
            if (strcmp(r->method, method) != 0) {
                add_allowed(allow, r->method);
                continue;
            }
            *id = arena_strndup(arena, path + from, n);
            return *id ? r : NULL;
        }
    return NULL;
}
