#!/usr/bin/env bash
# A real mosquitto with the shipped example files (paths and ports replaced): TLS with client
# certificates, a node publishes under its own name only, the daemon's user reads everything and
# publishes nothing, a node cannot take over the daemon's session, and what waits for the daemon
# outlives a broker restart.
set -euo pipefail

PATH=$PATH:/usr/sbin
for tool in mosquitto mosquitto_pub mosquitto_sub mosquitto_passwd openssl; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
folder=$(mktemp -d "${TMPDIR:-/tmp}/shikumen-acl.XXXXXX")
broker=
listener=

finish() {
    [ -z "$listener" ] || kill "$listener" 2>/dev/null || true
    [ -z "$broker" ] || kill "$broker" 2>/dev/null || true
    wait
    rm -rf "$folder"
}
trap finish EXIT

fail() {
    echo "FAILED: $*" >&2
    tail -n 20 "$folder"/*.log >&2 || true
    exit 1
}

free_port() {
    local port
    while :; do
        port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# --- certificates: an authority, the broker's, and one per node ---

make_certificate() { # NAME SUBJECT EXTENSIONS
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" \
        -keyout "$folder/$1.key" -out "$folder/$1.csr" 2>>"$folder/openssl.log"
    openssl x509 -req -in "$folder/$1.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -days 1 \
        -CAcreateserial -extfile <(printf '%s\n' "$3") -out "$folder/$1.pem" 2>>"$folder/openssl.log"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=test CA" \
    -keyout "$folder/ca.key" -out "$folder/ca.pem" 2>"$folder/openssl.log"
make_certificate server /CN=localhost "subjectAltName=DNS:localhost,IP:127.0.0.1"
make_certificate n1 '/CN=H001\/n1' "extendedKeyUsage=clientAuth"
make_certificate n2 '/CN=H001\/n2' "extendedKeyUsage=clientAuth"
make_certificate n3 '/CN=H001\/n3' "extendedKeyUsage=clientAuth"
make_certificate house /CN=H001 "extendedKeyUsage=clientAuth"
make_certificate wildcard '/CN=H001\/+' "extendedKeyUsage=clientAuth"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj '/CN=H001\/n1' \
    -keyout "$folder/stranger.key" -out "$folder/stranger.pem" 2>>"$folder/openssl.log"

# --- the broker, from the shipped files ---

mosquitto_passwd -c -b "$folder/passwd" shikumend secret
cp "$SOURCE_DIR/config/mosquitto.acl" "$folder/mosquitto.acl"
chmod 600 "$folder/mosquitto.acl"

start_broker() {
    mosquitto -c "$folder/mosquitto.conf" >>"$folder/mosquitto.log" 2>&1 &
    broker=$!
    local i
    for ((i = 0; i < 100; i++)); do
        kill -0 "$broker" 2>/dev/null || return 1
        (: <"/dev/tcp/127.0.0.1/$tls") 2>/dev/null && (: <"/dev/tcp/127.0.0.1/$plain") 2>/dev/null &&
            return 0
        sleep 0.1
    done
    return 1
}

start_on_free_ports() {
    local attempt
    for attempt in 1 2 3 4 5; do
        plain=$(free_port)
        tls=$(free_port)
        sed -e "s|^listener 1883 |listener $plain |" -e "s|^listener 8883\$|listener $tls 127.0.0.1|" \
            -e "s|/etc/mosquitto/certs/|$folder/|" -e "s|/etc/mosquitto/|$folder/|" \
            -e "s|/var/lib/mosquitto/|$folder/|" \
            "$SOURCE_DIR/config/mosquitto.conf" >"$folder/mosquitto.conf"
        ! grep -v '^#' "$folder/mosquitto.conf" | grep -E '/etc/|/var/' || fail "a path was not replaced"
        [ "$(id -u)" -ne 0 ] || echo "user root" >>"$folder/mosquitto.conf"
        start_broker && return 0
    done
    fail "mosquitto did not start from the example"
}

as_node() { # CERTIFICATE PROGRAM ARGUMENTS...
    local certificate=$1 program=$2
    shift 2
    timeout 10 "$program" -h 127.0.0.1 -p "$tls" --cafile "$folder/ca.pem" \
        --cert "$folder/$certificate.pem" --key "$folder/$certificate.key" -V 5 "$@"
}

as_daemon() { # PROGRAM ARGUMENTS...
    local program=$1
    shift
    "$program" -h 127.0.0.1 -p "$plain" -u shikumend -P secret -V 5 "$@"
}

# With MQTT 5 the broker answers a refused QoS 1 publish with "Not authorized".
may_publish() { # CERTIFICATE TOPIC TEXT
    local answer
    answer=$(as_node "$1" mosquitto_pub -q 1 -t "$2" -m "$3" 2>&1) || fail "$1 could not publish to $2: $answer"
    [ -z "$answer" ] || fail "$1 was refused $2: $answer"
}

may_not_publish() { # CERTIFICATE TOPIC
    local answer
    answer=$(as_node "$1" mosquitto_pub -q 1 -t "$2" -m forged 2>&1) || true
    grep -qi "not authorized" <<<"$answer" || fail "$1 was not refused $2: $answer"
}

# The broker accepts the subscription and sends nothing, neither what is retained nor what comes.
hears_nothing() { # CERTIFICATE FILTER
    local heard
    as_node "$1" mosquitto_sub -q 1 -t "$2" -W 2 -v >"$folder/heard" 2>/dev/null &
    local subscriber=$!
    sleep 0.7
    as_node n3 mosquitto_pub -q 1 -r -t shikumen/v1/H001/n3/senml -m "for the daemon alone" 2>&1 ||
        fail "n3 could not publish"
    wait "$subscriber" || true
    heard=$(cat "$folder/heard")
    [ -z "$heard" ] || fail "$1 reads $2: $heard"
}

wait_for_line() {
    local i
    for ((i = 0; i < 100; i++)); do
        grep -qxF "$1" "$folder/daemon.out" && return 0
        sleep 0.1
    done
    fail "the daemon's user did not get: $1"
}

daemon_listens() {
    # exec: the process that is ended later is the program, not a shell around it
    (exec mosquitto_sub -h 127.0.0.1 -p "$plain" -u shikumend -P secret -V 5 -i shikumend-test \
        -c -x 3600 -q 1 -t 'shikumen/v1/#' -v >>"$folder/daemon.out" 2>>"$folder/daemon.log") &
    listener=$!
}

start_on_free_ports
daemon_listens
# Retried until the subscription stands.
for ((i = 0; i < 50; i++)); do
    may_publish n1 shikumen/v1/H001/n1/status ready
    ! grep -q ready "$folder/daemon.out" || break
    sleep 0.1
done
wait_for_line "shikumen/v1/H001/n1/status ready"

# A node: its own topics, nothing else.
may_publish n1 shikumen/v1/H001/n1/senml one
may_publish n1 shikumen/v1/H001/n1/burst two
may_publish n2 shikumen/v1/H001/n2/senml three
may_not_publish n1 shikumen/v1/H001/n2/senml
may_not_publish n2 shikumen/v1/H001/n1/status
may_not_publish n1 shikumen/v1/H002/n1/senml
may_not_publish n1 shikumen/v1/H001/n1/other
may_not_publish n1 shikumen/v1/H001/n1/senml/more
may_not_publish n1 elsewhere
for text in "n1/senml one" "n1/burst two" "n2/senml three"; do
    wait_for_line "shikumen/v1/H001/$text"
done

# A certificate that names a house, or a wildcard, speaks for no node.
may_not_publish house shikumen/v1/H001/n1/senml
may_not_publish wildcard shikumen/v1/H001/n1/senml

# Nodes read nothing.
hears_nothing n2 'shikumen/v1/#'
hears_nothing n2 shikumen/v1/H001/n3/senml
hears_nothing n3 shikumen/v1/H001/n3/senml

# The daemon's user publishes nothing.
answer=$(as_daemon mosquitto_pub -q 1 -t shikumen/v1/H001/n1/senml -m forged 2>&1) || true
grep -qi "not authorized" <<<"$answer" || fail "the daemon's user could publish"

# Who shows no certificate, or one of another authority, or a wrong or no password, stays outside.
! timeout 10 mosquitto_pub -h 127.0.0.1 -p "$tls" --cafile "$folder/ca.pem" -t x -m x -q 1 2>/dev/null ||
    fail "connected without a certificate"
! as_node stranger mosquitto_pub -t shikumen/v1/H001/n1/senml -m forged -q 1 2>/dev/null ||
    fail "connected with a certificate of another authority"
! timeout 10 mosquitto_pub -h 127.0.0.1 -p "$plain" -t x -m x -q 1 2>/dev/null || fail "anonymous"
! timeout 10 mosquitto_pub -h 127.0.0.1 -p "$plain" -u shikumend -P wrong -t x -m x -q 1 2>/dev/null ||
    fail "wrong password"

# A node that uses the daemon's client id, and asks for a clean session, takes nothing over.
answer=$(as_node n2 mosquitto_pub -i shikumend-test -q 1 -t shikumen/v1/H001/n2/senml -m four 2>&1) || true
kill -0 "$listener" 2>/dev/null || fail "a node put the daemon off its session"
wait_for_line "shikumen/v1/H001/n2/senml four"

# What waits for the daemon while it is away outlives a restart of the broker, and so does its session.
kill "$listener"
wait "$listener" || true
listener=
may_publish n1 shikumen/v1/H001/n1/senml "before the restart"
kill "$broker"
wait "$broker" || true
start_broker || fail "mosquitto did not start again"
may_publish n1 shikumen/v1/H001/n1/senml "after the restart"
daemon_listens
wait_for_line "shikumen/v1/H001/n1/senml before the restart"
wait_for_line "shikumen/v1/H001/n1/senml after the restart"

! grep -q forged "$folder/daemon.out" || fail "a forged message reached the daemon"
echo "ok"
