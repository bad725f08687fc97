#include "shikumen/io/zone_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shikumen/base/file.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"
#define FILE_MAX_BYTES (256u << 10)

static enum err read_zone(const char *name, struct arena *arena, struct time_zone *out)
{
    struct strbuf text = {0};
    char path[128];
    enum err e;

    if (zone_fixed(name, out))
        return ERR_OK;
    if (!zone_is_name(name) ||
        snprintf(path, sizeof path, ZONE_DIRECTORY "/%s", name) >= (int)sizeof path)
        return ERR_NOTFOUND;
    e = file_read(path, FILE_MAX_BYTES, &text);
    if (e == ERR_OK)
        e = zone_decode((const uint8_t *)strbuf_text(&text), text.len, arena, out);
    strbuf_free(&text);
    return e == ERR_RANGE ? ERR_PARSE : e;
}

enum err zone_list_add(struct zone_list *l, const char *name, const struct time_zone **out)
{
    const struct time_zone *known = zone_find(l, name);
    struct zone_node *node;
    enum err e = ERR_OK;

    if (!known) {
        node = arena_alloc(&l->arena, sizeof *node);
        name = arena_strdup(&l->arena, name);
        if (node)
            *node = (struct zone_node){.zone.name = name, .next = l->first};
        e = node && name ? read_zone(name, &l->arena, &node->zone) : ERR_NOMEM;
        if (e == ERR_OK) {
            l->first = node;
            known = &node->zone;
        }
    }
    if (out)
        *out = known;
    return e;
}

enum err zone_list_need(struct zone_list *l, const char *name, const char *file, const char *member,
                        struct fault_list *faults, const struct time_zone **out)
{
    enum err e = zone_list_add(l, name, out);

    if (e == ERR_OK || e == ERR_NOMEM)
        return e;
    if (access(ZONE_DIRECTORY, X_OK) != 0)
        fault_add(
            faults, file, 0,
            "%s: “%s”：本系统没有时区数据库（安装 tzdata，或写 +08:00）/ \"%s\": this system has "
            "no time zones (install tzdata, or write +08:00)",
            member, name, name);
    else
        fault_add(
            faults, file, 0,
            "%s: 本系统没有时区“%s”（可写 Asia/Shanghai、UTC、+08:00）/ \"%s\" is no time zone of "
            "this system (Asia/Shanghai, UTC, +08:00)",
            member, name, name);
    return ERR_CONFIG;
}
