/* The tables of routes, one of each file that answers. */
#ifndef SHIKUMEN_SVC_API_TABLES_H
#define SHIKUMEN_SVC_API_TABLES_H

#include "api_parts.h"

/* api_routes.c: health, metrics, the session, the OpenAPI document */
extern const struct api_route api_base_routes[];
extern const size_t api_base_route_count;

/* api_reports.c */
extern const struct api_route api_report_routes[];
extern const size_t api_report_route_count;
/* api_alerts.c, api_readings.c, api_risk.c, api_lists.c: what stands in the store and the registry.
 * The last has sensors/{id}, which whatever begins with that must go before. */
extern const struct api_route api_alert_routes[], api_reading_routes[], api_risk_routes[],
    api_list_routes[];
extern const size_t api_alert_route_count, api_reading_route_count, api_risk_route_count,
    api_list_route_count;
/* api_series.c: the analysis of a sensor, vibration records */
extern const struct api_route api_series_routes[];
extern const size_t api_series_route_count;

/* api_acts.c: what persons do */
extern const struct api_route api_act_routes[];
extern const size_t api_act_route_count;

/* What routes are answered with. */
api_handler api_healthz, api_metrics, api_feed;
api_handler api_session_get, api_session_post, api_session_delete;
/* A file of the pages, for every path that no route has. */
enum err api_static(struct api_call *c);
api_handler api_openapi, api_alert_page, api_events_get, api_act;
/* Readings with step AUTO: as few points (api_series.c). */
api_handler api_readings_drawn;

#endif
