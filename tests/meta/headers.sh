#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# Every header compiles alone: the public ones as strict C11 with nothing but include/ in sight, the
# inner ones with src/ beside it. Twice in one file shows that the guard works.
# From ctest: FOOTLIGHT_SOURCE, CC.
set -u
root=$FOOTLIGHT_SOURCE
strict="-std=c11 -Wall -Wextra -pedantic -Werror -fsyntax-only"
place=$(mktemp -d "${TMPDIR:-/tmp}/headers.XXXXXX")
trap 'rm -rf "$place"' EXIT
status=0

# compiles NAME FLAGS...: a file that includes NAME twice and nothing else.
compiles() {
    printf '#include %s\n#include %s\nextern int nothing;\n' "$1" "$1" >"$place/alone.c"
    shift
    # shellcheck disable=SC2086 # a list of words
    $CC $strict "$@" "$place/alone.c"
}

echo 'typedef struct { size_t n; } needy;' >"$place/needy.h"
if compiles '"needy.h"' "-I$place" 2>/dev/null; then
    echo "a header that needs another one is not noticed"
    exit 1
fi

n=0
for header in "$root"/include/footlight/*.h; do
    n=$((n + 1))
    compiles "<footlight/${header##*/}>" "-I$root/include" || status=1
done
[ "$n" -ge 5 ] || { echo "only $n public headers found"; status=1; }

for header in "$root"/src/*/*.h; do
    compiles "\"${header#"$root"/src/}\"" "-I$root/include" "-I$root/src" \
        -D_POSIX_C_SOURCE=200809L || status=1
done
exit $status
