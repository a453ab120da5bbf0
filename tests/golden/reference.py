#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""The Llama forward pass in float64, every stage of it, written apart from the C engine.

    reference.py MODEL --ids 1,2,3 -n 3 -o FILE.csv     golden numbers of one run
    reference.py --verify ../shared/data                check this reference itself

MODEL is a GGUF, a llama2.c `.bin` or a Hugging Face folder (weights.py reads them). A run is one
prefill (in chunks with --chunk) and n-1 greedy decode passes. Each stage yields one event, in
execution order, numbered over the run; per-head stages yield one event per head. The output has one
line per event with the statistics of its values, easy to read from C (tests/golden/golden.c).

Letters: T new tokens, P cached before, S = P + T, D hidden, H query heads, K key/value heads,
d head size, r rotary width, F feed-forward, V vocabulary, R rows that reach the head.
"""

import argparse
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from typing import Optional

import numpy as np

import weights


@dataclass
class Event:
    """One stage of one pass, for one head where the stage is computed head by head."""

    event: int
    pass_: int
    phase: str  # "prefill" or "decode"
    past: int
    new: int
    layer: Optional[int]
    head: Optional[int]
    kv_head: Optional[int]
    stage: str
    values: np.ndarray  # float64, batch axis included; int64 for tokens and next_token
    masked: Optional[np.ndarray]  # True where the causal mask hides the cell; None: nowhere


# ------------------------------------------------------------------------------------ small maths


def softmax(x):
    """exp(x) / sum(exp(x)) along the last axis; -inf cells become 0."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def rms_norm(x, eps, weight):
    """x [..., n] -> (rms [..., 1], unit = x / rms [..., n], unit * weight [..., n])."""
    rms = np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps)
    return rms, x / rms, x / rms * weight


def rotate(x, cos, sin, pairing):
    """Turns each pair (a, b) of the first r elements by its angle: (a cos - b sin, a sin + b cos).

    x [heads, T, d]; cos, sin [T, r], of which the first r/2 columns hold the angles.
    Elements from r on pass through.
    """
    half = cos.shape[-1] // 2
    c, s = cos[:, :half], sin[:, :half]
    first, second = {
        "interleaved": (slice(0, 2 * half, 2), slice(1, 2 * half, 2)),
        "half": (slice(0, half), slice(half, 2 * half)),
    }[pairing]
    a, b = x[..., first], x[..., second]
    out = x.copy()
    out[..., first] = a * c - b * s
    out[..., second] = a * s + b * c
    return out


def frequencies(base, r, scaling):
    """(radians a position for each of the r/2 pairs, factor of cos and sin): RoPE and its scalings.

    Unscaled, pair i turns by base^(-2i/r). `dynamic` changes nothing within the original context.
    """
    plain = np.array([base ** (-2.0 * i / r) for i in range(r // 2)])
    kind = scaling.get("rope_type", "default")
    if kind in ("default", "dynamic"):
        return plain, 1.0
    stretched = plain / scaling["factor"]
    if kind == "linear":
        return stretched, 1.0
    original = scaling["original_max_position_embeddings"]
    if kind == "llama3":
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        wave = 2 * np.pi / plain
        keep = np.clip((original / wave - low) / (high - low), 0, 1)
        return keep * plain + (1 - keep) * stretched, 1.0
    if kind == "yarn":
        def pair(turns):
            """The pair, as a real number, that turns so often within the original context."""
            return r * np.log(original / (2 * np.pi * turns)) / (2 * np.log(base))

        begin = max(np.floor(pair(scaling["beta_fast"])), 0)
        end = min(np.ceil(pair(scaling["beta_slow"])), r - 1)
        ramp = np.clip((np.arange(r // 2) - begin) / (end - begin if end != begin else 0.001), 0, 1)
        return (1 - ramp) * plain + ramp * stretched, scaling["attention_factor"]
    raise ValueError(f"rope scaling {kind} is not one this reference knows")


def split_heads(x, heads):
    """[T, heads*d] -> [heads, T, d]"""
    return x.reshape(x.shape[0], heads, -1).transpose(1, 0, 2)


# -------------------------------------------------------------------------------- the forward pass


class Run:
    """A model and its cache; every method appends to self.events what it computes."""

    def __init__(self, model, record=True):
        self.m = model
        self.record = record
        self.events = []
        self.counter = 0
        self.passes = 0
        empty = np.zeros((model.K, 0, model.d))
        self.keys = [empty] * model.L  # per layer [K, S, d], rotated
        self.values = [empty] * model.L  # per layer [K, S, d]

    def emit(self, stage, values, layer=None, head=None, masked=None):
        """Appends an event; `values` comes without the batch axis."""
        if self.record:
            kv_head = None if head is None else head * self.m.K // self.m.H
            masked = None if masked is None else masked[None]
            self.events.append(
                Event(self.counter, self.passes, self.phase, self.past, self.new, layer, head,
                      kv_head, stage, np.asarray(values)[None], masked))
        self.counter += 1

    def linear(self, x, name, layer):
        """x [T, in] times the weight [out, in], plus the bias where the model has one: [T, out]."""
        y = x @ self.m.get(name, layer).T
        bias = self.m.get(name + ".bias", layer)
        return y if bias is None else y + bias

    def forward(self, ids, phase="prefill", logits="last", choose=True, head=True):
        """One pass over `ids`. Returns logits [R, V], or None without `head`.

        `head` says whether the stages after the last block exist in this pass, `choose` whether
        a next token is picked from its last row.
        """
        self.phase, self.past, self.new = phase, self.keys[0].shape[1], len(ids)
        x = self.embedding(ids)  # [T, D], the residual stream from here on
        cos, sin = self.rotary_tables()
        for layer in range(self.m.L):
            x = self.attention(x, layer, cos, sin)
            x = self.feed_forward(x, layer)
        out = self.output(x, logits, choose) if head else None
        self.passes += 1
        return out

    def embedding(self, ids):
        """tokens [T], embed [T, D]"""
        self.emit("tokens", np.array(ids, dtype=np.int64))
        x = self.m.get("token_embd")[list(ids)]
        self.emit("embed", x)
        return x

    def rotary_tables(self):
        """rope_cos, rope_sin [T, r]: angle i at position p is p times frequency i, columns twice."""
        m = self.m
        frequency, magnitude = frequencies(m.rope_base, m.r, m.scaling)
        factors = m.get("rope_freqs")
        if factors is not None:
            frequency = frequency / factors
        positions = self.past + np.arange(self.new)
        angle = np.tile(positions[:, None] * frequency[None, :], 2)
        cos, sin = magnitude * np.cos(angle), magnitude * np.sin(angle)
        self.emit("rope_cos", cos)
        self.emit("rope_sin", sin)
        return cos, sin

    def norm(self, stage, x, weight, layer=None):
        """{stage}_rms [T, 1], {stage}_unit [T, D], {stage} [T, D]; returns the last."""
        rms, unit, y = rms_norm(x, self.m.eps, weight)
        self.emit(stage + "_rms", rms, layer)
        self.emit(stage + "_unit", unit, layer)
        self.emit(stage, y, layer)
        return y

    def attention(self, x, layer, cos, sin):
        """Normalise, project, rotate, look up and add: x [T, D] -> resid_mid [T, D]."""
        m = self.m
        y = self.norm("attn_norm", x, m.get("attn_norm", layer), layer)
        q, k, v = self.project(y, layer)
        q, k = self.turn(q, k, layer, cos, sin)
        self.extend_cache(k, v, layer)
        z = self.look(q, layer)  # [H, T, d]
        concat = z.transpose(1, 0, 2).reshape(self.new, m.H * m.d)
        self.emit("attn_concat", concat, layer)
        out = self.linear(concat, "attn_output", layer)
        self.emit("attn_out", out, layer)
        self.emit("resid_mid", x + out, layer)
        return x + out

    def project(self, y, layer):
        """q [T, H*d], k [T, K*d], v [T, K*d]"""
        out = []
        for stage in ("q", "k", "v"):
            out.append(self.linear(y, "attn_" + stage, layer))
            self.emit(stage, out[-1], layer)
        return out

    def turn(self, q, k, layer, cos, sin):
        """q_norm and k_norm where the model has them, then q_rope [H, T, d], k_rope [K, T, d]."""
        m = self.m
        heads = {"q": split_heads(q, m.H), "k": split_heads(k, m.K)}
        for name in heads:
            weight = m.get(f"attn_{name}_norm", layer)
            if weight is not None:
                _, _, heads[name] = rms_norm(heads[name], m.eps, weight)
                self.emit(name + "_norm", heads[name], layer)
        for name in heads:
            heads[name] = rotate(heads[name], cos, sin, m.pairing)
            self.emit(name + "_rope", heads[name], layer)
        return heads["q"], heads["k"]

    def extend_cache(self, k, v, layer):
        """k_cache, v_cache [K, S, d]: everything seen so far, the new rows last."""
        v = split_heads(v, self.m.K)
        self.keys[layer] = np.concatenate([self.keys[layer], k], axis=1)
        self.values[layer] = np.concatenate([self.values[layer], v], axis=1)
        self.emit("k_cache", self.keys[layer], layer)
        self.emit("v_cache", self.values[layer], layer)

    def look(self, q, layer):
        """attn_scores, attn_probs [T, S] and attn_head [T, d], each for all heads: z [H, T, d]."""
        m = self.m
        serves = np.arange(m.H) * m.K // m.H  # query head -> key/value head
        query = self.past + np.arange(self.new)[:, None]
        key = np.arange(self.past + self.new)[None, :]
        hidden = key > query
        window = m.window_of(layer)
        if window:
            hidden |= query - key >= window
        scores = q @ self.keys[layer][serves].transpose(0, 2, 1) / np.sqrt(m.d)
        scores = np.where(hidden, -np.inf, scores)
        probs = softmax(scores)
        z = probs @ self.values[layer][serves]
        for h in range(m.H):
            self.emit("attn_scores", scores[h], layer, h, hidden)
        for h in range(m.H):
            self.emit("attn_probs", probs[h], layer, h, hidden)
        for h in range(m.H):
            self.emit("attn_head", z[h], layer, h)
        return z

    def feed_forward(self, x, layer):
        """Normalise, widen to F, gate, narrow and add: resid_mid [T, D] -> resid_post [T, D]."""
        y = self.norm("ffn_norm", x, self.m.get("ffn_norm", layer), layer)
        gate = self.linear(y, "ffn_gate", layer)
        self.emit("gate", gate, layer)
        up = self.linear(y, "ffn_up", layer)
        self.emit("up", up, layer)
        silu = gate / (1.0 + np.exp(-gate))
        self.emit("silu", silu, layer)
        self.emit("swiglu", silu * up, layer)
        down = self.linear(silu * up, "ffn_down", layer)
        self.emit("down", down, layer)
        self.emit("resid_post", x + down, layer)
        return x + down

    def output(self, x, logits, choose):
        """From the last block to the choice: logits [R, V], R = 1 (last row) or T."""
        y = self.norm("final_norm", x[-1:] if logits == "last" else x, self.m.get("output_norm"))
        head = self.m.get("output")
        z = y @ (self.m.get("token_embd") if head is None else head).T
        self.emit("logits", z)
        self.emit("probs", softmax(z))
        if choose:
            self.emit("next_token", np.array([np.argmax(z[-1])], dtype=np.int64))
        return z


def generate(run, ids, n, chunk=512, logits="last"):
    """Prefill in chunks, then n-1 greedy decode passes. Returns (first logits [R, V], n ids)."""
    for begin in range(0, len(ids), chunk):
        last = begin + chunk >= len(ids)
        z = run.forward(ids[begin : begin + chunk], "prefill", logits,
                        choose=last, head=last or logits == "all")
    first, chosen = z, [int(np.argmax(z[-1]))]
    while len(chosen) < n:
        z = run.forward(chosen[-1:], "decode", logits)
        chosen.append(int(np.argmax(z[-1])))
    return first, chosen


# ------------------------------------------------------------------------------- statistics and CSV

COLUMNS = ("event pass phase past new layer head kv_head stage shape count masked min max argmin "
           "argmax mean std rms l2 sum zeros nan inf first0 first1 first2 last0 last1 last2 ids")


def statistics(e):
    """The record of an event: count of unmasked cells, the rest over the finite ones among them."""
    cells = e.values.ravel()
    open_ = np.ones(cells.shape, bool) if e.masked is None else ~e.masked.ravel()
    s = {"count": int(open_.sum()), "masked": int((~open_).sum())}
    if cells.dtype.kind == "i":  # token ids: no statistics but the count
        return {**s, "ids": "x".join(str(i) for i in cells)}
    where = np.flatnonzero(open_ & np.isfinite(cells))
    x = cells[where]
    s["nan"] = int(np.isnan(cells[open_]).sum())
    s["inf"] = int(np.isinf(cells[open_]).sum())
    s["zeros"] = int((x == 0).sum())
    if len(x):
        for name, at in (("min", x.argmin()), ("max", x.argmax())):  # numpy takes the first of equals
            s[name] = x[at]
            s["arg" + name] = np.unravel_index(where[at], e.values.shape)
        s["mean"], s["std"] = x.mean(), x.std()
        s["rms"], s["l2"], s["sum"] = np.sqrt(np.mean(x * x)), np.sqrt(np.sum(x * x)), x.sum()
    for i in range(min(3, len(cells))):
        for name, at in ((f"first{i}", i), (f"last{2 - i}", len(cells) - 1 - i)):
            s[name] = cells[at] if open_[at] else None
    return s


def cell(value):
    """One CSV field; `-` stands for what does not exist, so that no field is empty."""
    if value is None:
        return "-"
    if isinstance(value, (float, np.floating)):
        return "%.17g" % value
    if isinstance(value, tuple):
        return "x".join(str(int(i)) for i in value)
    return str(value)


def csv_line(e):
    row = {**vars(e), "pass": e.pass_, "shape": e.values.shape, **statistics(e)}
    return ",".join(cell(row.get(name)) for name in COLUMNS.split())


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def write_golden(out, path, run, header):
    """Comment lines `# key: value`, the column line, then one line per event."""
    whole = {"sha256": sha256(path)} if os.path.isfile(path) else {}
    header = {"model": os.path.basename(path), **whole, **header, "events": len(run.events)}
    for key, value in header.items():
        print(f"# {key}: {value}", file=out)
    print(COLUMNS.replace(" ", ","), file=out)
    for e in run.events:
        print(csv_line(e), file=out)


# ------------------------------------------------------------------------------------ verification


class Verifier:
    """Collects checks; says each one in a line."""

    def __init__(self):
        self.failed = 0

    def check(self, what, ok, detail=""):
        self.failed += not ok
        print("%-4s %s%s" % ("ok" if ok else "FAIL", what, detail and f" ({detail})"))

    def logits(self, what, z, ids, expected, l2, allowed=5.1e-7):
        """Printed figures have six decimals, so half a unit of the last is the tolerance."""
        worst = max(np.abs(z[ids] - expected).max(), abs(np.sqrt(np.sum(z * z)) - l2))
        self.check(what, worst < allowed, f"largest difference {worst:.1e}")


def verify(data):
    """This reference against the published figures of the data folder, from all formats it reads."""
    v = Verifier()
    ids = [1, 403, 407, 261, 378]

    run = Run(weights.open_model(os.path.join(data, "stories260K.bin")))
    z, chosen = generate(run, ids, 16)
    v.logits("stories260K.bin logits", z[-1], [432, 383, 322],
             [17.799398, 14.281259, 9.709651], 179.514247)
    v.check("stories260K.bin greedy ids", chosen == [
        432, 383, 286, 261, 376, 298, 315, 421, 395, 317, 426, 338, 401, 396, 267, 337])
    m = run.m
    v.check("events per pass", run.counter == 16 * (10 + m.L * (22 + 3 * m.H)))

    whole = Run(m)
    all_rows, _ = generate(whole, ids + chosen[:7], 1, logits="all")
    parts = Run(m)
    some_rows, _ = generate(parts, ids + chosen[:7], 1, chunk=5, logits="all")
    v.check("chunks change nothing", np.allclose(all_rows[-2:], some_rows, rtol=0, atol=1e-10))
    v.check("the cache changes nothing", np.allclose(
        all_rows[4:], np.concatenate([e.values[0] for e in run.events if e.stage == "logits"][:8]),
        rtol=0, atol=1e-10))

    with open(os.path.join(data, "derived", "expected_logits.json")) as f:
        for case in json.load(f):
            path = os.path.join(data, "derived", case["file"])
            # the published figures of version 2 are of products rounded to float
            rounded = "-v2-" in case["file"]
            z, chosen = generate(Run(weights.open_model(path), record=False), case["tokens"], 16)
            v.logits(case["file"] + " logits", z[-1], case["top10_ids"], case["top10_logits"],
                     case["logits_l2"], 1e-5 if rounded else 5.1e-7)
            v.check(case["file"] + " greedy ids", chosen == case["greedy16"])
    verify_encoder(v, data)
    return v.failed


def verify_encoder(v, data):
    """The few lines of tokenizer behind --prompt, on the public vectors and the data's own text."""
    folder = os.path.join(data, "gguf-vocab")
    _, meta = weights.read_gguf(os.path.join(folder, "ggml-vocab-llama-spm.gguf"))
    with open(os.path.join(folder, "ggml-vocab-llama-spm.gguf.inp"), encoding="utf-8",
              newline="") as f:
        texts = f.read().split("\n__ggml_vocab_test__\n")[:-1]  # each text is followed by one
    with open(os.path.join(folder, "ggml-vocab-llama-spm.gguf.out")) as f:
        lines = f.read().split("\n")
    good = sum(weights.encode(t, meta) == [int(i) for i in o.split()] for t, o in zip(texts, lines))
    v.check("llama-spm vectors", good == len(texts) == 46, f"{good} of {len(texts)}")
    _, meta = weights.read_gguf(os.path.join(data, "derived", "stories260K-f32.gguf"))
    v.check("tok512 text", weights.encode("café 😀 zebra Quixotic 12345", meta) == [
        280, 412, 431, 485, 410, 243, 162, 155, 131, 410, 451, 411, 430, 420, 412, 410, 473, 425,
        417, 444, 309, 417, 429, 410, 475, 479, 472, 484, 480])


# ---------------------------------------------------------------------------------------- command


def main():
    p = argparse.ArgumentParser(description="float64 reference of every stage of a forward pass")
    p.add_argument("model", nargs="?", help=".gguf, llama2.c v0 .bin or a Hugging Face folder")
    p.add_argument("--ids", help="token ids, taken as they are")
    p.add_argument("--prompt", help="text; BOS is put in front (GGUF with a llama vocabulary)")
    p.add_argument("-n", type=int, default=1, help="tokens to choose (1)")
    p.add_argument("--chunk", type=int, default=512)
    p.add_argument("--logits", choices=("last", "all"), default="last")
    p.add_argument("-o", help="output file; else standard output")
    p.add_argument("--verify", metavar="DATA", help="check this reference against a data folder")
    a = p.parse_args()
    if a.verify:
        failed = verify(a.verify)
        print("all verified" if not failed else f"{failed} checks failed")
        return failed != 0
    if not a.model or (a.ids is None) == (a.prompt is None):
        p.error("MODEL and one of --ids and --prompt are needed")
    if a.prompt is None:
        ids = [int(i) for i in a.ids.split(",")]
    else:
        _, meta = weights.read_gguf(a.model)
        ids = [meta["tokenizer.ggml.bos_token_id"]] + weights.encode(a.prompt, meta)
    run = Run(weights.open_model(a.model))
    _, chosen = generate(run, ids, a.n, a.chunk, a.logits)
    header = {"ids": " ".join(map(str, ids)), "chunk": a.chunk, "logits": a.logits,
              "chosen": " ".join(map(str, chosen))}
    if a.prompt is not None:
        header = {"prompt": a.prompt, **header}
    with open(a.o, "w", encoding="utf-8") if a.o else sys.stdout as out:
        write_golden(out, a.model, run, header)
    return 0


if __name__ == "__main__":
    sys.exit(main())
