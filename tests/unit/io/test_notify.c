/* sd_notify(3) protocol through a real datagram socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "shikumen/io/notify.h"
#include "tmpdir.h"

static int bind_socket(const char *path, size_t length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_true(length <= sizeof address.sun_path);
    memcpy(address.sun_path, path, length);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
                     0);
    return fd;
}

static int clear_environment(void **state)
{
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return 0;
}

static void expect_message(int fd, const char *expected)
{
    char text[8192];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);

    assert_true(n >= 0);
    text[n] = '\0';
    assert_string_equal(text, expected);
}

static void expect_no_message(int fd)
{
    char byte;

    assert_int_equal(recv(fd, &byte, 1, 0), -1);
}

static void test_without_systemd_nothing_happens(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "1000000", 1);
    struct notify n = notify_open();

    assert_int_equal(n.fd, -1);
    assert_int_equal(n.watchdog_us, 0);
    notify_send(&n, "READY=%d", 1);
    notify_close(&n);
    assert_int_equal(n.fd, -1);
}

static void test_named_socket(void **state)
{
    char *folder = tmpdir_make("notify");
    char path[256];
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s/n", folder);
    fd = bind_socket(path, strlen(path) + 1);
    setenv("NOTIFY_SOCKET", path, 1);
    struct notify n = notify_open();
    notify_send(&n, "READY=1\nSTATUS=%d of %s", 3, "four");
    expect_message(fd, "READY=1\nSTATUS=3 of four");
    notify_send(&n, "WATCHDOG=1");
    notify_send(&n, "STOPPING=1");
    expect_message(fd, "WATCHDOG=1");
    expect_message(fd, "STOPPING=1");
    notify_close(&n);
    notify_send(&n, "READY=1");
    expect_no_message(fd);
    close(fd);
    tmpdir_remove(folder);
}

static void test_abstract_socket(void **state)
{
    char name[64];
    int fd;

    (void)state;
    snprintf(name, sizeof name, "@shikumen-test-%ld", (long)getpid());
    name[0] = '\0';
    fd = bind_socket(name, 1 + strlen(name + 1));
    name[0] = '@';
    setenv("NOTIFY_SOCKET", name, 1);
    struct notify n = notify_open();
    notify_send(&n, "READY=1");
    expect_message(fd, "READY=1");
    notify_close(&n);
    close(fd);
}

static void test_long_message_is_cut_not_lost(void **state)
{
    char *folder = tmpdir_make("notify");
    char path[256], status[5000], got[8192];
    int fd;
    ssize_t length;

    (void)state;
    memset(status, 'x', sizeof status - 1);
    status[sizeof status - 1] = '\0';
    snprintf(path, sizeof path, "%s/n", folder);
    fd = bind_socket(path, strlen(path) + 1);
    setenv("NOTIFY_SOCKET", path, 1);
    struct notify n = notify_open();
    notify_send(&n, "STATUS=%s", status);
    length = recv(fd, got, sizeof got, 0);
    assert_true(length > 1000 && length < 5000);
    assert_memory_equal(got, "STATUS=xxxx", 11);
    assert_int_equal(got[length - 1], 'x');
    notify_close(&n);
    close(fd);
    tmpdir_remove(folder);
}

static void test_sender_survives_a_full_and_a_vanished_receiver(void **state)
{
    char *folder = tmpdir_make("notify");
    char path[256];
    int fd, received = 0;
    char byte;

    (void)state;
    snprintf(path, sizeof path, "%s/n", folder);
    fd = bind_socket(path, strlen(path) + 1);
    setenv("NOTIFY_SOCKET", path, 1);
    struct notify n = notify_open();
    for (int i = 0; i < 10000; i++)
        notify_send(&n, "WATCHDOG=1");
    while (recv(fd, &byte, 1, 0) >= 0)
        received++;
    assert_in_range(received, 1,
                    9999); /* the queue is short; the rest was dropped, not waited for */
    notify_send(&n, "STATUS=again");
    expect_message(fd, "STATUS=again");
    close(fd);
    notify_send(&n, "STATUS=nobody");
    notify_close(&n);
    tmpdir_remove(folder);
}

static void test_addresses_that_are_none(void **state)
{
    char too_long[300];
    const char *const addresses[] = {
        "", "@", "/", "relative/path", "vsock:2:1234", "/does/not/exist", too_long};

    (void)state;
    memset(too_long, 'a', sizeof too_long - 1);
    too_long[0] = '/';
    too_long[sizeof too_long - 1] = '\0';
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        setenv("NOTIFY_SOCKET", addresses[i], 1);
        struct notify n = notify_open();
        assert_int_equal(n.fd, -1);
        notify_send(&n, "READY=1");
        notify_close(&n);
    }
}

struct watchdog_case {
    const char *usec;
    int pid; /* 0: not set, 1: ours, 2: another's, 3: not a number */
    int64_t expected_us;
};

static void test_watchdog_environment(void **state)
{
    static const struct watchdog_case cases[] = {
        {"30000000", 0, 30000000},
        {"30000000", 1, 30000000},
        {"30000000", 2, 0},
        {"30000000", 3, 0},
        {"0", 1, 0},
        {"-5", 1, 0},
        {"", 1, 0},
        {"30s", 1, 0},
        {" 30", 1, 0},
        {"99999999999999999999", 1, 0},
        {NULL, 1, 0},
    };
    char *folder = tmpdir_make("notify");
    char path[256], pid[32];
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s/n", folder);
    fd = bind_socket(path, strlen(path) + 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct watchdog_case *c = &cases[i];
        clear_environment(NULL);
        setenv("NOTIFY_SOCKET", path, 1);
        if (c->usec)
            setenv("WATCHDOG_USEC", c->usec, 1);
        snprintf(pid, sizeof pid, "%ld", (long)getpid() + (c->pid == 2));
        if (c->pid)
            setenv("WATCHDOG_PID", c->pid == 3 ? "12x" : pid, 1);
        struct notify n = notify_open();
        assert_true(n.fd >= 0);
        assert_int_equal(n.watchdog_us, c->expected_us);
        notify_close(&n);
    }
    close(fd);
    tmpdir_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_without_systemd_nothing_happens, clear_environment),
        cmocka_unit_test_setup(test_named_socket, clear_environment),
        cmocka_unit_test_setup(test_abstract_socket, clear_environment),
        cmocka_unit_test_setup(test_long_message_is_cut_not_lost, clear_environment),
        cmocka_unit_test_setup(test_sender_survives_a_full_and_a_vanished_receiver,
                               clear_environment),
        cmocka_unit_test_setup(test_addresses_that_are_none, clear_environment),
        cmocka_unit_test_setup(test_watchdog_environment, clear_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
