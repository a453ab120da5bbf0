#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# Longer runs of the fuzz targets that the preset `fuzz` builds, one after the other:
#   sh tests/fuzz/run.sh build-fuzz/tests RUNS [NAME...]
# RUNS executions of each (or of those named: gguf, commands, ...), from its seeds, corpus and
# dictionary and from what earlier runs found, which is kept in build-fuzz/tests/fuzzed/NAME. Stops at the
# first finding and says where the input is; minimise it with -minimize_crash=1 and keep it in
# corpus/NAME. Prints how many executions each target ran.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
runs=$2
shift 2
[ $# -gt 0 ] || set -- $(ls "$here"/fuzz_*.c | sed 's|.*/fuzz_\(.*\)\.c$|\1|')
for name; do
    grown=$folder/fuzzed/$name
    mkdir -p "$grown"
    FOOTLIGHT_FUZZ_SEEDS=$grown "$folder/fuzz_$name"
    set -- -runs="$runs" -max_len=8192 -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$folder/fuzzed/$name." "$grown"
    [ ! -d "$here/corpus/$name" ] || set -- "$@" "$here/corpus/$name"
    [ ! -f "$here/$name.dict" ] || set -- "-dict=$here/$name.dict" "$@"
    status=0
    "$folder/fuzz_$name" "$@" >"$folder/fuzzed/$name.log" 2>&1 || status=$?
    sed -n "s/^stat::number_of_executed_units: */$name: /p" "$folder/fuzzed/$name.log"
    if [ "$status" != 0 ]; then
        tail -n 40 "$folder/fuzzed/$name.log"
        echo "fuzz: $name ended with status $status, see $folder/fuzzed/$name.log" >&2
        exit 1
    fi
done
