#include "shikumen/model/token.h"

#include <string.h>

static const char *const names[ROLE_COUNT] = {"none", "viewer", "operator", "planner", "admin"};

const char *role_name(enum role role)
{
    return role < ROLE_COUNT ? names[role] : "none";
}

enum role role_by_name(const char *name)
{
    for (enum role r = ROLE_VIEWER; r < ROLE_COUNT; r++)
        if (strcmp(names[r], name) == 0)
            return r;
    return ROLE_COUNT;
}
