/* Certificates for TLS tests: an authority, a server for localhost and 127.0.0.1, clients. */
#ifndef SHIKUMEN_TESTS_CERTS_H
#define SHIKUMEN_TESTS_CERTS_H

/* Writes ca.pem, server.pem and server.key into folder (EC P-256, valid for a day either side of
 * now); the authority's key is kept as ca.key for certs_client. Aborts the test on failure. */
void certs_make(const char *folder);

/* Writes NAME.pem and NAME.key into the same folder: a client certificate with CN name. */
void certs_client(const char *folder, const char *name);

#endif
