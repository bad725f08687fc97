#!/usr/bin/env bash
# Every method of num is proved and described: its tests are of the six kinds their names say, and
# docs/numerics.md has an entry for it that names a test which is there. Ends by breaking each rule.
set -euo pipefail
export LC_ALL=C

folder=$(mktemp -d "${TMPDIR:-/tmp}/shikumen-numerics.XXXXXX")
trap 'rm -rf "$folder"' EXIT

kinds='exact|vector|invariant|truth|promise|hostile'

# Headers whose tests have another name, or share one: HEADER TEST...
shared='
sample  order'

# --- the checks, each printing one line per fault ---

# NAME of every test of a file, as given to cmocka.
tests_of() { # FILES...
    cat "$@" | tr '\n' ' ' | grep -oE 'cmocka_unit_test(_setup|_teardown)*\( *[a-z0-9_]+' |
        sed 's/.*( *//'
}

# Test files of a header: test_NAME.c and test_NAME_*.c that do not belong to a longer header name.
files_of() { # ROOT NAME
    local name other file
    name=$(awk -v n="$2" '$1 == n { print $2 }' <<<"$shared")
    name=${name:-$2}
    for file in "$1/tests/unit/num/test_$name.c" "$1/tests/unit/num/test_${name}"_*.c; do
        [ -e "$file" ] || continue
        for other in "$1"/include/shikumen/num/"${name}"_*.h; do
            [ -e "$other" ] || continue
            case $file in *"/test_$(basename "$other" .h)"[._]*) continue 2 ;; esac
        done
        echo "$file"
    done
}

check_kinds() { # ROOT
    local header name files has
    for header in "$1"/include/shikumen/num/*.h; do
        name=$(basename "$header" .h)
        mapfile -t files < <(files_of "$1" "$name")
        if [ ${#files[@]} -eq 0 ]; then
            echo "num/$name.h has no test"
            continue
        fi
        tests_of "${files[@]}" >"$folder/names"
        grep -vE "^($kinds)_" "$folder/names" | sed "s/^/test of $name of no known kind: /" || true
        has=$(sed 's/_.*//' "$folder/names" | sort -u | tr '\n' ' ')
        for wanted in 'exact|vector' invariant 'truth|promise' hostile; do
            [[ $has =~ ($wanted) ]] || echo "num/$name.h has no test of kind $wanted"
        done
    done
}

check_docs() { # ROOT
    local header name doc="$1/docs/numerics.md"
    for header in "$1"/include/shikumen/num/*.h; do
        name=$(basename "$header" .h)
        files_of "$1" "$name" | sed 's/.*\///; s/\.c$//' >"$folder/files"
        grep -qFf <(sed 's/.*/`&`/' "$folder/files") "$doc" ||
            echo "no entry of docs/numerics.md names a test of num/$name.h"
    done
    grep -oE '`test_[a-z0-9_]+`' "$doc" | tr -d '`' | sort -u | while read -r name; do
        [ -e "$1/tests/unit/num/$name.c" ] || echo "docs/numerics.md names $name, which is not there"
    done
    awk '/^### / { if (title && lacking()) print lacking(); title = $0; delete seen }
         /^- \*\*/ { key = $2; gsub(/[*:]/, "", key); seen[key] = 1 }
         function lacking(   n, want, i) {
             n = split("Formula Source Assumes When Cost Tests", want, " ")
             for (i = 1; i <= n; i++)
                 if (!(want[i] in seen))
                     return "docs/numerics.md: " title ": no " want[i]
             return ""
         }
         END { if (lacking()) print lacking() }' "$doc"
}

# --- the project ---

faults=0
report() { # TEXT
    [ -n "$1" ] || return 0
    printf '%s\n' "$1"
    faults=1
}

report "$(check_kinds "$SOURCE_DIR")"
report "$(check_docs "$SOURCE_DIR")"
headers=$(find "$SOURCE_DIR/include/shikumen/num" -name '*.h' | wc -l)
[ "$headers" -ge 30 ] || report "only $headers headers of num found"

# --- every rule must be able to fail ---

expect() { # WHAT-THE-FAULT-SAYS COMMAND...
    local wanted=$1 found
    shift
    found=$("$@")
    grep -qF -- "$wanted" <<<"$found" || report "a broken rule went unnoticed: $wanted"
}

broken=$folder/broken
mkdir -p "$broken"/{include/shikumen/num,tests/unit/num,docs}
touch "$broken"/include/shikumen/num/{one,two,two_more}.h
printf 'cmocka_unit_test(exact_a), cmocka_unit_test(\n  shown_b), cmocka_unit_test(invariant_c)\n' \
    >"$broken/tests/unit/num/test_two.c"
printf 'cmocka_unit_test(hostile_d)\n' >"$broken/tests/unit/num/test_two_more.c"
# shellcheck disable=SC2016
printf '### A\n- **Formula:** x\n- **Source:** y\n- **Tests:** `test_two` `test_gone`\n' \
    >"$broken/docs/numerics.md"
expect "num/one.h has no test" check_kinds "$broken"
expect "test of two of no known kind: shown_b" check_kinds "$broken"
expect "num/two.h has no test of kind hostile" check_kinds "$broken"
expect "num/two.h has no test of kind truth|promise" check_kinds "$broken"
expect "no entry of docs/numerics.md names a test of num/two_more.h" check_docs "$broken"
expect "names test_gone, which is not there" check_docs "$broken"
expect "### A: no Assumes" check_docs "$broken"

[ "$faults" -ne 0 ] || echo "ok: $headers headers"
exit "$faults"
