#!/usr/bin/env bash
# What the API answers in a second to one client, wrk, beside the same rows by the sqlite3 shell, and
# what those cost who only listen:
#
#     bench_http.sh BIN LIMITS FOLDER ROUNDS [--quick]
#
# Prints ROUND <tab> MEASURE <tab> CONTENDER <tab> METRIC <tab> VALUE as the bench_ programs do. A year
# of a small district is made by shikumen-sim and backtest. The sqlite3 shell asks state.db itself for
# alerts and, for readings, a table keyed (sensor, time); it runs a second and more of the same question
# in one process. "made": every request differs a little, so that none is answered from what is kept.
set -euo pipefail

bin=$(realpath "$1")
limits=$(realpath "$2")
folder=$3
rounds=$4
quick=${5-}
SENSOR=H001/n1/crack-1
HOUSES=12
ALERTS='/api/v1/alerts?state=all&limit=1000&since=2000-01-01T00:@Z'
SECONDS_EACH=3
STREAMS=200
LISTEN_S=30
if [ -n "$quick" ]; then
    HOUSES=3
    SECONDS_EACH=1
    LISTEN_S=10
fi
daemon=

end_daemon() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    [ -z "$daemon" ] || wait "$daemon" 2>/dev/null || true
}
trap end_daemon EXIT

# A port below the ephemeral range that nobody answers on at the moment.
free_port() {
    local port
    while :; do
        port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

make_store() {
    cat >scenario.json <<JSON
{"seed": 439, "start": "$(date -u -d '365 days ago' +%FT00:00:00Z)",
 "district": {"houses": $HOUSES, "years": 1, "damaged_share": 0.25, "ills_per_sensor_year": 0.3, "per_row": 4}}
JSON
    "$bin/shikumen-sim" --scenario scenario.json --run --registry-out registry.json --out readings.ndjson
    "$bin/shikumenctl" backtest --registry registry.json --readings readings.ndjson --limits "$limits" \
        --out out --keep-store >/dev/null
    rm readings.ndjson
}

# The readings that passed as the rows of a table; CSV is what the shell reads.
make_table() {
    {
        echo 'CREATE TABLE r (sensor TEXT, t TEXT, v REAL, PRIMARY KEY (sensor, t)) WITHOUT ROWID;'
        echo '.mode csv'
        echo '.import rows.csv r'
        echo 'CREATE TABLE edge AS SELECT max(t) AS last FROM r;'
    } >make.sql
    "$bin/shikumenctl" -c bench.conf export |
        sed -n 's/^{"t":"\([^"]*\)","sensor":"\([^"]*\)","v":\(-\{0,1\}[0-9.eE+-]*\),.*/\2,\1,\3/p' >rows.csv
    sqlite3 rows.db <make.sql
    rm rows.csv
}

# No broker: the store is as it is.
write_config() {
    local port
    port=$(free_port)
    url=http://127.0.0.1:$port
    cat >bench.conf <<CONF
district: { timezone = "Asia/Shanghai"; language = "zh"; };
mqtt:     { host = "127.0.0.1"; port = 1; };
store:    { path = "out/store"; };
registry: { file = "registry.json"; limits = "$limits"; };
http:     { listen = "127.0.0.1:$port"; };
CONF
}

start_daemon() {
    local tries
    setpriv --pdeathsig TERM -- "$bin/shikumend" -c bench.conf 2>daemon.log &
    daemon=$!
    for ((tries = 0; tries < 300; tries++)); do
        ! curl -sfo /dev/null "$url/api/v1/district" || return 0
        sleep 0.1
    done
    cat daemon.log >&2
    return 1
}

# Answers a second to path $1; what stands for @ in it is another number at each request.
ask_wrk() {
    cat >ask.lua <<'LUA'
local n = 0
function init(args) path = args[1] end
function request()
  n = (n + 1) % 3600
  return wrk.format("GET", (path:gsub("@", string.format("%02d:%02d", n / 60, n % 60))))
end
LUA
    wrk -t1 -c1 -d"${SECONDS_EACH}s" -s ask.lua "$url" -- "$1" >wrk.out
    ! grep -q 'Non-2xx\|Socket errors' wrk.out || {
        cat wrk.out >&2
        return 1
    }
    sed -n 's/^Requests\/sec: *//p' wrk.out
}

# Answers a second of the shell to $2 of database $1: as often as takes a second and more.
ask_shell() {
    local n=16 begun taken=0
    while [ "$taken" -lt $((SECONDS_EACH * 300000)) ]; do
        n=$((n * 4))
        yes "$2" | head -n "$n" >ask.sql || true
        begun=${EPOCHREALTIME/./}
        sqlite3 -readonly -json "$1" <ask.sql >/dev/null
        taken=$((${EPOCHREALTIME/./} - begun))
    done
    awk -v n="$n" -v us="$taken" 'BEGIN { print n * 1e6 / us }'
}

report() {
    printf '%s\t%s\t%s\t%s\t%s\n' "$@"
}

# One measure: its name, the database, what the shell is asked, the path.
measure() {
    if [ $((round % 2)) -eq 0 ]; then
        report "$round" "$1" http_made per_s "$(ask_wrk "$4")"
        report "$round" "$1" sqlite3 per_s "$(ask_shell "$2" "$3")"
    else
        report "$round" "$1" sqlite3 per_s "$(ask_shell "$2" "$3")"
        report "$round" "$1" http_made per_s "$(ask_wrk "$4")"
    fi
}

# Clock ticks and resident kB of the daemon.
spent() {
    awk '{ print $14 + $15 }' "/proc/$daemon/stat"
}

resident() {
    sed -n 's/^VmRSS:[[:blank:]]*\([0-9]*\) kB/\1/p' "/proc/$daemon/status"
}

listen() {
    local before memory
    sleep 5
    memory=$(resident)
    wrk -t1 -c$STREAMS -d$((LISTEN_S + 4))s "$url/api/v1/events" >wrk.out &
    sleep 3
    before=$(spent)
    sleep "$LISTEN_S"
    report "$round" streams http cpu_ms_per_s \
        "$(awk -v d=$(($(spent) - before)) -v hz="$(getconf CLK_TCK)" -v s="$LISTEN_S" \
            'BEGIN { print d * 1000 / hz / s }')"
    report "$round" streams http memory_kb $(($(resident) - memory))
    report "$round" streams http count \
        "$("$bin/shikumenctl" -c bench.conf status --json | tr -d '\n ' | sed -n 's/.*"streams":\([0-9]*\).*/\1/p')"
    wait $!
}

mkdir -p "$folder"
cd "$folder"
echo "bench: http: a year of $HOUSES houses" >&2
make_store
write_config
make_table
start_daemon
last=$(sqlite3 rows.db 'SELECT last FROM edge')
month=$(date -u -d "$last - 30 days" +%FT%H)
year=$(date -u -d "$last - 360 days" +%FT%H)
round=1
listen # of a daemon that has done nothing else yet
for ((; round <= rounds; round++)); do
    echo "bench: http: round $round" >&2
    measure alerts out/store/state.db \
        'SELECT s.body FROM episode e JOIN step s ON s.episode = e.row AND s.step = e.step ORDER BY e.level DESC, e.row;' \
        "$ALERTS"
    report "$round" alerts http_kept per_s "$(ask_wrk "${ALERTS//@/00:00}")"
    measure readings rows.db \
        "SELECT t, sensor, v FROM r WHERE sensor = '$SENSOR' AND t >= '$month' AND t < '$last' ORDER BY t;" \
        "/api/v1/readings?sensor=$SENSOR&step=raw&limit=10000&from=$month:@Z&to=$last"
    measure days rows.db \
        "SELECT substr(t, 1, 10) AS day, count(*), avg(v), min(v), max(v) FROM r WHERE sensor = '$SENSOR' AND t >= '$year' AND t < '$last' GROUP BY day;" \
        "/api/v1/readings?sensor=$SENSOR&step=day&limit=10000&from=$year:@Z&to=$last"
done
