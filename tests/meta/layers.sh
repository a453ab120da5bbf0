#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# Holds the order of the folders over every #include line, and says who may use which outside
# header. The rules are in layers.awk. They are tried on broken lines first: a rule that lets one
# pass is a failure too.
# From ctest: FOOTLIGHT_SOURCE.
set -eu
rules=$FOOTLIGHT_SOURCE/tests/meta/layers.awk
cd "$FOOTLIGHT_SOURCE"
place=$(mktemp -d "${TMPDIR:-/tmp}/layers.XXXXXX")
trap 'rm -rf "$place"' EXIT

complaints() {
    find src include -type f \( -name '*.[ch]' -o -name '*.def' \) | LC_ALL=C sort |
        xargs awk -f "$rules"
}

# expect FILE LINE WORDS: with just this file, the rules say WORDS ("" for nothing).
expect() {
    rm -rf "$place/tree"
    mkdir -p "$place/tree/include/footlight" "$place/tree/src/base" "$place/tree/src/kernels" \
        "$place/tree/src/model" "$place/tree/src/token" "$place/tree/$(dirname "$1")"
    touch "$place/tree/include/footlight/plan.h" "$place/tree/src/base/text.h" \
        "$place/tree/src/kernels/kernels.h" "$place/tree/src/model/gguf.h" \
        "$place/tree/src/token/token.h"
    echo "$2" >"$place/tree/$1"
    said=$(cd "$place/tree" && complaints) || true
    case $said in
    *"$3"*) [ -n "$3" ] || [ -z "$said" ] || lax "$1: $2: unexpected: $said" ;;
    *) lax "$1: $2: expected '$3', got '$said'" ;;
    esac
}

lax() {
    echo "the rules fail on $*"
    exit 1
}

expect src/base/a.c '#include "token/token.h"' 'base may not include token'
expect src/spec/a.c '#include "model/gguf.h"' 'spec may not include model'
expect src/token/a.c '#include "model/gguf.h"' 'token may not include model'
expect src/token/a.c '# include "model/gguf.h"' 'token may not include model'
expect src/kernels/a.c '#include "model/gguf.h"' 'kernels may not include model'
expect src/model/a.c '#include "kernels/kernels.h"' ''
expect src/view/a.h '#include "model/gguf.h"' ''
expect src/cli/a.c '#include "token/token.h"' ''
expect src/token/a.c '#include "token/token.h"' ''
expect src/token/a.c '#include "token/none.h"' 'no such file'
expect src/token/a.c '#include "token.h"' 'no folder'
expect src/token/a.c '#include "../base/text.h"' 'no folder'
expect src/newcomer/a.c '#include "base/text.h"' 'newcomer has no place'
expect src/token/a.c '#include <footlight/plan.h>' ''
expect src/token/a.c '#include <footlight/none.h>' 'no such file'
expect include/footlight/a.h '#include "base/text.h"' 'public headers'
expect include/footlight/a.h '#include <jansson.h>' 'may not include <jansson.h>'
expect include/footlight/a.h '#include <stdint.h>' ''
expect src/example/a.c '#include "base/text.h"' 'public headers'
expect src/view/a.c '#include <curses.h>' 'view may not include <curses.h>'
expect src/tui/a.c '#include <curses.h>' ''
expect src/cli/a.c '#include <unistd.h>' 'cli may not include <unistd.h>'
expect src/engine/a.c '#include <pthread.h>' 'engine may not include <pthread.h>'
expect src/engine/a.c '#include <sys/mman.h>' 'engine may not include <sys/mman.h>'
expect src/engine/a.c '#include <novel.h>' 'engine may not include <novel.h>'
expect src/base/a.c '#include <sys/mman.h>' ''
expect src/engine/a.c '    exit(1);' 'only cli ends the program'
expect src/engine/a.c '    fprintf(stderr, "no");' 'only cli and tui print'
expect src/engine/a.c '    printf("no");' 'only cli and tui print'
expect src/engine/a.c '    snprintf(out, size, "yes");' ''

complaints
