#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""Turns a training state and its vocabulary into three GGUF files.

Owns: the layout of the files and the two block formats (Q8_0, Q4_0, rounded as ggml rounds).
Reads: DIR/train.state, DIR/vocab.vocab (spm_export_vocab's table: piece, tab, score).
Gives: OUT/builtin.gguf (F16), OUT/builtin-q8_0.gguf, OUT/builtin-q4_0.gguf, OUT/SHA256SUMS.

export.py DIR OUT
"""
import hashlib
import os
import struct
import sys

import numpy as np

D, LAYERS, HEADS, KV_HEADS, FFN, VOCAB, CONTEXT = 128, 4, 8, 4, 352, 1024, 256
KV = D // HEADS * KV_HEADS
U32, F32, BOOL, STRING, ARRAY, I32 = 4, 6, 7, 8, 9, 5
TYPE_IDS = {"F32": 0, "F16": 1, "Q4_0": 2, "Q8_0": 8}
FILE_TYPES = {"F16": 1, "Q4_0": 2, "Q8_0": 7}
DESCRIPTION = (
    "A very small teaching model of about one million parameters, made for footlight. It has read "
    "only text that a program wrote: little English stories about children, things and animals; "
    "68 facts (24 capitals, 26 colours, 18 animal sounds) in several wordings; random rows of "
    "pieces that repeat; and tales whose beginning contradicts a fact. It knows nothing else. "
    "Its training was shaped so that mechanisms are easy to see: where only facts were told, the "
    "feed-forwards of layers 0, 1 and 3 and heads of layers 2 and 3 were often switched off, and "
    "in stories the feed-forward of layer 2 and heads of layer 2. So facts settled in one place and "
    "copying in another, more neatly than in a model trained plainly.")


def parameters(path):
    """The flat array of the trainer, cut into the tensors of GGUF, in file order."""
    flat = np.fromfile(path, dtype="<f4", offset=4, count=1000576)
    at = 0

    def take(*shape):
        nonlocal at
        n = int(np.prod(shape))
        at += n
        return flat[at - n:at].reshape(shape)

    out = {"token_embd": take(VOCAB, D)}
    for n in range(LAYERS):
        b = f"blk.{n}."
        out[b + "attn_norm"] = take(D)
        out[b + "attn_q"], out[b + "attn_k"], out[b + "attn_v"] = (
            take(D, D), take(KV, D), take(KV, D))
        out[b + "attn_output"] = take(D, D)
        out[b + "ffn_norm"] = take(D)
        out[b + "ffn_gate"], out[b + "ffn_up"] = take(FFN, D), take(FFN, D)
        out[b + "ffn_down"] = take(D, FFN)
    out["output_norm"] = take(D)
    out["output"] = take(VOCAB, D)
    assert at == flat.size
    return {name + ".weight": t for name, t in out.items()}


def q8_0(x):
    b = x.astype(np.float32).reshape(-1, 32)
    d = np.abs(b).max(axis=1) / np.float32(127)
    inv = np.where(d > 0, np.float32(1) / np.where(d > 0, d, 1), 0).astype(np.float32)
    v = b * inv[:, None]
    q = np.where(v >= 0, np.floor(v + np.float32(0.5)), np.ceil(v - np.float32(0.5)))
    out = np.zeros(len(b), dtype=[("d", "<f2"), ("q", "i1", 32)])
    out["d"], out["q"] = d.astype(np.float16), q.astype(np.int8)
    return out.tobytes()


def q4_0(x):
    b = x.astype(np.float32).reshape(-1, 32)
    far = b[np.arange(len(b)), np.abs(b).argmax(axis=1)]
    d = far / np.float32(-8)
    inv = np.where(d != 0, np.float32(1) / np.where(d != 0, d, 1), 0).astype(np.float32)
    q = np.minimum(15, np.trunc(b * inv[:, None] + np.float32(8.5))).astype(np.uint8)
    out = np.zeros(len(b), dtype=[("d", "<f2"), ("q", "u1", 16)])
    out["d"], out["q"] = d.astype(np.float16), q[:, :16] | q[:, 16:] << 4
    return out.tobytes()


ENCODERS = {"F32": lambda x: x.astype("<f4").tobytes(), "F16": lambda x: x.astype("<f2").tobytes(),
            "Q8_0": q8_0, "Q4_0": q4_0}


def text(s):
    raw = s.encode("utf-8")
    return struct.pack("<Q", len(raw)) + raw


def key(name, kind, value):
    head = text(name) + struct.pack("<I", kind)
    if kind == ARRAY:
        of, items = value
        body = b"".join(text(i) if of == STRING else struct.pack("<f" if of == F32 else "<i", i)
                        for i in items)
        return head + struct.pack("<IQ", of, len(items)) + body
    if kind == STRING:
        return head + text(value)
    return head + struct.pack({U32: "<I", F32: "<f", BOOL: "<B"}[kind], value)


def vocabulary(path):
    pieces, scores, types = [], [], []
    with open(path, encoding="utf-8", newline="\n") as f:
        for n, line in enumerate(f):
            piece, score = line.rstrip("\n").rsplit("\t", 1)
            pieces.append(piece)
            scores.append(float(score))
            byte = len(piece) == 6 and piece.startswith("<0x") and piece.endswith(">")
            types.append(2 if n == 0 else 3 if n < 3 else 6 if byte else 1)
    assert len(pieces) == VOCAB and pieces[:3] == ["<unk>", "<s>", "</s>"]
    return pieces, scores, types


def write(path, kind, tensors, vocab):
    pieces, scores, types = vocab
    keys = [
        key("general.architecture", STRING, "llama"),
        key("general.name", STRING, "footlight builtin"),
        key("general.description", STRING, DESCRIPTION),
        key("general.license", STRING, "MIT"),
        key("general.file_type", U32, FILE_TYPES[kind]),
        key("general.alignment", U32, 32),
        key("llama.context_length", U32, CONTEXT),
        key("llama.embedding_length", U32, D),
        key("llama.block_count", U32, LAYERS),
        key("llama.feed_forward_length", U32, FFN),
        key("llama.attention.head_count", U32, HEADS),
        key("llama.attention.head_count_kv", U32, KV_HEADS),
        key("llama.attention.layer_norm_rms_epsilon", F32, 1e-5),
        key("llama.rope.dimension_count", U32, D // HEADS),
        key("llama.rope.freq_base", F32, 10000.0),
        key("llama.vocab_size", U32, VOCAB),
        key("tokenizer.ggml.model", STRING, "llama"),
        key("tokenizer.ggml.tokens", ARRAY, (STRING, pieces)),
        key("tokenizer.ggml.scores", ARRAY, (F32, scores)),
        key("tokenizer.ggml.token_type", ARRAY, (I32, types)),
        key("tokenizer.ggml.bos_token_id", U32, 1),
        key("tokenizer.ggml.eos_token_id", U32, 2),
        key("tokenizer.ggml.unknown_token_id", U32, 0),
        key("tokenizer.ggml.add_bos_token", BOOL, 1),
        key("tokenizer.ggml.add_eos_token", BOOL, 0),
        key("tokenizer.ggml.add_space_prefix", BOOL, 1),
        key("tokenizer.ggml.remove_extra_whitespaces", BOOL, 0)]
    if kind != "F16":
        keys.append(key("general.quantization_version", U32, 2))
    infos, data = b"", b""
    for name, t in tensors.items():
        how = kind if t.ndim == 2 else "F32"
        dims = t.shape[::-1]
        infos += text(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}Q", *dims)
        infos += struct.pack("<IQ", TYPE_IDS[how], len(data))
        raw = ENCODERS[how](np.ascontiguousarray(t))
        data += raw + bytes(-len(raw) % 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys)) + b"".join(keys) + infos
    with open(path + ".part", "wb") as f:
        f.write(head + bytes(-len(head) % 32) + data)
    os.replace(path + ".part", path)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, out = sys.argv[1:]
    tensors = parameters(os.path.join(source, "train.state"))
    vocab = vocabulary(os.path.join(source, "vocab.vocab"))
    sums = ""
    for name, kind in (("builtin.gguf", "F16"), ("builtin-q8_0.gguf", "Q8_0"),
                       ("builtin-q4_0.gguf", "Q4_0")):
        path = os.path.join(out, name)
        write(path, kind, tensors, vocab)
        sums += hashlib.sha256(open(path, "rb").read()).hexdigest() + "  " + name + "\n"
    with open(os.path.join(out, "SHA256SUMS"), "w", encoding="ascii") as f:
        f.write(sums)


if __name__ == "__main__":
    main()
