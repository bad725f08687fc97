/* Who may do what over HTTP. Names of roles are written in files; never rename. */
#ifndef SHIKUMEN_MODEL_TOKEN_H
#define SHIKUMEN_MODEL_TOKEN_H

#include <stddef.h>
#include <stdint.h>

/* Each may what those before it may. */
enum role {
    ROLE_NONE,     /* anybody who reaches the daemon */
    ROLE_VIEWER,   /* read */
    ROLE_OPERATOR, /* acknowledge, comment, assign, resolve, silence, propose, record */
    ROLE_PLANNER,  /* approve and reject proposals, say that they are done, override classes */
    ROLE_ADMIN,    /* all there is */
    ROLE_COUNT
};
const char *role_name(enum role role);    /* "viewer"; of ROLE_NONE "none" */
enum role role_by_name(const char *name); /* ROLE_COUNT: none; "none" is no role to give */

#define TOKEN_HASH_BYTES      32
#define TOKEN_NAME_CHARACTERS 64

struct token {
    const char *name; /* of who holds it, as the audit shows it */
    enum role role;
    uint8_t hash[TOKEN_HASH_BYTES]; /* SHA-256 of the token */
};

struct token_list {
    struct token *tokens;
    size_t count;
};

#endif
