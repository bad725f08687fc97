#include "district.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Both for the rules and for the slow analysis, none of which is reached. */
static void put_limits(struct strbuf *out)
{
    static const char *const of[] = {"change", "value"};

    for (int i = 0; i < 2; i++)
        for (int level = 4; level >= 2; level--)
            strbuf_printf(out,
                          "%s{\"level\":%d,\"of\":\"%s\",\"value\":%d,\"unit\":\"mm\","
                          "\"persist_s\":86400,\"clear_persist_s\":604800,\"mark\":\"J\"}",
                          i == 0 && level == 4 ? "" : ",", level, of[i], 2 * level);
}

static void put_sensor(struct strbuf *out, const char *house, int number)
{
    strbuf_printf(out,
                  ",\n{\"id\":\"%s/n1/crack-%d\",\"node\":\"%s/n1\",\"house\":\"%s\","
                  "\"element\":\"%s/wall\",\"quantity\":\"crack_width\",\"unit\":\"mm\","
                  "\"resolution\":0.001,\"period_s\":600,\"limits\":[",
                  house, number, house, house, house);
    put_limits(out);
    strbuf_puts(out, "]}");
}

static void put_alarm(struct strbuf *out, int i)
{
    strbuf_printf(out,
                  ",\n{\"id\":\"ALARM/n%04d/crack-1\",\"node\":\"ALARM/n%04d\",\"house\":\"ALARM\","
                  "\"quantity\":\"crack_width\",\"unit\":\"mm\",\"resolution\":0.001,"
                  "\"period_s\":600,\"limits\":[{\"level\":4,\"of\":\"value\",\"value\":%.1f,"
                  "\"clear\":4.5,\"unit\":\"mm\",\"persist_s\":0,\"mark\":\"J\"}]}",
                  i, i, ALARM_LIMIT_MM);
}

void district_registry(int sensors, int alarms, struct strbuf *out)
{
    char house[16];

    strbuf_puts(out, "{\"district\":{\"id\":\"bench\",\"name\":\"bench\","
                     "\"timezone\":\"Asia/Shanghai\"},\n\"houses\":[{\"id\":\"ALARM\"}");
    for (int h = 0; h < sensors / NODE_SENSORS; h++)
        strbuf_printf(out,
                      ",\n{\"id\":\"B%04d\",\"elements\":[{\"id\":\"B%04d/wall\","
                      "\"kind\":\"wall\"}]}",
                      h, h);
    strbuf_puts(out,
                "],\n\"sensors\":[{\"id\":\"ALARM/n/door\",\"node\":\"ALARM/n\","
                "\"house\":\"ALARM\",\"quantity\":\"door\",\"unit\":\"/\",\"period_s\":86400}");
    for (int s = 0; s < sensors; s++) {
        snprintf(house, sizeof house, "B%04d", s / NODE_SENSORS);
        put_sensor(out, house, s % NODE_SENSORS + 1);
    }
    for (int i = 0; i < alarms; i++)
        put_alarm(out, i);
    strbuf_puts(out, "],\n\"epochs\":[]}\n");
}

double district_value(int sensor, int64_t step)
{
    uint64_t h = mix((uint64_t)sensor << 40 ^ (uint64_t)step);
    double noise = (double)((h & 0xffff) + (h >> 16 & 0xffff) + (h >> 32 & 0xffff)) / 65536 - 1.5;
    double wave = 0.2 * sin((double)step * 6.283185307179586 / 144);

    return round((1.5 + 0.01 * (sensor % 50) + wave + 0.01 * noise) * 1000) / 1000;
}

size_t district_message(void *series, int64_t i, char topic[256], char payload[4096])
{
    const struct district_series *s = series;
    int groups = s->sensors / s->pack, first = (int)(i % groups) * s->pack;
    int house = first / NODE_SENSORS;
    int64_t step = i / groups;
    double t_s = s->start_s + (double)step * s->step_s + (double)(mix((uint64_t)i) % 1000) / 1000;
    size_t n;

    snprintf(topic, 256, "shikumen/v1/B%04d/n1/senml", house);
    n = (size_t)snprintf(payload, 4096, "[{\"bn\":\"B%04d/n1/\",\"bt\":%.3f,", house, t_s);
    for (int k = first; k < first + s->pack; k++)
        n +=
            (size_t)snprintf(payload + n, 4096 - n, "%s\"n\":\"crack-%d\",\"u\":\"mm\",\"v\":%.3f}",
                             k > first ? ",{" : "", k % NODE_SENSORS + 1, district_value(k, step));
    n += (size_t)snprintf(payload + n, 4096 - n, "]");
    return n;
}

size_t alarm_message(int i, double t_s, double value_mm, char topic[256], char payload[4096])
{
    snprintf(topic, 256, "shikumen/v1/ALARM/n%04d/senml", i);
    return (size_t)snprintf(payload, 4096,
                            "[{\"bn\":\"ALARM/n%04d/\",\"bt\":%.3f,\"n\":\"crack-1\",\"u\":\"mm\","
                            "\"v\":%.3f}]",
                            i, t_s, value_mm);
}

int alarm_named(const char **text)
{
    const char *at = strstr(*text, "ALARM/n");
    char *end;

    while (at) {
        *text = at + strlen("ALARM/n");
        long i = strtol(*text, &end, 10);
        if (end == *text + 4)
            return (int)i;
        at = strstr(*text, "ALARM/n");
    }
    return -1;
}
