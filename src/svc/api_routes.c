/* Routes that need no list: health, figures, the session, the description of all of them. */
#include "api_tables.h"

const struct api_route api_base_routes[] = {
    {"GET", "/healthz", ROLE_NONE, api_healthz, ROUTE_OPEN | ROUTE_NO_ETAG, {{0}}},
    {"GET",
     "/metrics",
     ROLE_VIEWER,
     api_metrics,
     ROUTE_STORE | ROUTE_READER | ROUTE_NO_ETAG,
     {{0}}},
    {"GET", "/feed.atom", ROLE_VIEWER, api_feed, ROUTE_STORE | ROUTE_READER, {{0}}},
    {"GET", "/api/v1/session", ROLE_NONE, api_session_get, ROUTE_OPEN | ROUTE_NO_ETAG, {{0}}},
    {"POST", "/api/v1/session", ROLE_NONE, api_session_post, ROUTE_OPEN | ROUTE_NO_ETAG, {{0}}},
    {"DELETE", "/api/v1/session", ROLE_NONE, api_session_delete, ROUTE_OPEN | ROUTE_NO_ETAG, {{0}}},
    {"GET",
     "/api/v1/events",
     ROLE_VIEWER,
     api_events_get,
     ROUTE_STORE | ROUTE_NO_ETAG,
     {{"after", API_INT, 0, INT64_MAX, NULL}}},
    {"GET", "/alerts/{id}", ROLE_NONE, api_alert_page, ROUTE_OPEN, {{0}}},
    {"GET", "/api/v1/openapi.json", ROLE_NONE, api_openapi, ROUTE_OPEN, {{0}}},
};
const size_t api_base_route_count = sizeof api_base_routes / sizeof *api_base_routes;
