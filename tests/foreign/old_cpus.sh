#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# The program and the kernel test on x86-64 CPUs that qemu imitates: each takes the best level that
# the CPU has, gives the same text, refuses the levels that it has not, and never meets an
# instruction that the CPU does not know. qemu has no AVX-512: what a CPU with it lacks besides is
# not seen here.
# Use: old_cpus.sh BUILD, a build folder with its tests.
set -eu
build=$1
place=$(mktemp -d "${TMPDIR:-/tmp}/old_cpus.XXXXXX")
trap 'rm -rf "$place"' EXIT
unset FOOTLIGHT_ISA
# Without it the program starts itself anew, and then not under qemu.
export OMP_WAIT_POLICY=passive

fail() {
    echo "old_cpus: $*" >&2
    exit 1
}

# on CPU COMMAND...: qemu warns of what it cannot imitate; that is left out.
on() {
    cpu=$1
    shift
    status=0
    qemu-x86_64 -cpu "$cpu" "$@" 2>"$place/errors_$cpu" || status=$?
    grep -v '^qemu-x86_64: warning: TCG' "$place/errors_$cpu" >&2 || true
    return "$status"
}

# dies CPU INSTRUCTION: qemu must refuse what the CPU does not know, or nothing here shows anything.
dies() {
    echo "int main(void) { __asm__ volatile(\"$2\"); return 0; }" | cc -x c - -o "$place/tried"
    if (ulimit -c 0; on "$1" "$place/tried") >/dev/null 2>&1; then
        fail "a $1 has executed $2"
    fi
}

dies Nehalem 'vaddps %xmm0, %xmm0, %xmm0'
dies SandyBridge 'vpaddd %ymm0, %ymm0, %ymm0'
dies Haswell,-fma 'vfmadd231ps %ymm0, %ymm0, %ymm0'
dies Haswell,-f16c 'vcvtph2ps %xmm0, %ymm0'
dies Haswell 'vaddps %zmm0, %zmm0, %zmm0'

"$build/footlight" generate builtin:q8_0 --isa scalar -n 4 >"$place/expected"

# expect CPU LEVEL REFUSED...
expect() {
    cpu=$1 level=$2
    shift 2
    on "$cpu" "$build/footlight" trace -n 2 --no-time --format jsonl -o "$place/trace" ||
        fail "$cpu: trace ends with $?"
    grep -q "\"isa\":\"$level\"" "$place/trace" || fail "$cpu does not take $level"
    for precision in --fast --exact; do
        on "$cpu" "$build/footlight" generate builtin:q8_0 -n 4 "$precision" >"$place/text" ||
            fail "$cpu: generate $precision ends with $?"
        cmp "$place/expected" "$place/text" || fail "$cpu: other words $precision"
    done
    for refused; do
        on "$cpu" "$build/footlight" generate -n 4 --isa "$refused" 2>"$place/refusal" &&
            fail "$cpu takes $refused"
        grep -q "'$refused' is no instruction set that this machine runs, expected .*$level" \
            "$place/refusal" || fail "$cpu: $(cat "$place/refusal")"
    done
    echo "$cpu: $level"
}

# kernels CPU LEVEL: the kernel test there tests that level too. qemu reads all that a masked load of
# AVX2 spans, 32 bytes at most.
kernels() {
    status=0
    on "$1" "$build/tests/test_kernels_kernels" --beyond 32 >"$place/kernels_$1" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        cat "$place/kernels_$1"
        fail "$1: the kernel test ends with $status"
    fi
    grep -q " of $2" "$place/kernels_$1" || fail "$1: no kernel of $2 was tested"
    echo "$1: $(grep -c '  OK ' "$place/kernels_$1") kernels hold"
}

expect Nehalem scalar avx2 avx512
expect SandyBridge scalar avx2
expect Haswell,-fma scalar avx2
expect Haswell,-f16c scalar avx2
expect Haswell avx2 avx512
expect Skylake-Server avx2 avx512
kernels Nehalem scalar &
kernels Haswell avx2
wait $!
