#include "certs.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

static void require(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "certs: %s\n", what);
        abort();
    }
}

static FILE *open_in(const char *folder, const char *name, const char *suffix, const char *mode)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    f = fopen(path, mode);
    require(f != NULL, path);
    return f;
}

static void write_pair(const char *folder, const char *name, X509 *certificate, EVP_PKEY *key)
{
    FILE *f = open_in(folder, name, ".pem", "we");

    require(PEM_write_X509(f, certificate), "write certificate");
    fclose(f);
    f = open_in(folder, name, ".key", "we");
    require(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), "write key");
    fclose(f);
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *e;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    require(e && X509_add_ext(certificate, e, -1), "extension");
    X509_EXTENSION_free(e);
}

static X509 *new_certificate(const char *common_name, EVP_PKEY *key, const X509 *issuer)
{
    X509 *c = X509_new();
    X509_NAME *name = X509_NAME_new();
    long serial;

    require(c && name && RAND_bytes((unsigned char *)&serial, sizeof serial) == 1, "new");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1,
                               -1, 0);
    X509_set_version(c, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c), serial & 0x7fffffff);
    X509_gmtime_adj(X509_getm_notBefore(c), -86400);
    X509_gmtime_adj(X509_getm_notAfter(c), 86400);
    X509_set_subject_name(c, name);
    X509_set_issuer_name(c, issuer ? X509_get_subject_name(issuer) : name);
    require(X509_set_pubkey(c, key), "public key");
    X509_NAME_free(name);
    return c;
}

static void make_authority(const char *folder)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *c = new_certificate("Test authority", key, NULL);

    add_extension(c, c, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(c, c, NID_key_usage, "critical,keyCertSign,cRLSign");
    require(X509_sign(c, key, EVP_sha256()) > 0, "sign");
    write_pair(folder, "ca", c, key);
    X509_free(c);
    EVP_PKEY_free(key);
}

static void make_signed(const char *folder, const char *name, const char *common_name,
                        const char *usage, const char *alternative)
{
    FILE *f = open_in(folder, "ca", ".pem", "re");
    X509 *ca = PEM_read_X509(f, NULL, NULL, NULL), *c;
    EVP_PKEY *ca_key, *key = EVP_EC_gen("P-256");

    fclose(f);
    f = open_in(folder, "ca", ".key", "re");
    ca_key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    fclose(f);
    require(ca && ca_key && key, "read the authority");
    c = new_certificate(common_name, key, ca);
    add_extension(c, ca, NID_ext_key_usage, usage);
    if (alternative)
        add_extension(c, ca, NID_subject_alt_name, alternative);
    require(X509_sign(c, ca_key, EVP_sha256()) > 0, "sign");
    write_pair(folder, name, c, key);
    X509_free(c);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
}

void certs_make(const char *folder)
{
    make_authority(folder);
    make_signed(folder, "server", "localhost", "serverAuth", "DNS:localhost,IP:127.0.0.1");
}

void certs_client(const char *folder, const char *name)
{
    make_signed(folder, name, name, "clientAuth", NULL);
}
