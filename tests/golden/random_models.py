#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""Small models of odd shapes with random weights, in every format that can hold them.

    random_models.py FOLDER --models N [--first I]

Model I is the same on every machine: all its sizes, settings and weights are drawn from the seed I.
Each is written as what its kind can be: GGUF (F32, F16, BF16, Q8_0 where rows allow, split), a
Hugging Face folder (F32, F16, BF16, F64, sharded) and llama2.c versions 0, 1 and 2. Next to each
stands the golden file that reference.py makes of it, and FOLDER/cases.txt has a line `GOLDEN MODEL`
for each pair. formats.py writes them.
"""

import argparse
import os
from types import SimpleNamespace

import numpy as np

import reference
import weights
from formats import (gguf_keys, gguf_tensors, group_sizes, llama2c_arrays, write_gguf,
                     write_gguf_split, write_hf, write_llama2c, write_llama2c_later)

KINDS = ("plain", "llama", "mistral", "qwen2", "qwen3")
SCALINGS = ("default", "linear", "llama3", "yarn", "dynamic", "freqs")  # freqs: any divisors

# ------------------------------------------------------------------------------------ what is drawn


def draw_shape(rng, index):
    """Sizes and settings of model `index`; `m.kind` says which families it can belong to."""
    m = SimpleNamespace(index=index, kind=KINDS[index % len(KINDS)])
    pick = lambda *choices: choices[rng.integers(len(choices))]
    m.L = pick(1, 1, 3, 2)
    m.H = int(rng.integers(1, 13))
    m.K = pick(*[k for k in range(1, m.H + 1) if m.H % k == 0])
    if m.kind == "plain":  # llama2.c: heads divide the hidden size and turn as a whole
        m.d = pick(*[d for d in (2, 4, 6, 10, 14, 22) if d * m.H <= 48])
        m.D = m.H * m.d
        m.r, m.base, m.eps = m.d, 10000.0, float(np.float32(1e-5))
    else:
        m.d = pick(2, 4, 6, 10, 14)
        m.D = pick(32, int(rng.integers(5, 48)))  # a row of 32 can be of type Q8_0
        m.r = pick(m.d, 2 * int(rng.integers(1, m.d // 2 + 1)))
        m.base, m.eps = pick(100.0, 10000.0, 500000.0), pick(1e-5, 1e-6)
    m.F = pick(64, int(rng.integers(3, 90)))
    m.V = int(rng.integers(23, 60))
    m.tied = bool(pick(True, False))
    draw_attention(m, pick)
    draw_scaling(m, rng, pick)
    return m


def draw_attention(m, pick):
    """Biases, norms of q and k, and which layers have a window."""
    m.bias = {"llama": pick("", "qkvo", "qkv"), "qwen2": "qkv",
              "qwen3": pick("", "qkvo")}.get(m.kind, "")
    m.qk_norm = m.kind == "qwen3" or (m.kind == "llama" and bool(pick(True, False)))
    m.window = 0 if m.kind == "plain" else pick(0, 1, 2, 3, 6)
    m.full = []
    if m.window and m.kind != "mistral":
        m.full = [l for l in range(m.L) if pick(True, False)]


def draw_scaling(m, rng, pick):
    """The kind of RoPE scaling, in the words of config.json."""
    m.freqs = None
    kind = "default" if m.kind == "plain" else pick(*SCALINGS)
    m.scaling = {"rope_type": kind}
    if kind == "freqs":
        m.scaling = {"rope_type": "default"}
        m.freqs = rng.uniform(0.5, 8, m.r // 2).astype(np.float32)
    elif kind != "default":
        m.scaling["factor"] = pick(2.0, 4.0, 8.0)
    if kind == "llama3":
        m.scaling.update(low_freq_factor=1.0, high_freq_factor=4.0)
    if kind in ("llama3", "yarn", "dynamic"):
        m.scaling["original_max_position_embeddings"] = pick(16, 32)
    if kind == "yarn" and pick(True, False):
        m.scaling.update(beta_fast=4.0, beta_slow=0.5)
    if kind == "yarn" and pick(True, False):
        m.scaling["attention_factor"] = 1.25


def draw_run(m, rng):
    """A prompt of 1 or 5 ids, whole or in chunks, and two tokens after it."""
    m.ids = [int(i) for i in rng.integers(0, m.V, 1 if m.index % 7 == 3 else 5)]
    m.chunk = (512, 512, 2, 3)[rng.integers(4)]
    m.logits = ("last", "all")[rng.integers(2)]


def draw_weights(m, rng):
    """{config.json family's name: float64 array}: q and k in Hugging Face's order."""
    def matrix(rows, columns):
        return rng.normal(size=(rows, columns)) * 1.5 / np.sqrt(columns)

    def scales(n):
        return 1 + 0.3 * rng.normal(size=n)

    w = {"model.embed_tokens.weight": rng.normal(size=(m.V, m.D)),
         "model.norm.weight": scales(m.D)}
    if not m.tied:
        w["lm_head.weight"] = matrix(m.V, m.D)
    outs = {"q": m.H * m.d, "k": m.K * m.d, "v": m.K * m.d, "o": m.D}
    for l in range(m.L):
        block = f"model.layers.{l}."
        for name in ("input_layernorm", "post_attention_layernorm"):
            w[f"{block}{name}.weight"] = scales(m.D)
        for letter, rows in outs.items():
            name = f"{block}self_attn.{letter}_proj."
            w[name + "weight"] = matrix(rows, m.H * m.d if letter == "o" else m.D)
            if letter in m.bias:
                w[name + "bias"] = 0.5 * rng.normal(size=rows)
        if m.qk_norm:
            for letter in "qk":
                w[f"{block}self_attn.{letter}_norm.weight"] = scales(m.d)
        for name in ("gate", "up"):
            w[f"{block}mlp.{name}_proj.weight"] = matrix(m.F, m.D)
        w[f"{block}mlp.down_proj.weight"] = matrix(m.D, m.F)
    return w


# ------------------------------------------------------------------------------------------- all of it


def fits_hf(m):
    """A config.json says less than a GGUF header can: no arbitrary divisors, no q/k norm or window
    in a Llama, and its biases are all or none."""
    return m.freqs is None and not (m.kind == "llama" and (m.bias == "qkv" or m.qk_norm or m.window))


def write_forms(folder, m, w):
    """Writes the model in every form it can have; yields their paths."""
    stem = os.path.join(folder, "m%03d" % m.index)
    keys, tensors = gguf_keys(m), gguf_tensors(m, w)
    quantised = any(x.ndim == 2 and x.shape[1] % 32 == 0 for x in tensors.values())
    for dtype in ("F32", "F16", "BF16") + ("Q8_0",) * quantised:
        write_gguf(f"{stem}-{dtype}.gguf", keys, tensors, dtype)
        yield f"{stem}-{dtype}.gguf"
    yield write_gguf_split(stem, keys, tensors, "F32", 2 + m.index % 2)
    if fits_hf(m):
        for dtype in ("F32", "F16", "BF16", "F64"):
            yield write_hf(f"{stem}-hf-{dtype}", m, w, dtype, 1)
        yield write_hf(f"{stem}-hf-sharded", m, w, "F32", 3)
    if m.kind == "plain":
        yield from write_llama2c_forms(stem, m, w)


def write_llama2c_forms(stem, m, w):
    write_llama2c(stem + "-v0.bin", m, w)
    yield stem + "-v0.bin"
    write_llama2c_later(stem + "-v1.bin", m, w, 1, 0)
    yield stem + "-v1.bin"
    for group in group_sizes(llama2c_arrays(m, w)):
        write_llama2c_later(f"{stem}-v2-{group}.bin", m, w, 2, group)
        yield f"{stem}-v2-{group}.bin"


def write_golden(path, m):
    """The golden file beside a model. Returns the first logits."""
    run = reference.Run(weights.open_model(path))
    first, chosen = reference.generate(run, m.ids, 3, m.chunk, m.logits)
    header = {"ids": " ".join(map(str, m.ids)), "chunk": m.chunk, "logits": m.logits,
              "chosen": " ".join(map(str, chosen))}
    with open(path + ".csv", "w", encoding="utf-8") as out:
        reference.write_golden(out, path, run, header)
    return first


def exact(path):
    """Does the form hold the weights as floats, not rounded further?"""
    return not any(word in path for word in ("F16", "Q8_0", "F64", "-v2-"))


def write_model(folder, index, cases):
    rng = np.random.default_rng(index)
    m = draw_shape(rng, index)
    draw_run(m, rng)
    w = draw_weights(m, rng)
    same = []
    for path in write_forms(folder, m, w):
        logits = write_golden(path, m)
        same += [(path, logits)] if exact(path) else []
        print(path + ".csv", path, file=cases)
    for path, logits in same:  # two readers, two pairings, one model
        if not np.allclose(logits, same[0][1], rtol=1e-5, atol=1e-5):
            raise SystemExit(f"{path} and {same[0][0]} are not the same model")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--models", type=int, default=8)
    parser.add_argument("--first", type=int, default=0)
    a = parser.parse_args()
    with open(os.path.join(a.folder, "cases.txt"), "w", encoding="utf-8") as cases:
        for index in range(a.first, a.first + a.models):
            write_model(a.folder, index, cases)


if __name__ == "__main__":
    main()
