#include "shikumen/base/err.h"

const char *err_name(enum err e)
{
    switch (e) {
    case ERR_OK:
        return "ok";
    case ERR_NOMEM:
        return "nomem";
    case ERR_IO:
        return "io";
    case ERR_FULL:
        return "full";
    case ERR_BUSY:
        return "busy";
    case ERR_CORRUPT:
        return "corrupt";
    case ERR_PARSE:
        return "parse";
    case ERR_RANGE:
        return "range";
    case ERR_NOTFOUND:
        return "notfound";
    case ERR_EXISTS:
        return "exists";
    case ERR_CONFIG:
        return "config";
    case ERR_NET:
        return "net";
    case ERR_REFUSED:
        return "refused";
    case ERR_CLOSED:
        return "closed";
    case ERR_TOO_FEW:
        return "too_few";
    case ERR_NOT_FINITE:
        return "not_finite";
    case ERR_CONSTANT:
        return "constant";
    case ERR_SINGULAR:
        return "singular";
    case ERR_ORDER:
        return "order";
    case ERR_DIVERGED:
        return "diverged";
    }
    return "unknown";
}
