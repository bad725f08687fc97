#!/usr/bin/env bash
# The layering of docs/architecture.md, read off the sources and the built objects:
# who includes whom, each library in its own file group, no include cycle, no mutable globals, a pure
# core. Ends by breaking each rule in a copy of the list and requiring that it is noticed.
set -euo pipefail
export LC_ALL=C

build=$(dirname "$BIN_DIR")
folder=$(mktemp -d "${TMPDIR:-/tmp}/shikumen-arch.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# --- the rules ---

# LAYER: layers whose headers it may include.
layers='
base   base
num    num base
model  model base
core   core num model base
io     io model base
view   view core io model base
svc    svc view core io model base
app    app svc view core io model base
cli    cli svc view core io model base
pdf    pdf core model base
sim    sim core model base'

# LAYER HEADER: closed although the header's layer is open.
closed='
num    base/log.h
num    base/clock.h
num    base/strbuf.h
num    base/strmap.h
num    base/utc.h
num    base/file.h
num    base/fault.h
model  base/log.h
core   base/log.h'

# HEADERS FILES: where a third-party header may appear (regular expressions on the whole).
libraries='
sqlite3\.h                      src/io/(sqlite|readings|state_db)[a-z_]*\.[ch]
(mosquitto|mqtt_protocol)\.h    (src/io/mqtt_client|sensors/sim/(publish|uplink|sim_main)[a-z_]*)\.[ch]
curl/.*                         src/io/http_client[a-z_]*\.c
microhttpd\.h                   src/io/http_server[a-z_]*\.[ch]
libconfig\.h                    src/io/settings_[a-z_]*\.[ch]
openssl/(ssl|err)\.h            src/io/mqtt_client\.c
openssl/.*                      src/io/(webhook_sign|audit_hash)\.c
zlib\.h                         (src/io/history_in|src/io/gzip|sensors/sim/sink)\.c
zip\.h                          src/cli/packet_zip\.c
libmseed\.h                     src/io/mseed_file\.c
libmseed\.h                     tests/(unit/io|flow)/[a-z0-9_]*\.[ch]
(cairo|cairo-pdf)\.h            src/pdf/[a-z_]*\.[ch]
pango/pangocairo\.h             src/pdf/[a-z_]*\.[ch]
librsvg/rsvg\.h                 src/pdf/pdf_figure\.c
lapacke\.h                      src/num/linalg[a-z_]*\.c
kiss_fftr?\.h                   src/num/fft\.c
cjson/cJSON\.h                  (src/(core|view|svc|cli)|sensors/sim)/[a-z0-9_]*\.[ch]
cjson/cJSON\.h                  tests/unit/(core|view|svc|cli|sim)/[a-z0-9_]*\.[ch]
cjson/cJSON\.h                  include/shikumen/(core/json_read|view/[a-z0-9_]*)\.h
(openssl/.*|sqlite3\.h)         tests/unit/io/[a-z0-9_]*\.[ch]
sqlite3\.h                      tests/unit/svc/test_replay_[a-z]*\.c
cmocka\.h                       tests/unit/[a-z]*/[a-z0-9_]*\.[ch]'

# The C library and the operating system: everybody's, but the pure layers keep to the part that has
# no clock, no files and no network.
libc='(assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|tgmath|threads|time|uchar|wchar|wctype)\.h'
system='((arpa|net|netinet|sys|linux)/[a-z_]+|dirent|fcntl|fnmatch|ftw|getopt|glob|iconv|langinfo|malloc|netdb|poll|pthread|sched|spawn|syslog|termios|unistd)\.h'
pure_libc='(assert|complex|ctype|errno|float|inttypes|limits|math|stdalign|stdarg|stdbool|stddef|stdint|stdio|stdlib|string|strings)\.h'

# What no function of a pure layer may call: clocks, log, files, network, environment, chance, threads.
# lgamma writes signgam.
impure='lgamma[fl]?|clock_utc_us|clock_monotonic_us|log_event|log_errno|clock_gettime|gettimeofday|time|localtime(_r)?|mktime|f?open(64|at|dir|at64)?|freopen(64)?|f?read|f?write|f?puts|f?putc|putchar|v?f?printf|v?dprintf|__v?f?printf_chk|__v?dprintf_chk|perror|stdout|stderr|stdin|socket|connect|send|recv|poll|getenv|setenv|setlocale|s?rand(om)?(_r)?|drand48|arc4random|getrandom|pthread_.*|u?sleep|nanosleep'

# What num gets from its caller instead: memory. glibc's qsort allocates.
allocating='malloc|calloc|realloc|reallocarray|aligned_alloc|posix_memalign|free|strn?dup|v?asprintf|qsort(_r)?'

# What nobody calls: the zone of the process, on which times would depend, and what sets it. A zone is a
# value (model/zone.h).
of_process='localtime(_r)?|ctime(_r)?|mktime|timelocal|tzset|tzname|timezone|daylight|strptime|(un)?setenv|putenv|clearenv'

# Groups of src/io, one for each library, that may not include one another; the rest has no library,
# but audit_hash, which the databases need.
io_groups='
sqlite    sqlite_|readings_|state_db|block_codec|memtable
mqtt      mqtt_
curl      http_client
config    settings_|secret
mhd       http_server
zlib      gzip|history_in
mseed     mseed_file
openssl   webhook_sign'

# The loops of src/svc, which may not include one another; replay, of no group, is made of two of them.
svc_groups='
ingest    ingest
assess    assess
deliver   deliver
api       api'

# --- the checks, each printing one line per fault ---

# FILE LINE HEADER for every include; a system header keeps its "<".
list_includes() { # SOURCE_DIR
    (cd "$1" && find src include sensors/sim tests/unit -name '*.[ch]' -o -name '*.inc' | sort |
        xargs awk '/^[ \t]*#[ \t]*include/ {
            sub(/^[ \t]*#[ \t]*include[ \t]*"?/, "")
            sub(/[">].*/, "")
            print FILENAME, FNR, $0
        }')
}

check_includes() { # LIST
    LAYERS=$layers CLOSED=$closed LIBRARIES=$libraries IO=$io_groups SVC=$svc_groups \
    SYSTEM="^($libc|$system)\$" PURE="^$pure_libc\$" awk '
        # The rows of a table into left[1..n] and right[1..n]; right holds all words but the first.
        function rows_of(text, left, right,    rows, n, i, words, count) {
            n = split(text, rows, "\n")
            for (i = 1; i <= n; i++)
                if (split(rows[i], words, " ") >= 2) {
                    left[++count] = words[1]
                    sub(/^[^ ]+ +/, "", rows[i])
                    right[count] = rows[i]
                }
            return count
        }
        function layer_of(file,    part) {
            split(file, part, "/")
            return part[1] == "sensors" ? "sim" : part[1] == "src" ? part[2] : part[3]
        }
        function group_of(file, names, patterns, count,    i) {
            sub(/.*\//, "", file)
            for (i = 1; i <= count; i++)
                if (file ~ "^(" patterns[i] ")")
                    return names[i]
            return ""
        }
        function fault(text) { print $1 ":" $2 ": " text }
        function keep_apart(    here, there) {
            if (mine == "io") {
                here = group_of($1, io_name, io_pattern, io_count)
                there = group_of($3, io_name, io_pattern, io_count)
            } else if (mine == "svc") {
                here = group_of($1, svc_name, svc_pattern, svc_count)
                there = group_of($3, svc_name, svc_pattern, svc_count)
            }
            if (here != "" && there != "" && here != there)
                fault(mine " group " here " includes " $3 " of group " there)
        }
        function system_header(name,    i, known, placed) {
            for (i = 1; i <= library_count; i++)
                if (name ~ "^(" header[i] ")$") {
                    known = 1
                    placed = placed || $1 ~ "^(" place[i] ")$"
                }
            if (known && !placed)
                fault("<" name "> outside its file group")
            else if (!known && name !~ ENVIRON["SYSTEM"])
                fault("<" name "> is of no library known here")
            else if (!known && !in_tests && mine ~ /^(core|num|model)$/ && name !~ ENVIRON["PURE"])
                fault("<" name "> in a pure layer")
        }
        function public_header(name,    part) {
            split(name, part, "/")
            if (!((mine, part[2]) in open) || !in_tests && (mine, part[2] "/" part[3]) in shut)
                fault("layer " mine " may not include " name)
            if (!in_tests && part[2] == mine)
                keep_apart()
        }
        function private_header(name,    part) {
            if (in_tests && name ~ /^\.\.\/\.\.\/\.\.\/src\//) {
                split(name, part, "/")
                if (part[5] != mine)
                    fault("a test of " mine " includes " name)
            } else if (name ~ /\//)
                fault("\"" name "\" is not a header of the same folder")
            else if (!in_tests)
                keep_apart()
        }
        BEGIN {
            n = rows_of(ENVIRON["LAYERS"], left, right)
            for (i = 1; i <= n; i++) {
                m = split(right[i], words, " ")
                for (j = 1; j <= m; j++)
                    open[left[i], words[j]] = 1
            }
            n = rows_of(ENVIRON["CLOSED"], left, right)
            for (i = 1; i <= n; i++)
                shut[left[i], right[i]] = 1
            library_count = rows_of(ENVIRON["LIBRARIES"], header, place)
            io_count = rows_of(ENVIRON["IO"], io_name, io_pattern)
            svc_count = rows_of(ENVIRON["SVC"], svc_name, svc_pattern)
        }
        {
            mine = layer_of($1)
            in_tests = $1 ~ /^tests\//
            if (!((mine, mine) in open))
                fault("layer " mine " is not in the table")
            else if ($3 ~ /^</)
                system_header(substr($3, 2))
            else if ($3 ~ /^shikumen\//)
                public_header($3)
            else
                private_header($3)
        }' "$1"
}

# tsort names every loop it meets.
check_cycles() { # LIST
    awk '$3 ~ /^shikumen\// { print $1, "include/" $3 }
         $3 !~ /[<\/]/ { file = $1; sub(/[^\/]*$/, "", file); print $1, file $3 }' "$1" |
        { tsort 2>&1 >/dev/null || true; } | sed -n 's/^tsort: \([^-].*\.[a-z]*\)$/include cycle through \1/p'
}

# Objects whose storage can change: in .data, .bss, thread-local or common. .data.rel.ro is const.
# Names of the sanitizers and of the compiler are left out.
check_globals() { # OBJECTS AND ARCHIVES...
    objdump -t "$@" | awk '
        / file format / { file = $1 }
        $NF ~ /^\./ || $NF ~ /__(odr_asan|asan|tsan|ubsan|sanitizer|gcov)/ { next }
        {
            for (i = 2; i < NF; i++)
                if ($i ~ /^\.(data|bss|tdata|tbss|ldata|lbss)/ && $i !~ /^\.data\.rel\.ro/ || $i == "*COM*")
                    print file " mutable global " $NF " in " $i
        }'
}

check_calls() { # FORBIDDEN WHAT OBJECTS AND ARCHIVES...
    local forbidden=$1 what=$2
    shift 2
    nm -A -u "$@" | awk -v forbidden="^($forbidden)\$" -v what="$what" '
        { name = $NF; sub(/@.*/, "", name) }
        name ~ forbidden { print $1 " calls " name " " what }'
}

check_purity() { # OBJECTS AND ARCHIVES...
    check_calls "$impure" "in a pure layer" "$@"
}

check_allocation() { # OBJECTS AND ARCHIVES...
    check_calls "$allocating" "where the caller gives the memory" "$@"
}

built_objects() {
    find "$build" -maxdepth 1 -name 'libshk_*.a'
    find "$build"/CMakeFiles/shikumend.dir "$build"/CMakeFiles/shikumenctl.dir \
        "$build"/CMakeFiles/shikumen-sim.dir "$build"/CMakeFiles/shikumen-pdf.dir -name '*.o'
}

# Every word that people read is there in both languages: WORD(id, "Chinese", "English").
check_words() { # FILE
    tr '\n' ' ' <"$1" | sed 's/WORD( */WORD(/g' | grep -oE 'WORD\([a-z0-9_]+, *("[^"]*"[ ,]*)*\)' >"$folder/words"
    grep -vE '^WORD\([a-z0-9_]+, *("[^"]+" *)+, *("[^"]+" *)+\)$' "$folder/words" |
        sed 's/^/not two languages: /' || true
    sed 's/{[a-z0-9_]*}//g' "$folder/words" |
        grep -P '^WORD\([a-z0-9_]+, *"[\x00-\x21\x23-\x7f]*[a-z]{4}[\x00-\x21\x23-\x7f]*"' |
        sed 's/^/not Chinese: /' || true
}

# --- the project ---

faults=0
report() { # TEXT
    [ -n "$1" ] || return 0
    printf '%s\n' "$1"
    faults=1
}

list_includes "$SOURCE_DIR" >"$folder/includes"
includes=$(wc -l <"$folder/includes")
[ "$includes" -gt 500 ] || report "only $includes includes found"
report "$(check_includes "$folder/includes")"
report "$(check_cycles "$folder/includes")"

mapfile -t objects < <(built_objects)
[ "${#objects[@]}" -ge 10 ] || report "only ${#objects[@]} libraries and objects found in $build"
report "$(check_globals "${objects[@]}")"
report "$(check_purity "$build"/libshk_{num,model,core}.a)"
report "$(check_allocation "$build/libshk_num.a")"
report "$(check_calls "$of_process" "which is of the process" "${objects[@]}")"

report "$(check_words "$SOURCE_DIR/src/core/render_words_slow.inc")"
report "$(check_words "$SOURCE_DIR/src/core/render_words.inc")"
[ "$(wc -l <"$folder/words")" -gt 100 ] || report "only $(wc -l <"$folder/words") words found"

# --- every rule must be able to fail ---

expect() { # WHAT-THE-FAULT-SAYS COMMAND...
    local wanted=$1 found
    shift
    found=$("$@")
    grep -qF -- "$wanted" <<<"$found" || report "a broken rule went unnoticed: $wanted"
}

violate() { # FILE INCLUDE WHAT-THE-FAULT-SAYS
    { cat "$folder/includes"; echo "$1 1 $2"; } >"$folder/broken"
    expect "$1:1: $3" check_includes "$folder/broken"
}

violate src/base/x.c shikumen/model/alert.h "layer base may not include"
violate src/model/x.c shikumen/core/rules.h "layer model may not include"
violate src/model/x.c shikumen/base/log.h "layer model may not include"
violate src/core/x.c shikumen/io/state_db.h "layer core may not include"
violate src/core/x.c shikumen/base/log.h "layer core may not include"
violate src/num/x.c shikumen/base/clock.h "layer num may not include"
violate src/num/x.c shikumen/base/file.h "layer num may not include"
violate src/num/stats.c "<lapacke.h" "<lapacke.h> outside its file group"
violate src/num/spectrum.c "<kiss_fftr.h" "<kiss_fftr.h> outside its file group"
violate src/io/x.c shikumen/core/rules.h "layer io may not include"
violate src/svc/x.c shikumen/app/x.h "layer svc may not include"
violate src/view/x.c shikumen/svc/plan.h "layer view may not include"
violate src/core/x.c shikumen/view/table.h "layer core may not include"
violate include/shikumen/io/x.h shikumen/view/desk.h "layer io may not include"
violate src/app/x.c shikumen/cli/x.h "layer app may not include"
violate include/shikumen/io/x.h shikumen/svc/hub.h "layer io may not include"
violate sensors/sim/x.c shikumen/io/mqtt_client.h "layer sim may not include"
violate tests/unit/core/test_x.c shikumen/io/state_db.h "layer core may not include"
violate tests/unit/core/test_x.c ../../../src/io/sqlite_util.h "a test of core includes"
violate src/other/x.c "<stdio.h" "layer other is not in the table"
violate src/svc/x.c "<sqlite3.h" "<sqlite3.h> outside its file group"
violate src/io/http_client.c "<openssl/hmac.h" "<openssl/hmac.h> outside its file group"
violate src/io/x.c "<cjson/cJSON.h" "<cjson/cJSON.h> outside its file group"
violate src/io/x.c "<lzma.h" "<lzma.h> is of no library known here"
violate src/core/x.c "<time.h" "<time.h> in a pure layer"
violate src/io/mqtt_client.c sqlite_util.h "io group mqtt includes"
violate src/io/readings_x.c shikumen/io/http_client.h "io group sqlite includes"
violate src/svc/ingest_x.c shikumen/svc/assess.h "svc group ingest includes"
violate src/svc/deliver_x.c api_parts.h "svc group deliver includes"
violate src/io/gzip.c http_server_private.h "io group zlib includes"
violate src/svc/api.c "<microhttpd.h" "<microhttpd.h> outside its file group"
violate src/svc/deliver.c assess_parts.h "svc group deliver includes"
violate src/cli/x.c "<zlib.h" "<zlib.h> outside its file group"
violate src/view/x.c "<cairo.h" "<cairo.h> outside its file group"
violate src/pdf/x.c shikumen/io/state_db.h "layer pdf may not include"
violate src/cli/x.c "<zip.h" "<zip.h> outside its file group"
violate src/core/x.c ../io/sqlite_util.h "\"../io/sqlite_util.h\" is not a header of the same folder"

{
    cat "$folder/includes"
    echo "include/shikumen/core/a.h 1 shikumen/core/b.h"
    echo "include/shikumen/core/b.h 1 shikumen/core/a.h"
} >"$folder/broken"
expect "include cycle through" check_cycles "$folder/broken"

cat >"$folder/broken.c" <<'C'
#include <stdlib.h>
#include <time.h>
extern long log_event(long);
static int hidden;
int shown = 3;
_Thread_local int one_each = 1;
static const char *const fine[] = {"a", "b"};
const char *broken(int n)
{
    static int counter;
    counter += hidden++ + shown + one_each + (malloc((size_t)n) != NULL) + setenv("TZ", "UTC", 1);
    counter += localtime(&(time_t){0})->tm_hour;
    return fine[(n + counter + (int)log_event(time(0))) & 1];
}
C
cc -c -o "$folder/broken.o" "$folder/broken.c"
for name in hidden shown one_each counter; do
    expect "mutable global $name" check_globals "$folder/broken.o"
done
[ "$(check_globals "$folder/broken.o" | wc -l)" -eq 4 ] ||
    report "a constant table passes for a mutable global"
expect "calls malloc where the caller gives the memory" check_allocation "$folder/broken.o"
expect "calls time in a pure layer" check_purity "$folder/broken.o"
expect "calls log_event in a pure layer" check_purity "$folder/broken.o"
expect "calls setenv which is of the process" check_calls "$of_process" "which is of the process" "$folder/broken.o"
expect "calls localtime which is of the process" check_calls "$of_process" "which is of the process" "$folder/broken.o"

printf '%s\n' 'WORD(one, "", "text")' 'WORD(two, "中文")' 'WORD(three, "word {x}", "text")' >"$folder/words.inc"
expect "not two languages: WORD(one," check_words "$folder/words.inc"
expect "not two languages: WORD(two," check_words "$folder/words.inc"
expect "not Chinese: WORD(three," check_words "$folder/words.inc"

[ "$faults" -ne 0 ] || echo "ok: $includes includes, ${#objects[@]} libraries and objects"
exit "$faults"
