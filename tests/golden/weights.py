# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""Model files as numpy arrays, for reference.py. Shares no line with the C loaders.

Reads GGUF v2/v3 (F32, F16, BF16, Q8_0, Q4_0; one file or a split), llama2.c `.bin` of versions 0,
1 and 2, and Hugging Face folders (F32, F16, BF16, F64 safetensors, one file or shards). Every reader
returns the same `Model`: a few numbers, and all weights as float64 under GGUF's tensor names, shaped
[out, in].
The files are trusted: this is a test tool, the C loaders are the ones that must survive bad input.
"""

import json
import os
import struct
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Model:
    """D hidden, H query heads, K key/value heads, d head size, r rotary width, F feed-forward."""

    D: int
    L: int
    H: int
    K: int
    d: int
    r: int
    F: int
    V: int
    eps: float
    rope_base: float
    pairing: str  # "interleaved": pairs (2i, 2i+1); "half": pairs (i, i + r/2)
    window: int = 0  # sliding window, 0: none
    full: frozenset = frozenset()  # layers that see everything although there is a window
    scaling: dict = field(default_factory=dict)  # of the rotary angles; config.json's words
    tensors: dict = field(default_factory=dict)  # GGUF name without ".weight" -> float64 array

    def get(self, name, layer=None):
        """The weight `name`, of block `layer` if given; None where the model has no such weight."""
        return self.tensors.get(name if layer is None else f"blk.{layer}.{name}")

    def window_of(self, layer):
        """How many positions a token of the block sees, itself included; 0: all."""
        return 0 if layer in self.full else self.window


def open_model(path):
    """Chooses the reader by what the path is."""
    if os.path.isdir(path):
        return read_hf_folder(path)
    with open(path, "rb") as f:
        magic = f.read(4)
    return read_gguf(path)[0] if magic == b"GGUF" else read_llama2c(path)


# ------------------------------------------------------------------------------------------ types


def bf16_to_f32(raw):
    """BF16 is the upper half of a float32."""
    return (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)


def dequantise(raw, kind):
    """The bytes of a tensor of ggml type `kind` as a flat float64 array."""
    if kind == 0:  # F32
        return np.frombuffer(raw, "<f4").astype(np.float64)
    if kind == 1:  # F16
        return np.frombuffer(raw, "<f2").astype(np.float64)
    if kind == 28:  # F64
        return np.frombuffer(raw, "<f8")
    if kind == 30:  # BF16
        return bf16_to_f32(raw).astype(np.float64)
    if kind == 8:  # Q8_0: half scale, 32 signed bytes
        blocks = np.frombuffer(raw, np.dtype([("d", "<f2"), ("q", "i1", 32)]))
        q = blocks["q"].astype(np.float64)
    elif kind == 2:  # Q4_0: half scale, 16 bytes; low nibbles are values 0..15, high 16..31
        blocks = np.frombuffer(raw, np.dtype([("d", "<f2"), ("q", "u1", 16)]))
        q = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=1).astype(np.float64) - 8
    else:
        raise ValueError(f"ggml type {kind} is not one this reference knows")
    return (q * blocks["d"].astype(np.float64)[:, None]).ravel()


BLOCK = {0: (1, 4), 1: (1, 2), 30: (1, 2), 8: (32, 34), 2: (32, 18)}  # type: elements, bytes

# ------------------------------------------------------------------------------------------- GGUF


class Cursor:
    """Reads little-endian values one after another."""

    SCALARS = "B b H h I i f ? s a Q q d".split()  # GGUF value types 0..12 (s string, a array)

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, code):
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value

    def string(self):
        n = self.take("Q")
        self.at += n
        return self.data[self.at - n : self.at]

    def value(self, kind):
        code = self.SCALARS[kind]
        if code == "s":
            return self.string()
        if code == "a":
            kind = self.take("I")
            return [self.value(kind) for _ in range(self.take("Q"))]
        return self.take(code)


def read_gguf(path):
    """(Model or None for a vocabulary-only file, metadata) of a GGUF file, or of a split's first."""
    meta, tensors = read_gguf_file(path)
    count = meta.get("split.count", 1)
    first = "-00001-of-%05d.gguf" % count
    if count > 1 and not path.endswith(first):
        raise ValueError(f"{path}: not the first of {count} files")
    for i in range(2, count + 1):
        tensors.update(read_gguf_file(path[: -len(first)] + "-%05d-of-%05d.gguf" % (i, count))[1])
    return (gguf_model(meta, tensors) if tensors else None), meta


def read_gguf_file(path):
    """(metadata, tensors) of one file."""
    with open(path, "rb") as f:
        c = Cursor(f.read())
    if c.data[:4] != b"GGUF":
        raise ValueError(f"{path}: not a GGUF file")
    c.at = 4
    version, n_tensors, n_keys = c.take("I"), c.take("Q"), c.take("Q")
    if version not in (2, 3):
        raise ValueError(f"{path}: GGUF version {version}, expected 2 or 3")
    meta = {}
    for _ in range(n_keys):
        key = c.string().decode()
        meta[key] = c.value(c.take("I"))
    infos = []
    for _ in range(n_tensors):
        name = c.string().decode()
        dims = [c.take("Q") for _ in range(c.take("I"))]
        infos.append((name, dims, c.take("I"), c.take("Q")))
    align = meta.get("general.alignment", 32)
    base = -(-c.at // align) * align

    tensors = {}
    for name, dims, kind, offset in infos:
        if kind not in BLOCK:
            raise ValueError(f"{path}: tensor {name} has ggml type {kind}, unknown here")
        per_block, block_bytes = BLOCK[kind]
        begin = base + offset
        raw = c.data[begin : begin + int(np.prod(dims)) // per_block * block_bytes]
        name = name[: -len(".weight")] if name.endswith(".weight") else name
        tensors[name] = dequantise(raw, kind).reshape(dims[::-1])  # dims[0] is the fastest
    return meta, tensors


def gguf_model(meta, tensors):
    """Hyperparameters from GGUF keys."""
    arch = meta["general.architecture"].decode()
    pairings = {"llama": "interleaved", "qwen2": "half", "qwen3": "half"}
    if arch not in pairings:
        raise ValueError(f"architecture {arch} is not one this reference knows")

    def key(name, default=None):
        value = meta.get(f"{arch}.{name}", default)
        if value is None:
            raise ValueError(f"key {arch}.{name} is missing")
        return value

    D, H = key("embedding_length"), key("attention.head_count")
    d = key("attention.key_length", D // H)
    return Model(
        D=D,
        L=key("block_count"),
        H=H,
        K=key("attention.head_count_kv", H),
        d=d,
        r=key("rope.dimension_count", d),
        F=key("feed_forward_length"),
        V=tensors["token_embd"].shape[0],
        eps=key("attention.layer_norm_rms_epsilon"),
        rope_base=key("rope.freq_base", 10000.0),
        pairing=pairings[arch],
        window=key("attention.sliding_window", 0),
        full=frozenset(l for l, windowed in enumerate(key("attention.sliding_window_pattern", []))
                       if not windowed),
        scaling=gguf_scaling(key),
        tensors=tensors,
    )


def gguf_scaling(key):
    """The keys of a header in config.json's words."""
    kind = key("rope.scaling.type", b"none").decode()
    if kind == "none":
        return {}
    if kind not in ("linear", "yarn"):
        raise ValueError(f"rope scaling {kind} is not one this reference knows")
    factor = key("rope.scaling.factor")
    out = {"rope_type": kind, "factor": factor}
    if kind == "yarn":
        out["original_max_position_embeddings"] = key("rope.scaling.original_context_length",
                                                      key("context_length"))
        out["beta_fast"] = key("rope.scaling.yarn_beta_fast", 32.0)
        out["beta_slow"] = key("rope.scaling.yarn_beta_slow", 1.0)
        out["attention_factor"] = key("rope.scaling.attn_factor", 1.0) * (1 + 0.1 * np.log(factor))
    return out


# --------------------------------------------------------------------------------------- llama2.c


def read_llama2c(path):
    """A llama2.c v0 file: seven int32, then float32 arrays in a fixed order; or v1 or v2."""
    with open(path, "rb") as f:
        raw = f.read()
    if raw[:4] == b"24ka":
        return read_llama2c_later(path, raw)
    header, data = np.frombuffer(raw[:28], "<i4"), np.frombuffer(raw[28:], "<f4")
    D, F, L, H, K, V, ctx = (int(n) for n in header)
    tied, V = V > 0, abs(V)
    d, at, tensors = D // H, 0, {}

    def take(shape):
        nonlocal at
        n = int(np.prod(shape))
        at += n
        return data[at - n : at].astype(np.float64).reshape(shape)

    def take_layers(name, *shape):
        for l, w in enumerate(take((L, *shape))):
            tensors[f"blk.{l}.{name}"] = w

    tensors["token_embd"] = take((V, D))
    take_layers("attn_norm", D)
    take_layers("attn_q", H * d, D)
    take_layers("attn_k", K * d, D)
    take_layers("attn_v", K * d, D)
    take_layers("attn_output", D, H * d)
    take_layers("ffn_norm", D)
    take_layers("ffn_gate", F, D)
    take_layers("ffn_down", D, F)
    take_layers("ffn_up", F, D)
    tensors["output_norm"] = take((D,))
    take((2, ctx, d // 2))  # rotary tables nobody reads any more
    if not tied:
        tensors["output"] = take((V, D))
    if at != len(data):
        raise ValueError(f"{path}: {4 * len(data)} bytes of weights, expected {4 * at}")
    return Model(D, L, H, K, d, d, F, V, 1e-5, 10000.0, "interleaved", tensors=tensors)


def read_llama2c_later(path, raw):
    """Version 1 (floats) or 2 (signed bytes, a float scale for each group): the norms come first."""
    version, D, F, L, H, K, V, _ctx = (int(n) for n in np.frombuffer(raw[4:36], "<i4"))
    tied, (group,) = raw[36], struct.unpack("<i", raw[37:41])
    d, at, tensors = D // H, 256, {}

    def floats(n):
        nonlocal at
        at += 4 * n
        return np.frombuffer(raw[at - 4 * n : at], "<f4").astype(np.float64)

    def matrix(*shape):
        """Groups are counted over all numbers of the matrix, wherever its rows end."""
        nonlocal at
        n = int(np.prod(shape))
        if version == 1:
            return floats(n).reshape(shape)
        at += n
        q = np.frombuffer(raw[at - n : at], np.int8).astype(np.float64)
        return (q * np.repeat(floats(n // group), group)).reshape(shape)

    for name in ("attn_norm", "ffn_norm"):
        for l in range(L):
            tensors[f"blk.{l}.{name}"] = floats(D)
    tensors["output_norm"] = floats(D)
    tensors["token_embd"] = matrix(V, D)
    for name, shape in (("attn_q", (H * d, D)), ("attn_k", (K * d, D)), ("attn_v", (K * d, D)),
                        ("attn_output", (D, H * d)), ("ffn_gate", (F, D)), ("ffn_down", (D, F)),
                        ("ffn_up", (F, D))):
        for l in range(L):
            tensors[f"blk.{l}.{name}"] = matrix(*shape)
    if not tied:
        tensors["output"] = matrix(V, D)
    if at != len(raw):
        raise ValueError(f"{path}: {len(raw)} bytes, expected {at}")
    return Model(D, L, H, K, d, d, F, V, 1e-5, 10000.0, "interleaved", tensors=tensors)


# ------------------------------------------------------------------------------------ Hugging Face

HF_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(hf):
    """`model.layers.3.mlp.up_proj.weight` -> `blk.3.ffn_up`; biases keep their `.bias`."""
    stem, kind = hf.rsplit(".", 1)
    prefix = ""
    if stem.startswith("model.layers."):
        _, _, layer, stem = stem.split(".", 3)
        prefix = f"blk.{layer}."
    return prefix + HF_NAMES[stem] + ("" if kind == "weight" else "." + kind)


def read_safetensors(path):
    """{name: float64 array} of one safetensors file."""
    with open(path, "rb") as f:
        data = f.read()
    (n,) = struct.unpack_from("<Q", data)
    out = {}
    for name, entry in json.loads(data[8 : 8 + n]).items():
        if name == "__metadata__":
            continue
        begin, end = (8 + n + o for o in entry["data_offsets"])
        kind = {"F32": 0, "F16": 1, "F64": 28, "BF16": 30}[entry["dtype"]]
        out[name] = dequantise(data[begin:end], kind).reshape(entry["shape"])
    return out


def read_hf_folder(folder):
    """A folder with config.json and safetensors. Hugging Face rotates half-split pairs."""
    with open(os.path.join(folder, "config.json")) as f:
        config = json.load(f)
    tensors = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".safetensors"):
            for hf, w in read_safetensors(os.path.join(folder, name)).items():
                tensors[gguf_name(hf)] = w
    if config.get("tie_word_embeddings"):
        tensors.pop("output", None)
    D, H = config["hidden_size"], config["num_attention_heads"]
    d = config.get("head_dim") or D // H
    rope = config.get("rope_parameters") or {}
    window, full = hf_window(config)
    return Model(
        D=D,
        L=config["num_hidden_layers"],
        H=H,
        K=config.get("num_key_value_heads", H),
        d=d,
        r=int(d * rope.get("partial_rotary_factor", config.get("partial_rotary_factor", 1.0))),
        F=config["intermediate_size"],
        V=config["vocab_size"],
        eps=config.get("rms_norm_eps", 1e-6),
        rope_base=rope.get("rope_theta", config.get("rope_theta", 10000.0)),
        pairing="half",
        window=window,
        full=full,
        scaling=hf_scaling(config, rope),
        tensors=tensors,
    )


def hf_window(config):
    """(window, layers without it). Qwen asks for its window and says from which layer on."""
    window, L = config.get("sliding_window") or 0, config["num_hidden_layers"]
    full = set()
    if config["model_type"].startswith("qwen"):
        if not config.get("use_sliding_window"):
            window = 0
        full = set(range(min(L, config.get("max_window_layers", 0))))
    if "layer_types" in config:
        full = {l for l, kind in enumerate(config["layer_types"]) if kind == "full_attention"}
    return window, frozenset(full)


def hf_scaling(config, rope):
    """rope_scaling, or rope_parameters where newer versions write that, complete with defaults."""
    out = dict(rope or config.get("rope_scaling") or {})
    out["rope_type"] = out.get("rope_type", out.get("type", "default"))
    if out["rope_type"] == "yarn":
        out.setdefault("original_max_position_embeddings", config["max_position_embeddings"])
        out.setdefault("beta_fast", 32.0)
        out.setdefault("beta_slow", 1.0)
        out.setdefault("attention_factor", 1 + 0.1 * np.log(out["factor"]))
    return out


# --------------------------------------------------------------------------------------- tokenizer


def encode(text, meta):
    """Ids of `text` with a GGUF file's SentencePiece vocabulary, no BOS.

    Spaces become U+2581 and one is put in front; then the neighbours whose concatenation has the
    best score are joined until none is a piece; what is left over is spelled in byte pieces.
    """
    pieces = [t.decode("utf-8", "surrogateescape") for t in meta["tokenizer.ggml.tokens"]]
    kinds = meta["tokenizer.ggml.token_type"]
    normal = {}
    for i, piece in enumerate(pieces):
        if kinds[i] in (1, 4):  # normal, user-defined
            normal.setdefault(piece, i)
    byte_id = {p: i for i, p in enumerate(pieces) if kinds[i] == 6}
    scores = meta["tokenizer.ggml.scores"]
    prefix = "\u2581" if text and meta.get("tokenizer.ggml.add_space_prefix", True) else ""
    parts = list(prefix + text.replace(" ", "\u2581"))
    while True:
        joins = [(-scores[normal[a + b]], i) for i, (a, b) in enumerate(zip(parts, parts[1:]))
                 if a + b in normal]
        if not joins:
            break
        i = min(joins)[1]  # best score, leftmost on a tie
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    ids = []
    for part in parts:
        if part in normal:
            ids.append(normal[part])
        else:
            ids.extend(byte_id["<0x%02X>" % b] for b in part.encode("utf-8", "surrogateescape"))
    return ids
