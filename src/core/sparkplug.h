/* Sparkplug B (Eclipse Sparkplug 3.0): payloads, births and aliases. Private to core. */
#ifndef SHIKUMEN_SPARKPLUG_H
#define SHIKUMEN_SPARKPLUG_H

#include "profile_part.h"

/* What is known of edge nodes since their births. */
struct sparkplug_memory;
struct sparkplug_memory *sparkplug_memory_new(void); /* NULL when memory is out */
void sparkplug_memory_forget(struct sparkplug_memory *m);
void sparkplug_memory_free(struct sparkplug_memory *m);

/* The document of a message: {"group","type","node","device","seq","bdSeq","timestamp","state",
 * "metrics":[{"name","value","timestamp","datatype","unit","is_historical","is_null"}]}, aliases
 * resolved. Follows births, deaths and sequence numbers in the memory of the context, and asks for
 * a rebirth in w->out. NULL with *why when it is none. */
cJSON *sparkplug_document(struct profile_work *w, const char **why);

#endif
