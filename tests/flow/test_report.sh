#!/usr/bin/env bash
# Reports of a simulated street: by shikumenctl with the daemon stopped, by the API while it runs,
# the same bytes; read by the programs they are made for: xmllint, poppler, GDAL, and by hand.
set -Eeuo pipefail
export LC_ALL=C.UTF-8

folder=$(mktemp -d "${TMPDIR:-/tmp}/shikumen-report.XXXXXX")
daemon=
trap 'echo "FAILED in line $LINENO: $BASH_COMMAND" >&2; tail -n 5 log daemon.log >&2 2>/dev/null || true' ERR
finish() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    [ -z "$daemon" ] || wait "$daemon" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
cd "$folder"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

says() { # FILE WORDS
    grep -qF -- "$2" "$1" || fail "\"$2\" is not in $1"
}

report() {
    "$BIN_DIR/shikumenctl" -c d.conf report "$@" 2>>log
}

# --- a street with a past ---

cat >scenario.json <<'J'
{"seed":31,"start":"2021-01-01T00:00:00Z","days":200,"houses":{"count":2},
 "sensors":["crack-1","t-wall"],
 "damages":[{"kind":"stepwise","sensor":"H001/n1/crack-1","onset":"2021-05-03T00:00:00Z","size":0.9,"days":30}],
 "ills":[{"kind":"gap","node":"H002/n1","from":"2021-06-10T00:00:00Z","days":30}]}
J
"$BIN_DIR/shikumen-sim" --quiet --scenario scenario.json --history h ||
    fail "the scenario cannot be simulated"
"$BIN_DIR/shikumenctl" backtest --registry h/registry.json --readings h/readings.ndjson \
    --limits "$SOURCE_DIR/config/limits" --out out --keep-store >/dev/null 2>log || { cat log >&2; fail backtest; }
# A port nobody listens at, below those that the system gives to whoever connects.
port=$((20000 + $$ % 12000))
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    port=$((20000 + (port - 20000 + 1) % 12000))
done
cat >d.conf <<C
district: { timezone = "Asia/Shanghai"; language = "zh"; };
mqtt:     { host = "127.0.0.1"; port = 1; };
store:    { path = "$folder/out/store"; };
registry: { file = "$folder/h/registry.json"; limits = "$SOURCE_DIR/config/limits"; };
http:     { listen = "127.0.0.1:$port"; };
C

# --- every form, by hand ---

month=2021-06
for format in html pdf json csv geojson; do
    report house H001 --month $month --lang en --format $format -o h.$format
    TZ=America/St_Johns LC_ALL=C report house H001 --month $month --lang en --format $format -o again.$format
    cmp h.$format again.$format || fail "$format: not the same bytes twice"
    report district --month $month --lang zh --format $format -o d.$format
done

# The hash is that of the content, and every form for people shows it.
hash=$(sed 's/^{"sha256":"[0-9a-f]*","content"://; $ s/}$//' h.json | head -c -1 | sha256sum | cut -d' ' -f1)
says h.json "{\"sha256\":\"$hash\""
says h.html "$hash"

# HTML: nothing is fetched, and a parser has only what HTML 4 did not know to complain of.
! grep -qE '(src|href)=|url\(|<script' h.html || fail "the report fetches something"
xmllint --html --noout h.html 2>&1 | grep 'error' | grep -vE 'Tag (header|main|footer|figure|figcaption|svg|g|title|rect|line|text|path|polyline|polygon|circle|style|section|tspan|defs|clipPath|use) invalid' >faults || true
[ ! -s faults ] || { head -5 faults >&2; fail "HTML is not well-formed"; }
says h.html "10.1 Alerts of the span"
says d.html "街区状况报告"

# PDF: titles, embedded fonts, Chinese that can be searched.
pdfinfo h.pdf >info
says info "Condition report on the house"
says info "CreationDate:"
says info "A4"
pdffonts h.pdf | awk 'NR > 2 && $(NF-4) != "yes" { exit 1 }' || fail "a font is not embedded"
pdftotext h.pdf h.txt
says h.txt "10 Annexes"
says h.txt "$hash"
pdftotext d.pdf d.txt
says d.txt "建议的措施"
says d.txt "数据不全的房屋"
pdftotext -f 1 -l 1 d.pdf first.txt
grep -qE '^1 */ *[0-9]+$' first.txt || fail "no page numbers"

# GeoJSON: GDAL finds the houses and their fields.
ogrinfo -ro -al d.geojson >gis 2>&1
says gis "Feature Count: 2"
says gis "house (String)"
says gis "score (Real)"
says gis "WGS 84"
[ "$(grep -c 'POLYGON ((' gis)" -eq 2 ] || fail "footprints are not there"

# CSV: the same houses, lines end as RFC 4180 has them.
[ "$(wc -l <d.csv)" -eq 3 ] || fail "rows of the CSV"
[ "$(grep -c $'\r$' d.csv)" -eq 3 ] || fail "lines of the CSV"
says d.csv "H001,"

# What is missing is said: the gauge that died, and a time before anything was measured.
says d.html "期末静默"
report house H001 --from 2020-02-01 --to 2020-03-01 --lang en -o early.html
says early.html "No valid reading came in this span"
says early.html "? grey"

# --- wrong usage ---

refused() { # CODE ARGUMENTS...
    local wanted=$1 code=0
    shift
    report "$@" -o no.html || code=$?
    [ "$code" -eq "$wanted" ] || fail "report $*: exit $code, not $wanted"
    [ ! -e no.html ] || fail "report $*: wrote a file"
}
refused 2 house
refused 2 street
refused 2 district H001
refused 2 district --format doc
refused 2 district --lang fr
refused 2 district --month 2021-13
refused 2 district --month 2021-06 --from 2021-06-01
refused 1 house H999

# Without its program there is no PDF, and that is said.
mkdir alone
cp "$BIN_DIR/shikumenctl" alone/
code=0
PATH=$folder/alone alone/shikumenctl -c d.conf report district --format pdf -o no.pdf 2>said || code=$?
[ "$code" -eq 1 ] || fail "no program, exit $code"
says said "shikumen-pdf"
[ ! -e no.pdf ] || fail "a PDF without its program"

# What is no document is refused by the program.
for input in '' '[]' '{"blocks":7}' 'garbage'; do
    code=0
    "$BIN_DIR/shikumen-pdf" <<<"$input" >no.pdf 2>said || code=$?
    [ "$code" -eq 1 ] || fail "'$input': exit $code"
    says said "shikumen-pdf: "
done

# --- the daemon gives the same bytes ---

"$BIN_DIR/shikumend" -c d.conf 2>daemon.log &
daemon=$!
ask() { # PATH FILE: prints the status
    curl -s -m 20 -o "$2" -D headers -w '%{http_code}' "http://127.0.0.1:$port/api/v1/reports/$1"
}
for ((i = 0; i < 100; i++)); do
    code=$(ask district?format=csv\&month=$month a.csv) || true
    [ "$code" != 200 ] || break
    sleep 0.1
done
[ "$code" = 200 ] || { cat daemon.log >&2; fail "the daemon does not answer at port $port: $code"; }
for format in html pdf json csv geojson; do
    code=$(ask "house?id=H001&month=$month&lang=en&format=$format" a.$format)
    [ "$code" = 200 ] || fail "API, $format: $code"
    report house H001 --month $month --lang en --format $format -o h.$format
    cmp a.$format h.$format || fail "$format: the API gives other bytes"
    says headers "filename=\"report-H001-2021-06-01-2021-06-30.$format\""
    says headers "ETag:"
done
says headers "application/geo+json"
says headers "style-src 'unsafe-inline'"
! grep -q "script-src" headers || fail "a report may run scripts"
for wrong in 400:house 400:house?id= 404:house?id=H999 400:district?format=doc 400:district?lang=fr \
    400:district?month=2021-13 400:district?month=2021-06\&to=now 400:district?from=2099-01-01 \
    400:district?x=1 404:street; do
    code=$(ask "${wrong#*:}" problem)
    [ "$code" = "${wrong%%:*}" ] || fail "API, ${wrong#*:}: $code"
done
kill "$daemon"
wait "$daemon" || fail "the daemon ended with $?"
daemon=
echo ok
