/* What the files of the HTTP side share. One thread (api_run) keeps the server, takes new plans and
 * feeds the streams; workers answer requests, each with databases of its own. */
#ifndef SHIKUMEN_SVC_API_PARTS_H
#define SHIKUMEN_SVC_API_PARTS_H

#include <pthread.h>
#include <stdarg.h>

#include "shikumen/base/arena.h"
#include "shikumen/base/strbuf.h"
#include "shikumen/io/http_server.h"
#include "shikumen/model/token.h"
#include "shikumen/svc/hub.h"
#include "shikumen/view/desk.h"

struct cJSON;
struct api_call;

/* --- what a request may say --- */

enum api_type {
    API_TEXT, /* least..most bytes */
    API_INT,  /* least..most */
    API_TIME, /* RFC 3339, a date, or an age such as "-7d"; microseconds UTC */
    API_WORD  /* one of words; number is its index */
};

struct api_param {
    const char *name;
    enum api_type type;
    int64_t least, most;
    const char *const *words; /* NULL at the end */
};

/* A parameter as it was given. */
struct api_value {
    const char *text; /* decoded; NULL: not given */
    int64_t number;
};

#define API_PARAMS_MOST 16

/* --- routes --- */

typedef enum err api_handler(struct api_call *c);

enum api_flag {
    ROUTE_OPEN = 1,  /* for whoever reaches the daemon, token or not */
    ROUTE_STORE = 2, /* needs the databases; 503 while there are none */
    ROUTE_NO_ETAG = 4,
    ROUTE_READER =
        8,          /* programs that know no more than a name and a password are asked for these */
    ROUTE_KEPT = 16 /* the same answer for a moment to whoever asks the same (api_kept.c); its
                       media type is a literal, and it depends on target and databases alone */
};

struct api_route {
    const char *method; /* GET answers HEAD as well */
    /* "{id}" stands for one character or more, "/" among them; what stands first in the table wins
     */
    const char *path;
    enum role role; /* at least; ignored with ROUTE_OPEN */
    api_handler *run;
    unsigned flags;
    struct api_param params[API_PARAMS_MOST]; /* up to the first without a name */
};

struct api_routes {
    const struct api_route *routes; /* NULL: the end */
    const size_t *count;
};
/* All tables of routes, the last one empty. */
extern const struct api_routes api_route_tables[];

/* What a path (decoded) leads to. *id is set to the part that {id} stands for ("" without one).
 * NULL: nowhere (allow "") or not by this method (allow is "GET, HEAD"). */
const struct api_route *api_route_find(const char *method, const char *path, struct arena *arena,
                                       const char **id, char allow[64]);

/* --- a call --- */

#define API_HEADERS_MOST 12

struct api;

struct api_call {
    struct api *api;
    struct http_request *request;
    struct kept *kept; /* of the worker */
    bool keeps;        /* its answer may be kept */
    bool streams;      /* the request was taken by a stream; nothing is answered */

    /* what was asked */
    const char *method; /* GET for HEAD */
    const char *path;   /* decoded, UTF-8 without control characters */
    const char *id;
    const struct api_route *route;
    struct api_value values[API_PARAMS_MOST]; /* by params of the route */
    struct cJSON *json;                       /* body of POST and DELETE, an object; NULL: none */
    enum role role;
    const struct token *token; /* NULL: none was shown */
    bool by_cookie;

    /* to answer it with */
    struct plan *plan;
    struct desk desk;    /* of the plan; its databases are NULL while they are not there */
    struct arena *arena; /* the desk's; until it is answered */

    /* the answer */
    int status;
    const char *type; /* media type */
    struct strbuf body;
    const void *forever; /* in the place of body: bytes that outlive the daemon, packed */
    size_t forever_len;
    bool copied;        /* forever is not for ever, but for this call */
    const char *etag;   /* set by the handler; NULL: of the body */
    const char *cache;  /* Cache-Control; NULL: the usual */
    const char *policy; /* Content-Security-Policy; NULL: the usual */
    struct http_header headers[API_HEADERS_MOST];
    size_t header_count;
};

/* Value of a parameter of the route, which must have one of this name. */
const char *api_text(const struct api_call *c, const char *name); /* NULL: not given */
int64_t api_number(const struct api_call *c, const char *name, int64_t absent);
bool api_given(const struct api_call *c, const char *name);

/* A text of the body, NULL when it is not there or is none. */
const char *api_member(const struct api_call *c, const char *name);

/* Adds a header; value must live until the call ends. */
void api_header(struct api_call *c, const char *name, const char *value);

/* Answers with a problem (RFC 9457), its text in both languages; return ERR_OK. */
enum err api_problem(struct api_call *c, int status, const char *zh, const char *en, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* The same of status 400 about a parameter or a member of the body: what is allowed. */
enum err api_problem_parameter(struct api_call *c, const char *name, const char *allowed);

/* Makes a problem of what a handler could not do. */
void api_fail(struct api_call *c, enum err e);

/* --- steps of a call, each false once the call has its answer (a problem) --- */

bool api_read_target(struct api_call *c, const char **query); /* path; the query still encoded */
bool api_read_query(struct api_call *c, const char *query);
bool api_read_body(struct api_call *c);
bool api_gate(struct api_call *c); /* Host, Origin, how often */
bool api_auth(struct api_call *c); /* who, and whether that is enough */

/* Answers the request with what the call has: entity tags, gzip, headers. */
void api_reply(struct api_call *c);

/* The whole of it: reads, routes, runs, answers. */
void api_answer(struct api_call *c);

/* --- answers that are kept --- */

#define KEPT_MOST        8
#define KEPT_TARGET_SIZE 256
struct kept_answer {
    int64_t until_us; /* monotonic; 0: none */
    char target[KEPT_TARGET_SIZE], tag[40];
    const char *type;
    struct strbuf packed;
};
struct kept {
    struct kept_answer answers[KEPT_MOST];
    struct plan *plan; /* that they are of; NULL: there are none */
    int64_t version;   /* of state.db, likewise */
};
/* True when the call has its answer from them. */
bool api_kept_give(struct api_call *c);
/* Keeps the answer that its handler has made, if it may be. */
void api_kept_keep(struct api_call *c);
void api_kept_clear(struct kept *kept);

/* --- parts of api --- */

/* How often something may be done by an address: a token bucket for each of the latest. */
#define GATE_ADDRESSES 256
enum gate_act { GATE_POST, GATE_FAILURE, GATE_ACTS };
struct gate_bucket {
    char address[HTTP_ADDRESS_SIZE];
    struct {
        double left;
        int64_t since_us; /* monotonic; 0: nobody's yet */
    } of[GATE_ACTS];
};
struct gate {
    pthread_mutex_t mutex;
    struct gate_bucket buckets[GATE_ADDRESSES];
};
/* Takes one of what address may do; false: none is left. */
bool gate_take(struct gate *g, enum gate_act act, const char *address, int64_t monotonic_us);

#define WORKERS    4
#define QUEUE_MOST 256

/* How long a request may take; so many of each kind are at work at a time, so that what is short
 * always finds a worker, and a plot need not wait for a report. */
enum api_weight { WEIGHT_LIGHT, WEIGHT_HEAVY, WEIGHT_LONG, WEIGHT_COUNT };

struct api_queue {
    struct http_request *requests[QUEUE_MOST];
    size_t first, count;
    size_t working; /* requests of this kind that workers are at */
};

struct worker {
    struct api *api;
    pthread_t thread;
    struct arena arena;
    struct readings_reader *readings;
    struct state_db *state;
    struct kept kept;
    struct plan *calibrated; /* whose registry the readings are calibrated by; NULL: none yet */
};

/* The streams of /api/v1/events; all but the handler by the thread of api_run. */
struct api_events;
enum err api_events_make(struct api *a) MUST_USE;
void api_events_free(struct api *a);
/* Pushes what is new to whoever listens. */
void api_events_round(struct api *a);
/* Ends all streams; their clients come back. */
void api_events_end(struct api *a);

struct api {
    struct hub *hub;
    struct plan *plan; /* that the server and the streams are of; requests take the hub's */
    struct http_server *server; /* NULL: not listening */
    struct strbuf listening;    /* what it was started with, to see whether that has changed */
    int64_t retry_us, pause_us; /* monotonic: not before; how long the latest pause was */
    struct gate gate;
    struct api_events *events;
    atomic_int waiting; /* workers that wait for the assessor to take an act */

    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t more, idle;
    struct api_queue queues[WEIGHT_COUNT];
    bool ending; /* workers answer what waits and end */
    struct worker workers[WORKERS];
    size_t worker_count;
};

/* Puts a request into the queue; answers 503 at once when that is full. */
void api_enqueue(void *api, struct http_request *r);
enum err api_workers_start(struct api *a) MUST_USE;
void api_workers_stop(struct api *a);
/* Waits until no request is in hand. */
void api_wait_idle(struct api *a);

#endif
