#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# Runs every `$ ...` example of README.md and compares what it prints with what README.md shows.
# A line `…` there stands for any lines. From ctest: FOOTLIGHT_SOURCE, FOOTLIGHT_BINARY.
set -eu
readme=$FOOTLIGHT_SOURCE/README.md
place=$(mktemp -d "${TMPDIR:-/tmp}/readme.XXXXXX")
trap 'rm -rf "$place"' EXIT
LC_ALL=C.UTF-8
PATH=$(dirname "$FOOTLIGHT_BINARY"):$PATH
export LC_ALL PATH
cd "$place"

# command.N and expected.N for each example: what is indented up to the next text. Blank lines before
# that text are not output.
awk '
    /^    \$ / { n++; open = 1; blank = ""; print substr($0, 7) > ("command." n); next }
    /^    / { if (open) printf "%s%s\n", blank, substr($0, 5) > ("expected." n); blank = ""; next }
    /^$/ { blank = blank "\n"; next }
    { open = 0 }
' "$readme"

# Compares the lines of a file with the expected ones, `…` being any lines.
cat >match.awk <<'AWK'
FNR == NR { want[++n] = $0; next }
{ sub(/ +$/, ""); got[++m] = $0 }
END {
    for (i = j = 1; i <= n; i++) {
        if (want[i] == "…") {
            if (i == n)
                exit 0
            i++
            while (j <= m && got[j] != want[i])
                j++
        }
        if (j > m || got[j] != want[i]) {
            print "README.md shows: " want[i]
            print "printed instead: " (j > m ? "(no such line)" : got[j])
            exit 1
        }
        j++
    }
    if (j <= m) {
        print "README.md does not show: " got[j]
        exit 1
    }
}
AWK

status=0
count=0
while [ -f "command.$((count + 1))" ]; do
    count=$((count + 1))
    sh "command.$count" >printed
    touch "expected.$count"
    awk -f match.awk "expected.$count" printed || {
        echo "FAILED: $(cat "command.$count")"
        status=1
    }
done
[ "$count" -ge 6 ] || {
    echo "FAILED: only $count examples found"
    status=1
}
exit $status
