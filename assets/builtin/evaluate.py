#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""Asks a built-in model everything in eval.json, with and without its parts.

Owns: a forward pass in numpy that shares no code with the C sources, and the measures.
Reads: a GGUF file with F32, F16, Q8_0 or Q4_0 tensors, eval.json.
Gives: tables on standard output: accuracies, scores of heads, what each part's absence costs,
       and, where context contradicts a fact, how far each head pulls towards the context.

evaluate.py MODEL.gguf [--quick|--brief] [--eval FILE]
    --quick: accuracies only; --brief: whole layers and groups of heads, no single heads
evaluate.py MODEL.gguf --prompt TEXT [-n N]        continues TEXT (needs spm_encode on the path)
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np

SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q",
           11: "<q", 12: "<d"}


class Gguf:
    def __init__(self, path):
        self.raw, self.at = open(path, "rb").read(), 4
        assert self.raw[:4] == b"GGUF" and self.take("<I") == 3
        tensors, keys = self.take("<Q"), self.take("<Q")
        self.keys = {}
        for _ in range(keys):
            name = self.string()
            self.keys[name] = self.value(self.take("<I"))
        infos = []
        for _ in range(tensors):
            name = self.string()
            dims = [self.take("<Q") for _ in range(self.take("<I"))]
            infos.append((name, dims, self.take("<I"), self.take("<Q")))
        base = -(-self.at // 32) * 32
        self.t = {n: self.tensor(d, k, base + o) for n, d, k, o in infos}

    def take(self, form):
        v = struct.unpack_from(form, self.raw, self.at)[0]
        self.at += struct.calcsize(form)
        return v

    def string(self):
        n = self.take("<Q")
        self.at += n
        return self.raw[self.at - n:self.at].decode("utf-8")

    def value(self, kind):
        if kind == 8:
            return self.string()
        if kind == 9:
            of = self.take("<I")
            return [self.value(of) for _ in range(self.take("<Q"))]
        return self.take(SCALARS[kind])

    def tensor(self, dims, kind, at):
        n = int(np.prod(dims))
        if kind in (0, 1):
            x = np.frombuffer(self.raw, "<f4" if kind == 0 else "<f2", n, at).astype(np.float32)
        elif kind == 8:
            b = np.frombuffer(self.raw, [("d", "<f2"), ("q", "i1", 32)], n // 32, at)
            x = b["d"].astype(np.float32)[:, None] * b["q"]
        elif kind == 2:
            b = np.frombuffer(self.raw, [("d", "<f2"), ("q", "u1", 16)], n // 32, at)
            q = np.concatenate([b["q"] & 15, b["q"] >> 4], axis=1).astype(np.float32) - 8
            x = b["d"].astype(np.float32)[:, None] * q
        return x.reshape(dims[::-1])


class Model:
    def __init__(self, path):
        g = Gguf(path)
        k = g.keys
        self.t, self.pieces = g.t, k["tokenizer.ggml.tokens"]
        self.scores, self.types = k["tokenizer.ggml.scores"], k["tokenizer.ggml.token_type"]
        self.layers, self.heads = k["llama.block_count"], k["llama.attention.head_count"]
        self.group = self.heads // k["llama.attention.head_count_kv"]
        self.size = k["llama.rope.dimension_count"]
        self.eps, self.base = k["llama.attention.layer_norm_rms_epsilon"], k["llama.rope.freq_base"]

    def norm(self, x, name):
        w = self.t[name + ".weight"]
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.eps) * w

    def rope(self, x):
        n, d = x.shape[2], self.size
        angle = np.arange(n)[:, None] * self.base ** (-2.0 * np.arange(d // 2) / d)
        c, s = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
        out = np.empty_like(x)
        out[..., 0::2] = x[..., 0::2] * c - x[..., 1::2] * s
        out[..., 1::2] = x[..., 0::2] * s + x[..., 1::2] * c
        return out

    def forward(self, ids, off=(), probs=None):
        """Logits [B, T, V]; `off` holds ('head', l, h), ('ffn', l) and ('attn', l)."""
        t, (batch, n) = self.t, ids.shape
        x = t["token_embd.weight"][ids]
        hidden = np.triu(np.full((n, n), -np.inf, np.float32), 1)
        for l in range(self.layers):
            b = f"blk.{l}."
            a = self.norm(x, b + "attn_norm")

            def split(name):
                y = a @ t[b + name + ".weight"].T
                return y.reshape(batch, n, -1, self.size).transpose(0, 2, 1, 3)

            q, k, v = self.rope(split("attn_q")), self.rope(split("attn_k")), split("attn_v")
            k, v = np.repeat(k, self.group, 1), np.repeat(v, self.group, 1)
            s = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(self.size)) + hidden
            p = np.exp(s - s.max(-1, keepdims=True))
            p /= p.sum(-1, keepdims=True)
            if probs is not None:
                probs.append(p)
            z = p @ v
            for h in range(self.heads):
                if ("head", l, h) in off or ("attn", l) in off:
                    z[:, h] = 0
            x = x + z.transpose(0, 2, 1, 3).reshape(batch, n, -1) @ t[b + "attn_output.weight"].T
            if ("ffn", l) not in off:
                a = self.norm(x, b + "ffn_norm")
                g = a @ t[b + "ffn_gate.weight"].T
                x = x + (g / (1 + np.exp(-g)) * (a @ t[b + "ffn_up.weight"].T)) @ t[
                    b + "ffn_down.weight"].T
        return self.norm(x, "output_norm") @ t["output.weight"].T


def batches(items, size=64):
    order = sorted(range(len(items)), key=lambda i: len(items[i]))
    for at in range(0, len(order), size):
        part = order[at:at + size]
        ids = np.ones((len(part), max(len(items[i]) for i in part)), dtype=int)
        for row, i in enumerate(part):
            ids[row, :len(items[i])] = items[i]
        yield part, ids


def accuracy(model, items, off):
    """The share of items whose whole answer is the greedy choice."""
    right = 0
    for part, ids in batches([x["ids"] + x["answer_ids"] for x in items]):
        best = model.forward(ids, off).argmax(-1)
        for row, i in enumerate(part):
            x = items[i]
            n = len(x["ids"])
            right += all(best[row, n + j - 1] == a for j, a in enumerate(x["answer_ids"]))
    return right / len(items)


def induction(model, items, off):
    right = total = 0
    for part, ids in batches([x["ids"] for x in items]):
        best = model.forward(ids, off).argmax(-1)
        for row, i in enumerate(part):
            n = items[i]["length"]
            right += int((best[row, n + 1:2 * n] == ids[row, n + 2:2 * n + 1]).sum())
            total += n - 1
    return right / total


def head_scores(model, items):
    prefix, previous, cells, before = 0, 0, 0, 0
    for part, ids in batches([x["ids"] for x in items]):
        probs = []
        model.forward(ids, (), probs)
        p = np.stack(probs, 1)
        for row, i in enumerate(part):
            n = items[i]["length"]
            second, every = np.arange(n + 1, 2 * n), np.arange(2, 2 * n + 1)
            prefix = prefix + p[row][:, :, second, second - n + 1].sum(-1)
            previous = previous + p[row][:, :, every, every - 1].sum(-1)
            cells, before = cells + len(second), before + len(every)
    return prefix / cells, previous / before


def contradiction(model, items, off):
    """For each frame: share of context answers, of true answers, and the mean of their logits'
    difference (context minus truth)."""
    out = {}
    for part, ids in batches([x["ids"] for x in items]):
        logits = model.forward(ids, off)
        for row, i in enumerate(part):
            x = items[i]
            a = logits[row, len(x["ids"]) - 1]
            best = a.argmax()
            out.setdefault(x["frame"], []).append(
                (best == x["context_id"], best == x["true_id"], a[x["context_id"]] - a[x["true_id"]]))
    return {f: np.mean(v, axis=0) for f, v in out.items()}


def table(model, sets, brief):
    prefix, previous = head_scores(model, sets["induction"])
    print("heads on random sequences (prefix matching / previous token, where above 0.3)")
    for l in range(model.layers):
        for h in range(model.heads):
            if max(prefix[l, h], previous[l, h]) > 0.3:
                print(f"  layer {l} head {h}: {prefix[l, h]:.3f} / {previous[l, h]:.3f}")
    every = [(l, h) for l in range(model.layers) for h in range(model.heads)]
    cases = [("nothing", ())]
    cases += [("previous-token heads", [("head", l, h) for l, h in every if previous[l, h] > 0.5]),
              ("prefix-matching heads", [("head", l, h) for l, h in every if prefix[l, h] > 0.5])]
    cases += [(f"feed-forward {l}", [("ffn", l)]) for l in range(model.layers)]
    cases += [(f"attention {l}", [("attn", l)]) for l in range(model.layers)]
    if not brief:
        cases += [(f"layer {l} head {h}", [("head", l, h)]) for l, h in every]
    print("\nwithout                 facts  known   made  induct | context wins (logit margin): "
          "story, wrong, plain")
    for label, off in cases:
        c = contradiction(model, sets["contradiction"], off)
        print(f"{label:22} {accuracy(model, sets['facts'], off):6.3f} "
              f"{accuracy(model, sets['names_known'], off):6.3f} "
              f"{accuracy(model, sets['names_made_up'], off):6.3f} "
              f"{induction(model, sets['induction'], off):7.3f} | "
              + "  ".join(f"{c[f][0]:.2f} ({c[f][2]:+5.1f})" for f in ("story", "wrong", "plain")),
              flush=True)


def write_sentencepiece(model, path):
    """The vocabulary as a SentencePiece file, so that spm_encode reads what the model carries."""
    def field(n, wire, body):
        return bytes([n << 3 | wire]) + (bytes([len(body)]) if wire == 2 else b"") + body
    out = b""
    for piece, score, kind in zip(model.pieces, model.scores, model.types):
        body = field(1, 2, piece.encode()) + field(2, 5, struct.pack("<f", score))
        out += field(1, 2, body + (field(3, 0, bytes([kind])) if kind != 1 else b""))
    trainer = b"\x18\x02" + b"\x98\x02\x01"               # model_type BPE, byte_fallback
    rules = field(1, 2, b"identity") + b"\x18\x01\x20\x00\x28\x01"
    with open(path, "wb") as f:
        f.write(out + field(2, 2, trainer) + field(3, 2, rules))


def proceed(model, prompt, count):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "vocab.model")
        write_sentencepiece(model, path)
        out = subprocess.run(["spm_encode", "--model=" + path, "--output_format=id"], text=True,
                             input=prompt + "\n", capture_output=True, check=True).stdout
    ids = [1] + [int(i) for i in out.split()]
    print(" ".join(model.pieces[i] for i in ids))
    for _ in range(count):
        a = model.forward(np.array([ids]))[0, -1]
        ids.append(int(a.argmax()))
        if ids[-1] == 2:
            break
    print("".join(model.pieces[i] for i in ids[1:]).replace("\u2581", " ").strip())


def main():
    args = sys.argv[1:]
    if not args:
        sys.exit(__doc__)

    def option(name, default):
        return args[args.index(name) + 1] if name in args else default

    model = Model(args[0])
    if "--prompt" in args:
        proceed(model, option("--prompt", ""), int(option("-n", "40")))
        return
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "eval.json")
    with open(option("--eval", here), encoding="utf-8") as f:
        sets = json.load(f)
    if "--quick" in args:
        c = contradiction(model, sets["contradiction"], ())
        print(f"facts {accuracy(model, sets['facts'], ()):.3f}  "
              f"known names {accuracy(model, sets['names_known'], ()):.3f}  "
              f"made-up names {accuracy(model, sets['names_made_up'], ()):.3f}  "
              f"induction {induction(model, sets['induction'], ()):.3f}  context wins: "
              + "  ".join(f"{f} {c[f][0]:.2f}" for f in c))
    else:
        table(model, sets, "--brief" in args)


if __name__ == "__main__":
    main()
