#include "shikumen/model/zone.h"

#include <string.h>

#include "zone_rule.h"

#define US_PER_S   INT64_C(1000000)
#define FARTHEST_S (26 * 3600) /* RFC 8536, section 3.2: offsets between -25 h and 26 h */
#define NAME_MAX   64
#define FIXED_H    14 /* no clock is further ahead (Pacific/Kiritimati) */

const struct time_zone zone_utc = {.name = "UTC"};

/* --- names --- */

bool zone_is_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t n = strlen(name);

    if (n == 0 || n > NAME_MAX || strspn(name, letters) == 0 || name[n - 1] == '/' ||
        strstr(name, "//") || strncmp(name, "right/", 6) == 0 || strcmp(name, "localtime") == 0)
        return false;
    return strspn(name + strspn(name, letters), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
                                                "wxyz0123456789_+-/") == n - strspn(name, letters);
}

static int two_digits(const char *at)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return -1;
    return (at[0] - '0') * 10 + at[1] - '0';
}

bool zone_fixed(const char *name, struct time_zone *out)
{
    int hours, minutes = 0;
    const char *at;

    *out = (struct time_zone){.name = name};
    if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0)
        return true;
    if (*name != '+' && *name != '-')
        return false;
    hours = two_digits(name + 1);
    if (hours < 0 || hours > FIXED_H)
        return false;
    at = name + 3 + (name[3] == ':');
    if (*at || name[3] == ':') {
        minutes = two_digits(at);
        if (minutes < 0 || minutes > 59 || at[2])
            return false;
    }
    out->first_s = (int32_t)(hours * 3600 + minutes * 60) * (*name == '-' ? -1 : 1);
    return true;
}

bool zone_is_utc(const struct time_zone *z)
{
    const struct zone_rule *r = &z->rule;

    return z->count == 0 && (r->given ? !r->summer && r->standard_s == 0 : z->first_s == 0);
}

/* --- UTC to local --- */

/* Number of changes not after t_s. */
static size_t changes_until(const struct time_zone *z, int64_t t_s)
{
    size_t low = 0, high = z->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (z->at_s[mid] <= t_s)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

int32_t zone_offset_s(const struct time_zone *z, int64_t t_s)
{
    size_t n = changes_until(z, t_s);

    if (n == z->count && z->rule.given)
        return zone_rule_offset_s(&z->rule, t_s);
    return n > 0 ? z->offset_s[n - 1] : z->first_s;
}

static int64_t floor_s(int64_t t_us)
{
    return t_us / US_PER_S - (t_us % US_PER_S < 0);
}

int64_t zone_offset_us(const struct time_zone *z, int64_t t_us)
{
    return zone_offset_s(z, floor_s(t_us)) * US_PER_S;
}

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return b < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

int64_t zone_local_us(const struct time_zone *z, int64_t t_us)
{
    if (t_us == INT64_MIN || t_us == INT64_MAX)
        return t_us;
    return add(t_us, zone_offset_us(z, t_us));
}

/* --- local to UTC --- */

static bool change_after(const struct time_zone *z, int64_t t_s, int64_t *at_s)
{
    size_t n = changes_until(z, t_s);

    if (n < z->count) {
        *at_s = z->at_s[n];
        return true;
    }
    return z->rule.given && zone_rule_after(&z->rule, t_s, at_s);
}

/* Offsets with which a wall time is read: of the first and the last period in which the clocks show
 * it; else those after and before the change that left it out. */
struct reading {
    int fits;
    int32_t first_s, last_s;
    int32_t after_s, before_s;
};

/* One period after the other of those in which wall_s can lie. */
static struct reading read_wall(const struct time_zone *z, int64_t wall_s)
{
    struct reading r = {0};
    int64_t from_s = wall_s - FARTHEST_S, next_s = 0;
    int32_t offset_s = zone_offset_s(z, from_s);

    for (;;) {
        bool changes = change_after(z, from_s, &next_s) && next_s <= wall_s + FARTHEST_S;
        int64_t t_s = wall_s - offset_s;

        if (t_s >= from_s && (!changes || t_s < next_s)) {
            r.first_s = r.fits++ == 0 ? offset_s : r.first_s;
            r.last_s = offset_s;
        }
        if (!changes)
            return r;
        from_s = next_s;
        if (t_s >= next_s && wall_s - zone_offset_s(z, next_s) < next_s) {
            r.before_s = offset_s;
            r.after_s = zone_offset_s(z, next_s);
        }
        offset_s = zone_offset_s(z, next_s);
    }
}

enum zone_fit zone_to_utc(const struct time_zone *z, int64_t wall_us, int64_t *first_us,
                          int64_t *second_us)
{
    struct reading r = read_wall(z, floor_s(wall_us));

    if (r.fits == 0) {
        *first_us = add(wall_us, -(r.after_s * US_PER_S));
        *second_us = add(wall_us, -(r.before_s * US_PER_S));
        return ZONE_NEVER;
    }
    *first_us = add(wall_us, -(r.first_s * US_PER_S));
    *second_us = add(wall_us, -(r.last_s * US_PER_S));
    return r.fits == 1 ? ZONE_ONCE : ZONE_TWICE;
}

int64_t zone_to_utc_us(const struct time_zone *z, int64_t wall_us)
{
    int64_t first_us, second_us;

    return zone_to_utc(z, wall_us, &first_us, &second_us) == ZONE_NEVER ? second_us : first_us;
}

/* --- several --- */

const struct time_zone *zone_find(const struct zone_list *l, const char *name)
{
    for (const struct zone_node *n = l->first; n; n = n->next)
        if (strcmp(n->zone.name, name) == 0)
            return &n->zone;
    return NULL;
}

void zone_list_free(struct zone_list *l)
{
    arena_free(&l->arena);
    l->first = NULL;
}
