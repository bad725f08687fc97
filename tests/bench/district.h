/* The simulated district of the benchmarks: crack gauges "B0001/n1/crack-1" and so on, ten at a
 * node and one node a house, with limits on value and change; and, for the latency of alerts,
 * gauges "ALARM/n0001/crack-1" with one limit at ALARM_LIMIT_MM that one reading crosses. */
#ifndef SHIKUMEN_BENCH_DISTRICT_H
#define SHIKUMEN_BENCH_DISTRICT_H

#include <stddef.h>
#include <stdint.h>

#include "shikumen/base/strbuf.h"

#define NODE_SENSORS   10
#define ALARM_LIMIT_MM 5.0

/* Appends the registry: sensors (a multiple of NODE_SENSORS) and alarm gauges. */
void district_registry(int sensors, int alarms, struct strbuf *out);

/* Reading number step of a sensor: a slow wave and noise, mm, three decimals. */
double district_value(int sensor, int64_t step);

/* A series of numbered messages that go round all sensors; context of publisher_series. */
struct district_series {
    int sensors;
    int pack;       /* readings a message: 1 or NODE_SENSORS */
    double start_s; /* Unix time of the first step */
    double step_s;  /* a sensor's readings are this far apart */
};
size_t district_message(void *series, int64_t i, char topic[256], char payload[4096]);

/* One reading of alarm gauge i at Unix time t_s. */
size_t alarm_message(int i, double t_s, double value_mm, char topic[256], char payload[4096]);
/* Number of the alarm gauge that text names next, with *text moved past it; -1 when none. */
int alarm_named(const char **text);

#endif
