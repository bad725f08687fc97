/* From a place in a document to readings. */
#include <math.h>
#include <string.h>

#include "json_input.h"
#include "profile_part.h"

/* The reading being made and what it is made by. */
struct making {
    struct profile_work *w;
    const struct profile *p;
    const struct profile_value *v;
    const struct profile_spot *spot;
    const struct profile_time *time;
    const struct profile_spot *time_spot; /* where time is looked for */
    bool historical;
    bool fallback;
    bool dated; /* the time of the spot was looked for: it is in when */
    bool has_time;
    struct profile_reading when; /* its t_us and clock */
};

/* --- readings --- */

static struct profile_reading *new_reading(struct profile_work *w)
{
    struct profile_result *out = w->out;

    if (out->reading_count == w->room) {
        size_t room = w->room ? 2 * w->room : 16;
        struct profile_reading *more;
        if (w->room >= PROFILE_READINGS_MAX) {
            w->full = true;
            return NULL;
        }
        more = arena_array(w->arena, room, sizeof *more);
        if (!more) {
            w->out_of_memory = true;
            return NULL;
        }
        if (out->reading_count > 0)
            memcpy(more, out->readings, out->reading_count * sizeof *more);
        out->readings = more;
        w->room = room;
    }
    return &out->readings[out->reading_count];
}

/* "DS18B20-1/temperature": the part's channel and the value's name. */
static const char *channel_of(struct making *k, const char *name)
{
    const char *part = k->spot->channel, *text;

    if (!part || !*part)
        return profile_name(k->w, name, strlen(name));
    if (!*name)
        return part;
    text = arena_printf(k->w->arena, "%s/%s", part, name);
    k->w->out_of_memory = k->w->out_of_memory || !text;
    return text ? profile_name(k->w, text, strlen(text)) : "";
}

/* Unit and scale, those that the message names where the profile knows them. */
static void convert(struct making *k, struct profile_reading *r)
{
    const struct profile_value *v = k->v;
    const cJSON *item = profile_first(k->spot, &v->unit_at, NULL);
    const char *named = item ? profile_text_of(k->w, item) : NULL;

    if (r->unit) /* the value came with one of its own, in which the range is not */
        return;
    r->unit = v->unit;
    r->value = profile_scaled(r->value, v->scale) + v->offset;
    for (size_t i = 0; named && i < v->unit_count; i++)
        if (strcmp(v->units[i].text, named) == 0 || strcmp(v->units[i].text, "*") == 0) {
            if (*v->units[i].unit == '*')
                named = profile_plain_unit(profile_name(k->w, named, strlen(named)));
            r->unit = *v->units[i].unit == '*' ? named : v->units[i].unit;
            r->value = profile_scaled(r->value, v->units[i].scale) + v->units[i].offset;
            return;
        }
    if (named && v->unit_count > 0)
        r->fault = "the message names a unit that the profile does not know";
}

static void tell_state(struct making *k, const struct profile_reading *r)
{
    struct profile_state *s = profile_state_of(k->w, r->device);
    const struct unit_conversion *c =
        r->quantity < Q_COUNT && r->unit ? unit_find(r->quantity, r->unit) : NULL;

    if (!s || !c || r->fault)
        return;
    if (r->quantity == Q_BATTERY && strcmp(unit_canonical(c), "V") == 0)
        s->battery_v = unit_to_canonical(c, r->value);
    if (r->quantity == Q_BATTERY && strcmp(unit_canonical(c), "%") == 0 && !r->outside)
        s->battery_pct = unit_to_canonical(c, r->value);
    if (r->quantity == Q_RSSI)
        s->rssi_dbm = unit_to_canonical(c, r->value);
}

/* The time of the reading; false when there is none. That of the spot is looked for once, however
 * many members it has. */
static bool date(struct making *k, struct profile_reading *r)
{
    if (k->v->time.given)
        return profile_when(k->w, k->spot, &k->v->time, r);
    if (!k->dated)
        k->has_time = profile_when(k->w, k->time_spot, k->time, &k->when);
    k->dated = true;
    r->t_us = k->when.t_us;
    r->clock = k->when.clock;
    return k->has_time;
}

/* The fault of a value whose time or number is not to be had; NULL when both are. */
static void judge(struct making *k, struct profile_reading *r, enum profile_number_kind number)
{
    bool own;

    if (!date(k, r)) {
        r->fault = "no time";
        return;
    }
    if (number == PROFILE_NUMBER_NONE) {
        r->fault = "not a number";
        return;
    }
    own = r->unit != NULL;
    convert(k, r);
    if (!r->fault && !isfinite(r->value))
        r->fault = "number out of range";
    r->outside = !own && (r->value < k->v->min || r->value > k->v->max);
}

static bool told_already(const struct profile_work *w, const struct profile_reading *r)
{
    for (size_t i = w->out->reading_count; i > 0; i--) {
        const struct profile_reading *other = &w->out->readings[i - 1];
        if (strcmp(other->channel, r->channel) == 0 && strcmp(other->device, r->device) == 0 &&
            other->t_us == r->t_us)
            return true;
    }
    return false;
}

static bool is_historical(const struct profile_spot *spot)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(spot->at, "is_historical"));
}

static void make_reading(struct making *k, const cJSON *item, const char *name)
{
    const struct profile_value *v = k->v;
    struct profile_reading *r = new_reading(k->w), made = {0};
    enum profile_number_kind number =
        profile_number_of(k->w, v, item, &made.value, &made.text, &made.unit);

    k->w->touched++;
    if (!r || number == PROFILE_NUMBER_MISSING || (v->any && number == PROFILE_NUMBER_NONE))
        return;
    made.by = k->p;
    made.device = k->spot->device;
    made.channel = channel_of(k, name);
    made.quantity = v->quantity;
    made.role = v->role;
    made.any = v->any || !*v->name || k->fallback;
    made.historical = k->historical;
    judge(k, &made, number);
    if ((v->any || k->fallback) && told_already(k->w, &made))
        return;
    if (made.role == PROFILE_HEALTH && !made.historical)
        tell_state(k, &made);
    made.text = made.fault && made.text ? profile_name(k->w, made.text, strlen(made.text)) : "";
    *r = made;
    k->w->out->reading_count++;
}

/* What a value with a name of its own has read is no other channel as well, unless it only told how
 * the device is. */
static bool taken(const struct profile_work *w, const cJSON *item)
{
    for (size_t i = 0; i < w->taken_count; i++)
        if (w->taken[i] == item)
            return true;
    return false;
}

/* Every member of object, by its name behind path; with depth left also those of the objects in
 * it. */
static void make_members(struct making *k, const cJSON *object, const char *path, int depth)
{
    const cJSON *time = profile_first(k->time_spot, &k->time->pointers, NULL);

    for (const cJSON *c = object->child; c && !k->w->full && !k->w->out_of_memory; c = c->next) {
        const char *name = *path ? arena_printf(k->w->arena, "%s/%s", path, c->string) : c->string;
        k->w->out_of_memory = k->w->out_of_memory || !name;
        if (c == time || !name || taken(k->w, c))
            continue;
        if (depth > 0 && json_is(c, cJSON_Object) && profile_unwrap(c) == c)
            make_members(k, c, name, depth - 1);
        else
            make_reading(k, c, name);
    }
}

/* Every member of what a pointer leads to whose last token is one asterisk or two. */
static void make_any(struct making *k)
{
    for (size_t i = 0; i < k->v->pointers.count; i++) {
        const char *pointer = k->v->pointers.at[i];
        size_t n = strlen(pointer);
        bool deep = n >= 3 && pointer[n - 2] == '*';
        char *before = arena_strndup(k->w->arena, pointer, n - (deep ? 3 : 2));
        const cJSON *object = before ? profile_point(k->spot, before) : NULL;
        k->w->out_of_memory = k->w->out_of_memory || !before;
        if (!object || !json_is(object, cJSON_Object))
            continue;
        make_members(k, object, "", deep ? PROFILE_DEPTH_MAX : 0);
        return;
    }
}

/* Whether what stands inside has a value of the quantity by a rule of its own. */
static bool told_inside(const struct profile_work *w, enum quantity q)
{
    for (size_t i = w->inside_from; i < w->inside_to; i++)
        if (w->out->readings[i].quantity == q && q != Q_COUNT && !w->out->readings[i].any &&
            !w->out->readings[i].fault)
            return true;
    return false;
}

static void make_value(struct making *k)
{
    const cJSON *item;
    const char *why = NULL;

    if (!profile_holds(k->w, k->spot, &k->v->match, &why)) {
        profile_say(k->w, k->p, "%s: %s", *k->v->name ? k->v->name : "value", why ? why : "no");
        return;
    }
    if (k->fallback && told_inside(k->w, k->v->quantity)) {
        profile_say(k->w, k->p, "%s: told by the device's own profile", k->v->name);
        return;
    }
    if (k->v->any) {
        make_any(k);
        return;
    }
    item = profile_first(k->spot, &k->v->pointers, NULL);
    for (size_t i = 0; !item && i < k->v->pointers.count; i++)
        k->w->touched += profile_is_null(k->spot, k->v->pointers.at[i]);
    if (!item)
        profile_say(k->w, k->p, "%s: nothing at %s", *k->v->name ? k->v->name : "value",
                    k->v->pointers.at[0]);
    else
        make_reading(k, item, k->v->name);
    if (item && k->v->role != PROFILE_HEALTH && k->w->taken_count < PROFILE_TAKEN_MAX)
        k->w->taken[k->w->taken_count++] = item;
}

/* --- states --- */

struct profile_state *profile_state_of(struct profile_work *w, const char *device)
{
    struct profile_result *out = w->out;
    struct profile_state *more;

    for (size_t i = 0; i < out->state_count; i++)
        if (strcmp(out->states[i].device, device) == 0)
            return &out->states[i];
    if (out->state_count >= PROFILE_STATES_MAX)
        return NULL;
    if (!out->states)
        out->states = arena_array(w->arena, PROFILE_STATES_MAX, sizeof *out->states);
    if (!out->states) {
        w->out_of_memory = true;
        return NULL;
    }
    more = out->states;
    more[out->state_count] = (struct profile_state){.device = device,
                                                    .online = true,
                                                    .battery_v = (double)NAN,
                                                    .battery_pct = (double)NAN,
                                                    .rssi_dbm = (double)NAN};
    return &more[out->state_count++];
}

/* --- parts --- */

static const char *place_text(struct profile_work *w, const struct profile_place *place,
                              const struct profile_spot *spot)
{
    const cJSON *item = profile_first(spot, &place->pointers, NULL);
    const char *text = item ? profile_text_of(w, item) : NULL;

    if (text)
        return profile_name(w, text, strlen(text));
    for (size_t i = 0; place->topic && i < w->capture_count; i++)
        if (strlen(place->topic) == w->captures[i].name_len &&
            memcmp(place->topic, w->captures[i].name, w->captures[i].name_len) == 0)
            return profile_name(w, w->captures[i].text, w->captures[i].text_len);
    return place->member && spot->member ? profile_name(w, spot->member, strlen(spot->member))
                                         : NULL;
}

static void read_spot(struct profile_work *w, const struct profile *p,
                      const struct profile_part *part, const struct profile_time *time,
                      const struct profile_spot *where)
{
    struct profile_spot spot = *where;
    struct making k = {.w = w,
                       .p = p,
                       .spot = &spot,
                       .time = part->time.given ? &part->time : time,
                       .time_spot = part->time.given ? &spot : where->outer};
    const char *device = part->device.given ? place_text(w, &part->device, &spot) : NULL;

    if (device)
        spot.device = profile_device_id(w->arena, device);
    if (part->channel.given)
        spot.channel = place_text(w, &part->channel, &spot);
    if (!spot.device)
        spot.device = "";
    k.fallback = part->fallback;
    k.historical = k.when.historical = is_historical(&spot);
    for (size_t i = 0; i < part->value_count && !w->out_of_memory && !w->full; i++) {
        k.v = &part->values[i];
        make_value(&k);
    }
}

/* The items of the list that each points to, or the spot itself. */
static void read_each(struct profile_work *w, const struct profile *p,
                      const struct profile_part *part, const struct profile_time *time,
                      const struct profile_spot *spot)
{
    const cJSON *list = part->each ? profile_point(spot, part->each) : NULL;

    if (!part->each) {
        read_spot(w, p, part, time, spot);
        return;
    }
    if (!list || !json_is(list, cJSON_Array)) {
        profile_say(w, p, "each \"%s\": no list there", part->each);
        return;
    }
    for (const cJSON *c = list->child; c && !w->out_of_memory && !w->full; c = c->next) {
        struct profile_spot at = *spot;
        at.at = c;
        read_spot(w, p, part, time, &at);
    }
}

void profile_part_read(struct profile_work *w, const struct profile *p,
                       const struct profile_part *part, const struct profile_time *time,
                       const struct profile_spot *spot)
{
    const cJSON *object = part->each_member ? profile_point(spot, part->each_member) : NULL;

    if (part->value_count == 0)
        return;
    if (!part->each_member) {
        read_each(w, p, part, time, spot);
        return;
    }
    if (!object || !json_is(object, cJSON_Object)) {
        profile_say(w, p, "each_member \"%s\": no object there", part->each_member);
        return;
    }
    for (const cJSON *c = object->child; c && !w->out_of_memory && !w->full; c = c->next) {
        struct profile_spot at = *spot;
        if (!json_is(c, cJSON_Object) && !json_is(c, cJSON_Array))
            continue;
        at.at = c;
        at.member = c->string;
        read_each(w, p, part, time, &at);
    }
}
