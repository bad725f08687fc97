#include "discover_entry.h"

#include <math.h>
#include <string.h>

#include "guess.h"
#include "shikumen/base/strmap.h"

static const char *text_of(const cJSON *json, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));

    return text && *text ? text : NULL;
}

struct found discover_look(const struct unknown_sensor *u, const cJSON *json)
{
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(json, "source");
    struct found f = {.u = u, .unit = text_of(json, "u"), .quantity = Q_COUNT};
    const char *told = text_of(json, "quantity");

    f.profile = text_of(source, "profile");
    f.version =
        (int)fmax(0, cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(source, "version")));
    f.device = text_of(source, "device");
    f.channel = text_of(source, "channel");
    f.value = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, "v"));
    if (told)
        f.quantity = quantity_by_name(told);
    if (f.quantity == Q_COUNT)
        f.quantity = guess_quantity(f.channel ? f.channel : u->name, f.unit);
    f.period_s = guess_period_s(u->count, u->first_rx_us, u->last_rx_us);
    return f;
}

/* A name as an id: what cannot stand in one becomes "-". Of names in other letters little is left,
 * so they get a number of their own behind. */
static void put_id(struct strbuf *out, const char *name)
{
    bool other = false, before;

    strbuf_putc(out, '"');
    for (const char *c = name; *c && c - name < 240; c++) {
        bool letter =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        bool mark = strchr("-:./_", *c) && c != name;
        before = c > name && (unsigned char)c[-1] >= 0x80;
        other = other || (unsigned char)*c >= 0x80;
        if ((unsigned char)*c < 0x80 || !before)
            strbuf_putc(out, letter || mark ? *c : c == name ? 'x' : '-');
    }
    if (other)
        strbuf_printf(out, "-%06x", (unsigned)(hash64(0, name, strlen(name)) & 0xffffff));
    strbuf_putc(out, '"');
}

static void put_member(struct strbuf *out, const char *key, const char *text)
{
    strbuf_printf(out, ", \"%s\": ", key);
    strbuf_json_string(out, text, strlen(text));
}

/* The house whose id the name begins with: "H001" of "H001/n1/crack-1". */
static void put_house(struct strbuf *out, const struct registry *r, const char *name)
{
    char house[128];
    size_t n = strcspn(name, "/");

    if (!name[n] || n >= sizeof house)
        return;
    memcpy(house, name, n);
    house[n] = '\0';
    if (registry_house(r, house) != REGISTRY_NONE)
        put_member(out, "house", house);
}

/* True where a number without a unit can hardly be in another than the usual one. */
static bool usual_unit(enum quantity q)
{
    return q == Q_TEMPERATURE || q == Q_HUMIDITY || q == Q_RSSI || quantity_info(q)->boolean;
}

/* The unit to register: as told, or "?" for a person to fill in. */
static const char *unit_for(const struct found *f)
{
    if (f->quantity == Q_COUNT)
        return "?";
    if (f->unit && unit_find(f->quantity, f->unit))
        return f->unit;
    return usual_unit(f->quantity) ? quantity_info(f->quantity)->canonical_unit : "?";
}

/* Of a battery in percent; what a battery in volts is made of is not known here. */
#define BATTERY_LIMITS "battery-percent-low"

static bool has_limits(const struct registry *r, const char *name)
{
    for (size_t i = 0; i < r->limit_set_count; i++)
        if (r->limit_sets[i].name && strcmp(r->limit_sets[i].name, name) == 0)
            return true;
    return false;
}

bool discover_entry(struct strbuf *out, const struct registry *r, const struct found *f)
{
    if (f->quantity == Q_COUNT && !f->unit)
        return false;
    strbuf_puts(out, "{ \"id\": ");
    put_id(out, f->u->name);
    put_house(out, r, f->u->name);
    put_member(out, "quantity", f->quantity == Q_COUNT ? "?" : quantity_info(f->quantity)->name);
    put_member(out, "unit", unit_for(f));
    strbuf_printf(out, ", \"period_s\": %d", f->period_s);
    if (f->quantity == Q_BATTERY && f->unit && strcmp(f->unit, "%") == 0 &&
        has_limits(r, BATTERY_LIMITS))
        put_member(out, "limits", BATTERY_LIMITS);
    if (f->profile && f->device && f->channel) {
        strbuf_puts(out, ", \"source\": { \"profile\": ");
        strbuf_json_string(out, f->profile, strlen(f->profile));
        put_member(out, "device", f->device);
        put_member(out, "channel", f->channel);
        strbuf_puts(out, " }");
    }
    strbuf_puts(out, " }");
    return true;
}

bool discover_registered(const struct registry *r, const struct found *f)
{
    if (f->device && f->channel)
        return registry_source(r, f->device, f->channel) != REGISTRY_NONE;
    return registry_sensor(r, f->u->name, strlen(f->u->name)) != REGISTRY_NONE;
}
