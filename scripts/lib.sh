# shellcheck shell=bash disable=SC2034
# What the scripts share; sourced by bash, never run.

# Libraries and tools of the build and of everything it starts.
BUILD_PACKAGES=(build-essential cmake ninja-build pkg-config libmosquitto-dev libsqlite3-dev
    libcjson-dev libconfig-dev libcurl4-openssl-dev libssl-dev libcmocka-dev
    liblapacke-dev liblapack-dev libblas-dev libkissfft-dev musl-dev zlib1g-dev libzip-dev libmseed-dev
    libmicrohttpd-dev libcairo2-dev libpango1.0-dev librsvg2-dev fonts-noto-cjk libjs-dygraphs mosquitto tzdata)

# What tests take besides. Alertmanager and Prometheus, which Debian starts by itself, are not touched.
TEST_PACKAGES=(mosquitto-clients openssl curl prometheus prometheus-alertmanager
    libxml2-utils unzip poppler-utils gdal-bin python3-feedparser)

# What the tests in a browser take: program, and the package when it is not there by another way.
WEB_TEST_PROGRAMS=(node:nodejs npm:npm chromium:chromium)

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$(basename "$0"): $*"
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the packages that are missing; the package lists are fetched only then.
need_packages() {
    local missing=() package log
    command -v apt-get >/dev/null || die "需要 Debian 12 needs Debian 12, or these packages: $*"
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "安装所需软件包 installing: ${missing[*]}"
    log=$(mktemp)
    if ! { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "安装失败 could not install: ${missing[*]}"
    fi
    rm -f "$log"
}

# Installs the packages of the PROGRAM:PACKAGE pairs whose program is missing.
need_programs() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    [ ${#missing[@]} -eq 0 ] || need_packages "${missing[@]}"
}

# Configures and builds the release preset in the current directory; further arguments go to cmake.
# One build at a time, and silent unless it fails.
build_release() {
    local log
    say "编译中 building (build/release) ..."
    mkdir -p build
    log=$(mktemp)
    if ! (
        flock 9
        cmake --preset release "$@" && cmake --build --preset release
    ) 9>build/.lock >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "编译失败 the build failed"
    fi
    rm -f "$log"
}
