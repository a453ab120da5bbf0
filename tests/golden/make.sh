#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# Writes the golden files anew: tests/golden/make.sh. Run it whenever assets/builtin/builtin.gguf is
# replaced. The stories260K files are rewritten only where the test data lies beside the source tree.
# Golden files of random models are not kept: test_random makes them, by random_models.py, as it runs.
# With --check it computes nothing and only says whether the file for the built-in model is of its
# present bytes (exit 0) or of others (exit 1); that needs no Python.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
data=$root/../shared/data
builtin=$root/assets/builtin/builtin.gguf

if [ "${1:-}" = --check ]; then
    recorded=$(sed -n 's/^# sha256: //p' "$here/builtin.csv")
    present=$( (sha256sum "$builtin" 2>/dev/null || shasum -a 256 "$builtin") | cut -d' ' -f1)
    [ "$recorded" = "$present" ] && exit 0
    echo "tests/golden/builtin.csv is of another model file: run tests/golden/make.sh" >&2
    exit 1
fi

python=${PYTHON:-/usr/bin/python3}
export OPENBLAS_NUM_THREADS=1 # the sums must not depend on the machine's number of cores
golden() { # NAME MODEL OPTIONS...: writes NAME.csv, and only when complete
    name=$1
    shift
    "$python" "$here/reference.py" "$@" -o "$here/$name.csv.part"
    mv "$here/$name.csv.part" "$here/$name.csv"
    echo "$name.csv: $(grep -c '^[0-9]' "$here/$name.csv") events"
}

golden builtin "$builtin" --prompt "The capital of France is" -n 2
if [ -d "$data" ]; then
    golden stories260K "$data/stories260K.bin" --ids 1,403,407,261,378 -n 3
    golden stories260K-chunked "$data/stories260K.bin" --chunk 5 --logits all \
        --ids 1,291,376,400,428,286,261,376,298,315,421,395
else
    echo "no $data: the stories260K files stay as they are" >&2
fi
