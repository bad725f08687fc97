/* Brokers that refuse, say nothing, or give the session to another: the daemon says why, once, and
 * comes back. The waiting is the daemon's own, so all three run side by side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon.h"
#include "publisher.h"

static void write_site(struct site *s, const char *mqtt)
{
    site_sensor(s, &(struct site_sensor){.id = "H1/n1/t",
                                         .node = "H1/n1",
                                         .house = "H1",
                                         .quantity = "temperature",
                                         .unit = "Cel",
                                         .more = "\"medium\":\"indoor\""});
    site_registry(s, "[{\"id\":\"H1\"}]");
    site_config(s, mqtt, NULL, NULL);
}

/* --- a wrong password, put right --- */

static void begin_refused(struct site *s, char **secret)
{
    char *mqtt, *passwords;

    site_make(s, "refused", NULL);
    passwords = path_in(s->folder, "passwords");
    *secret = path_in(s->folder, "secret");
    broker_password(passwords, "shikumend", "sesame");
    write_text(*secret, "wrong\n");
    s->broker = broker_start(s->folder, &(struct broker_options){.password_file = passwords});
    s->port = s->broker.port;
    assert_true(asprintf(&mqtt, "username = \"shikumend\"; password_file = \"%s\";", *secret) > 0);
    write_site(s, mqtt);
    site_start(s);
    free(mqtt);
    free(passwords);
}

static void check_refused(struct site *s)
{
    site_wait_text(s, "broker", "refused: ");
    site_wait_text(s, "state", "degraded");
    assert_int_equal(site_log_lines(s, "broker state=\"refused: Not authorized"), 1);
}

/* --- a broker that accepts and says nothing --- */

static int open_silent(struct site *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 64), 0); /* the kernel accepts; nobody ever reads */
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    site_make(s, "silent", NULL);
    s->port = ntohs(a.sin_port);
    write_site(s, NULL);
    site_start(s);
    return fd;
}

static void check_silent(struct site *s)
{
    site_wait_text(s, "broker", "connecting");
    site_wait_log(s, "accepts but does not answer", 1);
    site_wait_text(s, "state", "degraded");
    assert_int_equal(site_log_lines(s, "accepts but does not answer"), 1);
}

/* --- another client with the same id --- */

/* It takes the session back whenever it loses it, until the daemon says what is going on. */
static struct publisher *take_over(struct site *s)
{
    struct publisher *other;
    double end = now_s() + PATIENCE_S;

    site_make(s, "takeover", &(struct broker_options){0});
    write_site(s, "client_id = \"the-daemon\";");
    site_start_connected(s);
    other = publisher_open(&(struct publisher_options){.port = s->port, .client_id = "the-daemon"});
    while (site_log_lines(s, "another client") == 0 && now_s() < end)
        publisher_idle(other, 20);
    site_wait_log(s, "another client use", 1);
    return other;
}

static void check_takeover(struct site *s, struct publisher *other)
{
    site_wait_text(s, "state", "degraded");
    publisher_idle(other, 3000);
    assert_int_equal(site_log_lines(s, "another client use"), 1);
    assert_true(site_log_lines(s, "broker state=") <= 6);
    publisher_close(other);
}

static void check_comes_back(struct site *s, const char *username, const char *password)
{
    site_wait_connected(s);
    struct publisher *p = publisher_open(
        &(struct publisher_options){.port = s->port, .username = username, .password = password});
    const char payload[] = "[{\"n\":\"t\",\"u\":\"Cel\",\"v\":20}]";
    assert_true(publisher_send(p, "shikumen/v1/H1/n1/senml", payload, strlen(payload)));
    assert_true(publisher_flush(p, PATIENCE_S));
    site_wait_received(s, 1);
    site_wait_text(s, "state", "ok");
    publisher_close(p);
    site_stop(s);
    site_reconcile(s);
    site_free(s);
}

static void test_brokers_that_do_not_serve(void **state)
{
    struct site refused, silent, taken;
    char *secret;
    (void)state;

    begin_refused(&refused, &secret);
    int listener = open_silent(&silent);
    struct publisher *other = take_over(&taken);
    check_refused(&refused);
    write_text(secret, "sesame\n");
    check_takeover(&taken, other);
    check_silent(&silent);
    site_stop(&silent);
    close(listener);
    site_free(&silent);
    check_comes_back(&refused, "shikumend", "sesame");
    check_comes_back(&taken, NULL, NULL);
    free(secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_brokers_that_do_not_serve)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
