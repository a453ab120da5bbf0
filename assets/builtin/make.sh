#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# Makes the built-in model from nothing: text, vocabulary, training, export.
# Reads the sources beside it; writes everything to the folder it is given (default ./builtin-work).
# Call it again after an interruption and it goes on where it stopped. STEPS=N (200 or more) trains longer or
# shorter (a state trained with another STEPS must be removed first).
#
#   make.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${1:-builtin-work}
steps=${STEPS:-5000}
mkdir -p "$work"
cd "$work"

# Debian's own python3 where another one stands first and lacks numpy
python=python3
python3 -c 'import numpy' 2>/dev/null || python=/usr/bin/python3
packages=
command -v cc >/dev/null || packages="$packages gcc libc6-dev"
command -v spm_train >/dev/null || packages="$packages sentencepiece"
command -v python3 >/dev/null || packages="$packages python3"
$python -c 'import numpy' 2>/dev/null || packages="$packages python3-numpy"
echo '#include <cblas.h>' | cc -E -x c - >/dev/null 2>&1 || packages="$packages libopenblas-dev"
if [ -n "$packages" ]; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get update -q
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends $packages
fi

if [ ! -e eval.json ]; then
    echo "make.sh: writing the text"
    $python "$here/corpus.py" text .
    echo "make.sh: learning the vocabulary"
    spm_train --input=vocab.txt --model_prefix=vocab --model_type=bpe --vocab_size=1024 \
        --byte_fallback=true --unk_id=0 --bos_id=1 --eos_id=2 --pad_id=-1 \
        --normalization_rule_name=identity --add_dummy_prefix=true \
        --remove_extra_whitespaces=false --character_coverage=1.0 --num_threads=1 --minloglevel=1
    for kind in stories facts factstories tales; do
        spm_encode --model=vocab.model --output_format=id <$kind.txt >$kind.ids
    done
    $python "$here/corpus.py" eval . eval.json
fi

echo "make.sh: training, $steps steps of 8,192 tokens"
cc -std=gnu11 -O3 -march=native -ffast-math -fopenmp-simd -o train "$here/train.c" "$here/text.c" \
    "$here/model.c" -lopenblas -lpthread -lm
OPENBLAS_NUM_THREADS=1 ./train . --steps "$steps" --shape 0.5

$python "$here/export.py" . .
echo "make.sh: what came out"
sha256sum -c SHA256SUMS
for f in builtin.gguf builtin-q8_0.gguf builtin-q4_0.gguf; do
    echo "$f"
    $python "$here/evaluate.py" $f --quick --eval eval.json
done
