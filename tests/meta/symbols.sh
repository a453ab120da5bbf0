#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# What the library gives to a linker: every global symbol begins with fl_, every function that a
# public header declares is there, and no other is visible outside.
# From ctest: FOOTLIGHT_SOURCE, LIBRARY (the library), EVERYTHING (the archive of all objects), NM,
# READELF (may be empty).
set -eu
place=$(mktemp -d "${TMPDIR:-/tmp}/symbols.XXXXXX")
trap 'rm -rf "$place"' EXIT
export LC_ALL=C
status=0

# Sanitizers and compilers add names that begin with two underscores.
names() { # FILE
    case $1 in
    *.a) "$NM" -g "$1" ;;
    *) "$NM" -gD "$1" ;;
    esac 2>/dev/null | awk 'NF == 3 && $2 != "U" { sub(/@.*/, "", $3); print $3 }' |
        grep -Ev '^_?__|^_(init|fini|edata|end)$' | sed 's/^_fl_/fl_/' | sort -u
}

for file in "$LIBRARY" "$EVERYTHING"; do
    names "$file" >"$place/names"
    [ "$(wc -l <"$place/names")" -gt 20 ] || { echo "$file: hardly any symbols"; status=1; }
    if grep -v '^fl_' "$place/names"; then
        echo "$file: the symbols above do not begin with fl_"
        status=1
    fi
done

cat "$FOOTLIGHT_SOURCE"/include/footlight/*.h |
    sed -n 's/^FL_API .*[ *]\(fl_[a-z0-9_]*\)(.*/\1/p' | sort -u >"$place/declared"
[ "$(wc -l <"$place/declared")" -gt 20 ] || { echo "hardly any FL_API declarations"; status=1; }

# Visible to a program that links with it.
case $LIBRARY in
*.a)
    if [ -z "$READELF" ]; then
        echo "SKIPPED: no readelf to see what the archive's objects hide"
        exit $status
    fi
    "$READELF" -sW "$LIBRARY" 2>/dev/null |
        awk '($5 == "GLOBAL" || $5 == "WEAK") && $6 == "DEFAULT" && $7 != "UND" { print $8 }'
    ;;
*) names "$LIBRARY" ;;
esac | grep -v '^__' | sort -u >"$place/visible"

if comm -23 "$place/declared" "$place/visible" | grep .; then
    echo "declared FL_API in a public header, but the library does not have it"
    status=1
fi
if comm -13 "$place/declared" "$place/visible" | grep .; then
    echo "visible outside, but no public header declares it FL_API"
    status=1
fi
exit $status
