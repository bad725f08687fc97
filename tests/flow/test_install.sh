#!/usr/bin/env bash
# cmake --install into an empty folder: everything is in its place, the installed daemon runs, takes
# the installed configuration, its unit is sound and exposes little, and a second installation leaves
# a changed configuration alone.
set -euo pipefail

build=$(dirname "$BIN_DIR")
folder=$(mktemp -d "${TMPDIR:-/tmp}/shikumen-install.XXXXXX")
trap 'rm -rf "$folder"' EXIT
root=$folder/root

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

install_to() { # PREFIX
    DESTDIR=$root cmake --install "$build" --prefix "$1" >"$folder/install.log" 2>&1 ||
        { cat "$folder/install.log" >&2; fail "cmake --install --prefix $1"; }
}

has() { # MODE PATH...
    local mode=$1 path found
    shift
    for path in "$@"; do
        [ -f "$root$path" ] || fail "$path is missing"
        found=$(stat -c %a "$root$path")
        [ "$found" = "$mode" ] || fail "$path has mode $found, not $mode"
    done
}

install_to /usr
has 755 /usr/bin/shikumend /usr/bin/shikumenctl /usr/bin/shikumen-sim \
    /usr/bin/shikumen-pdf
has 644 /usr/lib/systemd/system/shikumend.service /usr/lib/sysusers.d/shikumend.conf \
    /usr/lib/tmpfiles.d/shikumend.conf /etc/shikumen/shikumend.conf /etc/shikumen/registry.json \
    /usr/share/shikumend/examples/mosquitto.conf /usr/share/shikumend/examples/mosquitto.acl \
    /usr/share/shikumend/examples/shikumend.conf /usr/share/shikumend/examples/registry.json \
    /usr/share/doc/shikumend/LICENSE /usr/share/doc/shikumend/README.md
[ -d "$root/etc/shikumen/shikumend.conf.d" ] || fail "no folder for drop-ins"
for file in "$SOURCE_DIR"/config/limits/*; do
    has 644 "/etc/shikumen/limits/${file##*/}" "/usr/share/shikumend/examples/limits/${file##*/}"
done
for file in "$SOURCE_DIR"/docs/*.md; do
    has 644 "/usr/share/doc/shikumend/${file##*/}"
done
for file in "$SOURCE_DIR"/sensors/scenarios/*.json; do
    has 644 "/usr/share/shikumend/scenarios/${file##*/}"
done
cmp "$SOURCE_DIR/config/shikumend.service" "$root/usr/lib/systemd/system/shikumend.service" ||
    fail "the unit differs although the prefix is /usr"
# Nothing of the build itself is installed.
[ -z "$(find "$root" -name '*.in' -o -name '*.cmake')" ] || fail "files of the build were installed"

# The installed programs.
version=$("$root/usr/bin/shikumend" --version)
grep -qE '^shikumend [0-9]+\.[0-9]+\.[0-9]+$' <<<"$version" || fail "--version says: $version"
code=0
"$root/usr/bin/shikumend" -c "$root/etc/shikumen/shikumend.conf" --check-config 2>"$folder/check.log" || code=$?
[ "$code" -eq 0 ] || { cat "$folder/check.log" >&2; fail "--check-config ended with $code"; }

# A changed configuration survives a second installation; what was removed comes back.
echo "# ours" >>"$root/etc/shikumen/shikumend.conf"
echo "{}" >"$root/etc/shikumen/registry.json"
rm "$root/etc/shikumen/limits/leak.json"
install_to /usr
tail -n 1 "$root/etc/shikumen/shikumend.conf" | grep -qx "# ours" || fail "shikumend.conf was overwritten"
[ "$(cat "$root/etc/shikumen/registry.json")" = "{}" ] || fail "registry.json was overwritten"
has 644 /etc/shikumen/limits/leak.json
cmp "$SOURCE_DIR/config/registry.json" "$root/usr/share/shikumend/examples/registry.json" ||
    fail "the example is not the shipped file"

# Another prefix: the unit names the paths there.
install_to /opt/shikumen
has 644 /opt/shikumen/etc/shikumen/shikumend.conf
grep -qx "ExecStart=/opt/shikumen/bin/shikumend -c /opt/shikumen/etc/shikumen/shikumend.conf" \
    "$root/opt/shikumen/lib/systemd/system/shikumend.service" || fail "the unit of /opt/shikumen"

# The files for systemd.
if command -v systemd-analyze >/dev/null; then
    systemd-analyze security --offline=true --threshold=15 --no-pager \
        "$root/usr/lib/systemd/system/shikumend.service" >"$folder/security" 2>&1 ||
        { tail -n 5 "$folder/security" >&2; fail "the unit is exposed by more than 1.5"; }
    # Everything but the program, which is not installed on this machine, must be understood.
    sed "s|^ExecStart=/usr/bin/|ExecStart=$root/usr/bin/|" \
        "$root/usr/lib/systemd/system/shikumend.service" >"$folder/shikumend.service"
    complaints=$(systemd-analyze verify --man=no "$folder/shikumend.service" 2>&1 |
        grep "shikumend\.service" || true)
    [ -z "$complaints" ] || fail "systemd-analyze verify: $complaints"
else
    echo "systemd-analyze is not there: exposure and syntax of the unit were not checked"
fi
if command -v systemd-sysusers >/dev/null && command -v systemd-tmpfiles >/dev/null; then
    mkdir -p "$folder/machine/etc"
    systemd-sysusers --root="$folder/machine" - <"$root/usr/lib/sysusers.d/shikumend.conf" >"$folder/sysusers" 2>&1 ||
        { cat "$folder/sysusers" >&2; fail "systemd-sysusers"; }
    grep -q "^shikumen:.*:/var/lib/shikumen:" "$folder/machine/etc/passwd" || fail "no user shikumen"
else
    echo "systemd-sysusers is not there: the user was not checked"
fi
echo "ok"
