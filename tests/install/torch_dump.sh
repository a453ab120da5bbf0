#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# assets/torch_dump.py, with stand_in.py in place of PyTorch: it takes every stage that Hugging Face
# has a name for, under that name, and `diff` finds it again. From ctest: FOOTLIGHT_SOURCE,
# FOOTLIGHT_BINARY.
set -eu
if ! python3 -c 'import contextlib, sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null; then
    echo "SKIPPED: no python3"
    exit 0
fi
place=$(mktemp -d "${TMPDIR:-/tmp}/torch_dump.XXXXXX")
trap 'rm -rf "$place"' EXIT
LC_ALL=C.UTF-8
export LC_ALL

"$FOOTLIGHT_BINARY" trace --names hf --logits all --qk-order hf --tensors "$place/ours" >"$place/said"
python3 -B "$FOOTLIGHT_SOURCE/tests/install/stand_in.py" "$place/ours" \
    "$FOOTLIGHT_SOURCE/assets/torch_dump.py" a-llama "$place/theirs"
"$FOOTLIGHT_BINARY" diff "$place/ours" "$place/theirs" >"$place/said" || {
    cat "$place/said"
    exit 1
}
grep -q 'the same within the tolerance: all values of 66 stages' "$place/said" || {
    cat "$place/said"
    exit 1
}
# what it says of the run is read too
"$FOOTLIGHT_BINARY" trace --names hf --logits all -p Another --tensors "$place/another" >"$place/said"
! "$FOOTLIGHT_BINARY" diff "$place/another" "$place/theirs" >"$place/said"
grep -q 'prompt: "Another" and "The capital of France is"' "$place/said"
