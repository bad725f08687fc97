#include "shikumen/model/settings.h"

#include <stdlib.h>

void settings_free(struct settings *s)
{
    if (!s)
        return;
    arena_free(&s->arena);
    free(s);
}
