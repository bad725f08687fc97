/* A packet: a few named texts, handed over as a ZIP file or a folder, with a manifest that vouches
 * for them. */
#ifndef SHIKUMEN_CLI_PACKET_H
#define SHIKUMEN_CLI_PACKET_H

#include "ctl.h"

#define PACKET_FILES_MAX 32
#define PACKET_NAME_SIZE 24

struct packet {
    struct packet_file {
        char name[PACKET_NAME_SIZE];
        struct strbuf text;
    } file[PACKET_FILES_MAX];
    size_t count;
    int64_t time_us; /* of all files */
};

/* A new empty file; NULL: there are PACKET_FILES_MAX, or one of that name. */
struct strbuf *packet_add(struct packet *p, const char *name);
void packet_free(struct packet *p);

/* Appends the JSON array of the files so far: name, bytes, sha256. ERR_NOMEM. */
enum err packet_list(const struct packet *p, struct strbuf *out) MUST_USE;

/* Whether path can be made: EXIT_DONE, or EXIT_FAILED after saying that it is there already (a
 * folder that is empty is not), unless force. "-": standard output. */
int packet_target(struct ctl *c, const char *path, bool force);

/* Writes it: path ending in ".zip" or "-" as a ZIP file, else as a folder; whole or not at all
 * (into a folder that is there already, by force, file by file). Same packet, same bytes. Returns
 * an exit code after saying what is wrong. */
int packet_write(struct ctl *c, const struct packet *p, const char *path);

/* The ZIP file in memory (packet_zip.c). ERR_NOMEM. */
enum err packet_zip(const struct packet *p, struct strbuf *out) MUST_USE;

#endif
