#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# Installs the build, moves the installed tree, compiles the documented example against it with
# nothing but pkg-config, and compares what it prints with the example of the build.
# From ctest: FOOTLIGHT_SOURCE, BUILD, CMAKE, CC, CFLAGS (what the library was sanitized with).
set -eu
place=$(mktemp -d "$BUILD/install-test.XXXXXX")
trap 'rm -rf "$place"' EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

"$CMAKE" --install "$BUILD" --prefix "$place/first" >/dev/null
mv "$place/first" "$place/moved"
pc=$(find "$place/moved" -name footlight.pc)
[ -n "$pc" ] || fail "no footlight.pc installed"
export PKG_CONFIG_PATH="${pc%/*}"

for header in "$FOOTLIGHT_SOURCE"/include/footlight/*; do
    [ -f "$place/moved/include/footlight/${header##*/}" ] || fail "${header##*/} not installed"
done

grep -q '^\.Dt FOOTLIGHT 1' "$place/moved/share/man/man1/footlight.1" || fail "no man page"
bash -n "$place/moved/share/bash-completion/completions/footlight" || fail "no bash completion"

version=$("$place/moved/bin/footlight" --version) || fail "installed program: --version"
case $version in
*"$(pkg-config --modversion footlight)"*) ;;
*) fail "program and footlight.pc disagree on the version: $version" ;;
esac

cp "$FOOTLIGHT_SOURCE/src/example/shapes.c" "$place"
cd "$place"
# shellcheck disable=SC2046,SC2086 # lists of words
$CC -std=c11 -Wall -Wextra -Wpedantic -Werror $CFLAGS shapes.c \
    $(pkg-config --cflags --libs footlight) -o shapes || fail "the example does not compile"
LD_LIBRARY_PATH="${PKG_CONFIG_PATH%/*}" ./shapes builtin "Once upon a time" >installed.txt
"$BUILD/shapes-example" builtin "Once upon a time" >built.txt
cmp installed.txt built.txt || fail "the installed library says something else"

# Every stage of the contract once: 10 of the pass, 22 of the first layer, 3 of its first head.
[ "$(wc -l <built.txt)" -eq 35 ] || fail "35 stages expected, found: $(wc -l <built.txt)"
grep -Eq '^layer\.0\.attn_probs +\[1, ([0-9]+), \1\]$' built.txt || fail "attn_probs: $(cat built.txt)"
grep -Eq '^next_token +\[1, 1\]$' built.txt || fail "next_token: $(cat built.txt)"
