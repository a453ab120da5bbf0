#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# Sets up, builds and starts footlight from a fresh clone:
#   sh assets/setup.sh run [ARGUMENT...]   builds it and starts it with the arguments: the tracer
#   sh assets/setup.sh test                builds it with its tests and runs them
#   sh assets/setup.sh install PACKAGE...  only installs these Debian packages, if they are missing
# Missing Debian packages are installed, as root or with sudo; where there is no apt-get, what is
# missing is named. Nothing outside the clone is changed otherwise.
set -eu
cd "$(dirname "$0")/.."

run_packages="gcc libc6-dev make cmake pkg-config libjansson-dev libncurses-dev libutf8proc-dev"
test_packages="libcmocka-dev libvterm-dev"
# The same by the names they go by elsewhere: tools, then pkg-config modules.
run_tools="cc make cmake pkg-config"
run_modules="jansson ncursesw libutf8proc"
test_modules="cmocka vterm"

fail() {
    echo "setup: $*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "neither root nor sudo; have these packages installed, then try again: $missing"
    fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
}

# A package called NAME:ARCHITECTURE is of another one than this machine's.
add_architecture() {
    case $1 in *:*) ;; *) return 0 ;; esac
    dpkg --print-foreign-architectures | grep -qx "${1##*:}" && return 0
    as_root dpkg --add-architecture "${1##*:}"
    apt update
}

# Installs those of the packages that are missing; fetches the package lists if they do not serve.
install_debian() {
    missing=
    for package; do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
        *" installed") ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    echo "setup: installing$missing"
    for package in $missing; do
        add_architecture "$package"
    done
    # shellcheck disable=SC2086 # a list of words
    apt-cache show $missing >/dev/null 2>&1 || apt update
    # shellcheck disable=SC2086
    apt install -y --no-install-recommends $missing || {
        apt update
        apt install -y --no-install-recommends $missing
    }
}

# Without apt-get: says what is missing, by tool and pkg-config name.
check_found() {
    missing=
    for tool in $run_tools; do
        command -v "$tool" >/dev/null || missing="$missing $tool"
    done
    for module; do
        pkg-config --exists "$module" 2>/dev/null || missing="$missing $module"
    done
    [ -z "$missing" ] || fail "no apt-get here; install these (tools, pkg-config modules):$missing"
}

build() {
    jobs=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
    cmake --preset release "-DFOOTLIGHT_TESTS=$1"
    cmake --build --preset release -j "$jobs"
}

# $1: packages, $2: modules.
need() {
    if command -v apt-get >/dev/null; then
        # shellcheck disable=SC2086
        install_debian $1
    else
        # shellcheck disable=SC2086
        check_found $2
    fi
}

case ${1-} in
run)
    shift
    need "$run_packages" "$run_modules"
    build OFF
    exec build/footlight "$@"
    ;;
test)
    need "$run_packages $test_packages" "$run_modules $test_modules"
    build ON
    ctest --preset release -j "$jobs"
    # A test that needs files from beside the clone says so and passes: name those, once each.
    grep -h 'SKIPPED:' build/Testing/Temporary/LastTest.log | sort -u || true
    ;;
install)
    shift
    install_debian "$@"
    ;;
*)
    echo "usage: sh assets/setup.sh run [ARGUMENT...] | test | install PACKAGE..." >&2
    exit 2
    ;;
esac
