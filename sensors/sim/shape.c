#include "shape.h"

#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "lines.h"
#include "shikumen/base/utc.h"

#define APPLICATION "6f1d4a52-0c1e-4f57-9a51-3d5b2a1c9e10"
#define TENANT      "0b7a6c1e-52f4-4d6b-8f4c-2a9d1c3b5e77"
#define GATEWAY     "ac1f09fffe0a1b2c"
#define PORT        10
#define RAW_SCALE   10000 /* of a value in the raw bytes */
#define RAW_MAX     512

/* The bytes that stand for a kind of reading, from 1; as in shikumen-sim.json. */
static const char *const kinds[] = {"crack-1", "t-wall",   "tilt-x",  "tilt-y",  "settle-1",
                                    "bat",     "rssi",     "t-in",    "rh-in",   "moist-1",
                                    "crack-2", "strain-1", "t-out",   "rh-out",  "ppv",
                                    "ppv-f",   "freq-1",   "moist-2", "water-1", "leak-1"};

enum shape shape_by_name(const char *name)
{
    static const char *const names[SHAPE_COUNT] = {"native", "chirpstack", "tts"};
    size_t i = 0;

    while (i < SHAPE_COUNT && strcmp(names[i], name) != 0)
        i++;
    return (enum shape)i;
}

const char *shape_channel(const struct design *g)
{
    return strcmp(g->name, "rssi") == 0 ? "signal" : g->name;
}

void shape_eui(size_t node, char eui[SHAPE_EUI_SIZE])
{
    snprintf(eui, SHAPE_EUI_SIZE, "70b3d57e%08zx", (node + 1) & 0xffffffffU);
}

/* "sim-h001-n1": a device id of The Things Stack has no capitals and no slash. */
static void device_id(const struct sim_node *n, char out[SIM_ID_SIZE + 4])
{
    size_t at = 4;

    memcpy(out, "sim-", 4);
    for (const char *c = n->id; *c; c++)
        out[at++] = (char)(*c == '/' || *c == '_' ? '-' : *c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    out[at] = '\0';
}

void shape_topic(enum shape shape, const struct district *d, size_t node,
                 char topic[SIM_TOPIC_SIZE])
{
    char eui[SHAPE_EUI_SIZE], id[SIM_ID_SIZE + 4];

    shape_eui(node, eui);
    device_id(&d->nodes[node], id);
    if (shape == SHAPE_CHIRPSTACK)
        snprintf(topic, SIM_TOPIC_SIZE, "application/" APPLICATION "/device/%s/event/up", eui);
    else
        snprintf(topic, SIM_TOPIC_SIZE, "v3/lanes@district/devices/%s/up", id);
}

/* --- the raw bytes: id, then a number; 0 is the time --- */

struct raw {
    uint8_t bytes[RAW_MAX];
    size_t n;
};

static void put_number(struct raw *r, uint32_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0 && r->n < RAW_MAX; i--)
        r->bytes[r->n++] = (uint8_t)(v >> (8 * i));
}

static uint8_t kind_of(const struct design *g)
{
    uint8_t i = 0;

    while (i < sizeof kinds / sizeof kinds[0] && strcmp(kinds[i], g->name) != 0)
        i++;
    return (uint8_t)(i + 1);
}

static int32_t raw_value(const struct shape_record *x)
{
    int64_t v = x->scaled * RAW_SCALE;

    for (int i = 0; i < x->decimals; i++)
        v = (v >= 0 ? v + 5 : v - 5) / 10;
    return (int32_t)(v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v);
}

static void put_raw(const struct shape_uplink *u, struct raw *r)
{
    r->n = 0;
    put_number(r, 0, 1);
    put_number(r, (uint32_t)(u->t_us % 1000000 / 1000), 2);
    put_number(r, (uint32_t)(u->t_us / 1000000), 4);
    for (size_t i = 0; i < u->record_count; i++) {
        put_number(r, kind_of(u->records[i].design), 1);
        put_number(r, (uint32_t)raw_value(&u->records[i]), 4);
    }
}

static void put_base64(const struct raw *r, struct strbuf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    strbuf_putc(out, '"');
    for (size_t i = 0; i < r->n; i += 3) {
        uint32_t v = (uint32_t)r->bytes[i] << 16;
        size_t more = r->n - i;
        v |= more > 1 ? (uint32_t)r->bytes[i + 1] << 8 : 0;
        v |= more > 2 ? (uint32_t)r->bytes[i + 2] : 0;
        for (size_t k = 0; k < 4; k++)
            strbuf_putc(out, k <= more ? digits[v >> (18 - 6 * k) & 63] : '=');
    }
    strbuf_putc(out, '"');
}

/* --- the codec's object --- */

static void put_object(const struct shape_uplink *u, struct strbuf *out)
{
    char number[32];

    strbuf_puts(out, "{\"t\":");
    strbuf_number(out, (double)u->t_us * 1e-6);
    for (size_t i = 0; i < u->record_count; i++) {
        *lines_number(u->records[i].scaled, u->records[i].decimals, number) = '\0';
        strbuf_printf(out, ",\"%s\":%s", shape_channel(u->records[i].design), number);
    }
    strbuf_putc(out, '}');
}

/* --- the envelopes --- */

/* An identifier that is the same in every run. */
static void put_uuid(const struct shape_uplink *u, struct strbuf *out)
{
    uint64_t a = chance_mix(u->district->nodes[u->node].seed, 0x1000000000U + u->count);
    uint64_t b = chance_mix(a, (uint64_t)u->t_us);

    strbuf_printf(out, "\"%08x-%04x-4%03x-a%03x-%012llx\"", (unsigned)(a >> 32),
                  (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 48 & 0xfff),
                  (unsigned long long)(b & 0xffffffffffffU));
}

static double rssi_of(const struct shape_uplink *u)
{
    return chance_between(u->district->nodes[u->node].seed, 2, -118, -70);
}

static double snr_of(const struct shape_uplink *u)
{
    return chance_between(u->district->nodes[u->node].seed, u->count + 77, -8, 11);
}

/* ChirpStack v4, integration event "up" (api/integration/integration.proto as JSON). */
static void put_chirpstack(const struct shape_uplink *u, const struct raw *r, struct strbuf *out)
{
    char eui[SHAPE_EUI_SIZE], at[UTC_TEXT_SIZE];

    shape_eui(u->node, eui);
    utc_format(u->sent_us, at);
    strbuf_puts(out, "{\"deduplicationId\":");
    put_uuid(u, out);
    strbuf_printf(out,
                  ",\"time\":\"%s\",\"deviceInfo\":{\"tenantId\":\"" TENANT
                  "\",\"tenantName\":\"district\",\"applicationId\":\"" APPLICATION
                  "\",\"applicationName\":\"lanes\",\"deviceProfileName\":\"shikumen-sim\","
                  "\"deviceName\":\"%s\",\"devEui\":\"%s\",\"tags\":{}}",
                  at, u->district->nodes[u->node].id, eui);
    strbuf_printf(out, ",\"devAddr\":\"%08x\",\"adr\":true,\"dr\":5,\"fCnt\":%u,\"fPort\":%d",
                  (unsigned)(0x48000000U + u->node), (unsigned)u->count, PORT);
    strbuf_puts(out, ",\"confirmed\":false,\"data\":");
    put_base64(r, out);
    if (u->codec) {
        strbuf_puts(out, ",\"object\":");
        put_object(u, out);
    }
    strbuf_printf(out,
                  ",\"rxInfo\":[{\"gatewayId\":\"" GATEWAY "\",\"uplinkId\":%u,\"gwTime\":\"%s\","
                  "\"rssi\":%.0f,\"snr\":%.1f,\"crcStatus\":\"CRC_OK\"}]",
                  (unsigned)chance_mix(u->count, u->node), at, rssi_of(u), snr_of(u));
    strbuf_puts(out, ",\"txInfo\":{\"frequency\":486300000,\"modulation\":{\"lora\":{\"bandwidth\":"
                     "125000,\"spreadingFactor\":7,\"codeRate\":\"CR_4_5\"}}}}");
}

/* The Things Stack v3, uplink message (reference/data-formats). */
static void put_tts(const struct shape_uplink *u, const struct raw *r, struct strbuf *out)
{
    char eui[SHAPE_EUI_SIZE], at[UTC_TEXT_SIZE], id[SIM_ID_SIZE + 4];

    shape_eui(u->node, eui);
    for (char *c = eui; *c; c++)
        *c = (char)(*c >= 'a' ? *c - 32 : *c);
    device_id(&u->district->nodes[u->node], id);
    utc_format(u->sent_us, at);
    strbuf_printf(out,
                  "{\"end_device_ids\":{\"device_id\":\"%s\",\"application_ids\":{"
                  "\"application_id\":\"lanes\"},\"dev_eui\":\"%s\",\"dev_addr\":\"%08X\"},"
                  "\"received_at\":\"%s\",\"uplink_message\":{\"f_port\":%d",
                  id, eui, (unsigned)(0x48000000U + u->node), at, PORT);
    if (u->count > 0) /* zeros are left out */
        strbuf_printf(out, ",\"f_cnt\":%u", (unsigned)u->count);
    strbuf_puts(out, ",\"frm_payload\":");
    put_base64(r, out);
    if (u->codec) {
        strbuf_puts(out, ",\"decoded_payload\":");
        put_object(u, out);
    }
    strbuf_printf(out,
                  ",\"rx_metadata\":[{\"gateway_ids\":{\"gateway_id\":\"lanes-gateway\",\"eui\":"
                  "\"AC1F09FFFE0A1B2C\"},\"time\":\"%s\",\"rssi\":%.0f,\"channel_rssi\":%.0f,"
                  "\"snr\":%.1f}],\"settings\":{\"data_rate\":{\"lora\":{\"bandwidth\":125000,"
                  "\"spreading_factor\":7,\"coding_rate\":\"4/5\"}},\"frequency\":\"486300000\"},"
                  "\"received_at\":\"%s\",\"consumed_airtime\":\"0.102656s\",\"version_ids\":{"
                  "\"brand_id\":\"shikumen\",\"model_id\":\"shikumen-sim\"}}}",
                  at, rssi_of(u), rssi_of(u), snr_of(u), at);
}

void shape_uplink(enum shape shape, const struct shape_uplink *u, struct strbuf *out)
{
    struct raw raw;

    put_raw(u, &raw);
    if (shape == SHAPE_CHIRPSTACK)
        put_chirpstack(u, &raw, out);
    else
        put_tts(u, &raw, out);
}
