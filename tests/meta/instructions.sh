#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# On x86-64 only files that carry the name of a level of src/kernels/levels.def may hold AVX
# instructions, and they may give the linker nothing that it could take instead of somebody else's:
# no function without that name, none that is weak. The rules are tried on objects that break them
# first.
# From ctest: FOOTLIGHT_SOURCE, EVERYTHING (the archive of all objects), CC, CFLAGS, AR, NM,
# OBJDUMP.
set -eu
export LC_ALL=C
place=$(mktemp -d "${TMPDIR:-/tmp}/instructions.XXXXXX")
trap 'rm -rf "$place"' EXIT

# shellcheck disable=SC2086 # a list of words
predefined() { $CC $CFLAGS -dM -E - </dev/null; }
predefined | grep -q __x86_64__ || { echo "SKIPPED: not built for x86-64"; exit 0; }
! predefined | grep -q __AVX__ || { echo "SKIPPED: built for CPUs with AVX only"; exit 0; }

# Objects of such a file carry the name: avx512vnni.c.o, dequant_avx512.c.o, probe_avx2.c.o.
levels=$(sed -n 's/^FL_LEVEL("[^"]*", \([a-z0-9]*\),.*/\1/p' \
    "$FOOTLIGHT_SOURCE/src/kernels/levels.def" | paste -sd '|' -)
[ -n "$levels" ] || { echo "no levels found"; exit 1; }

# AVX instructions have names with v or work on registers of their own; verr and verw are older.
instructions() { # ARCHIVE
    "$OBJDUMP" -d --no-show-raw-insn "$1" | awk -v levels="$levels" '
        /file format/ { object = $1; told = object ~ levels; next }
        />:$/ { name = $2; next }
        !told && (($2 ~ /^v/ && $2 !~ /^ver[rw]$/) || /%[yz]mm|%k[0-7]/) {
            print object " " name " " $0
            told = 1
        }'
}

symbols() { # ARCHIVE
    "$NM" -g --defined-only "$1" | awk -v levels="$levels" '
        NF == 1 { object = $1; next }
        NF != 3 || object !~ levels || $3 ~ /^__/ { next }
        $2 ~ /[WVu]/ { print object " " $3 " is weak" }
        $3 !~ levels { print object " " $3 " does not carry the name of a level" }'
}

complaints() { # ARCHIVE
    instructions "$1"
    symbols "$1"
}

# expect WORDS NAME TEXT FLAGS...: of an archive with one object, NAME, compiled from the text.
expect() {
    words=$1 object=$place/$2
    printf '%s\n' "$3" >"$place/tried.c"
    shift 3
    rm -f "$place/tried.a"
    $CC -O2 "$@" -c "$place/tried.c" -o "$object"
    "$AR" rc "$place/tried.a" "$object"
    said=$(complaints "$place/tried.a")
    case $said in
    *"$words"*) [ -n "$words" ] || [ -z "$said" ] || { echo "unexpected: $said"; exit 1; } ;;
    *) echo "the rules fail on ${object##*/}: expected '$words', got '$said'"; exit 1 ;;
    esac
}

sum='float sum(float *x) { float s = 0; for (int i = 0; i < 64; i++) s += x[i]; return s; }'
level=${levels%%|*}
expect '' plain.c.o "$sum"
expect '<sum>' plain.c.o "$sum" -mavx
expect 'sum does not carry' "$level.c.o" "$sum" -mavx
expect 'is weak' "$level.c.o" "__attribute__((weak)) $sum" -mavx
expect '' "$level.c.o" "static $sum float fl_${level}_sum(float *x) { return sum(x); }" -mavx

[ "$("$AR" t "$EVERYTHING" | wc -l)" -gt 50 ] || { echo "hardly any objects found"; exit 1; }
"$AR" t "$EVERYTHING" | grep -qE "$levels" || { echo "no object of a level found"; exit 1; }
complaints "$EVERYTHING" >"$place/said"
cat "$place/said"
[ ! -s "$place/said" ]
