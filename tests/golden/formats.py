# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""Writes a model of random_models.py as GGUF, as a Hugging Face folder, as llama2.c.

`m` has its sizes and settings, `w` its weights by Hugging Face's names. Nothing here is shared with
the readers of weights.py but the formats.
"""

import json
import os
import struct

import numpy as np

import reference

CONTEXT = 64  # the longest, of every model

# ----------------------------------------------------------------------------------- numbers as bytes


def bf16(x):
    """The upper halves of floats, cut."""
    return (np.ascontiguousarray(x, "<f4").view("<u4") >> 16).astype("<u2").tobytes()


def q8_0(x):
    """Blocks of 32: a half, the scale, and 32 signed bytes."""
    blocks = x.reshape(-1, 32)
    scale = (np.abs(blocks).max(axis=1) / 127).astype("<f2")
    q = np.rint(blocks / np.maximum(scale.astype(np.float64), 1e-9)[:, None]).clip(-127, 127)
    return b"".join(s.tobytes() + row.tobytes() for s, row in zip(scale, q.astype(np.int8)))


PACK = {
    "F32": lambda x: x.astype("<f4").tobytes(),
    "F16": lambda x: x.astype("<f2").tobytes(),
    "F64": lambda x: x.astype("<f8").tobytes(),
    "BF16": bf16,
    "Q8_0": q8_0,
}

# ---------------------------------------------------------------------------------------------- GGUF

GGUF_TYPES = {"F32": 0, "F16": 1, "Q8_0": 8, "BF16": 30}
GGUF_NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(name):
    stem, ending = name.rsplit(".", 1)
    if not stem.startswith("model.layers."):
        return f"{GGUF_NAMES[stem]}.{ending}"
    layer, rest = stem[len("model.layers.") :].split(".", 1)
    return f"blk.{layer}.{GGUF_NAMES[rest]}.{ending}"


def interleave(m, x):
    """Rows of q or k (or a bias or a norm of them) from Hugging Face's order to Meta's.

    The pairs (i, i + r/2) of a head become (2i, 2i + 1); what is not turned stays.
    """
    order = [i // 2 + i % 2 * (m.r // 2) for i in range(m.r)] + list(range(m.r, m.d))
    heads = x.reshape(-1, m.d, *x.shape[1:])
    return heads[:, order].reshape(x.shape)


def gguf_tensors(m, w):
    """{GGUF name: array}, q and k as the architecture wants them."""
    out = {}
    for name, x in w.items():
        turned = any(f".{letter}_{part}." in name for letter in "qk" for part in ("proj", "norm"))
        out[gguf_name(name)] = interleave(m, x) if turned and arch_of(m) == "llama" else x
    divisors = m.freqs
    if m.scaling["rope_type"] == "llama3":
        plain = reference.frequencies(m.base, m.r, {})[0]
        divisors = plain / reference.frequencies(m.base, m.r, m.scaling)[0]
    if divisors is not None:
        out["rope_freqs.weight"] = divisors
    return out


def arch_of(m):
    return m.kind if m.kind.startswith("qwen") else "llama"


def gguf_string(text):
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def gguf_value(value):
    """A type and a value: bool, int (u32), float (f32), str, or a list of one of these."""
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + gguf_string(value)
    elements = [gguf_value(v) for v in value]
    return struct.pack("<I", 9) + elements[0][:4] + struct.pack("<Q", len(value)) + b"".join(
        e[4:] for e in elements)


def gguf_keys(m):
    arch = arch_of(m)
    keys = {
        "general.architecture": arch,
        f"{arch}.context_length": CONTEXT,
        f"{arch}.embedding_length": m.D,
        f"{arch}.block_count": m.L,
        f"{arch}.feed_forward_length": m.F,
        f"{arch}.attention.head_count": m.H,
        f"{arch}.attention.head_count_kv": m.K,
        f"{arch}.attention.key_length": m.d,
        f"{arch}.attention.value_length": m.d,
        f"{arch}.attention.layer_norm_rms_epsilon": m.eps,
        f"{arch}.rope.dimension_count": m.r,
        f"{arch}.rope.freq_base": m.base,
    }
    if m.window:
        keys[f"{arch}.attention.sliding_window"] = m.window
    if m.full:
        keys[f"{arch}.attention.sliding_window_pattern"] = [l not in m.full for l in range(m.L)]
    keys.update(gguf_scaling(m, arch + ".rope.scaling."))
    keys.update(gguf_vocab(m))
    return keys


def gguf_scaling(m, prefix):
    s, kind = m.scaling, m.scaling["rope_type"]
    if kind not in ("linear", "yarn"):  # llama3's is a tensor
        return {}
    keys = {prefix + "type": kind, prefix + "factor": s["factor"]}
    if kind == "yarn":
        keys[prefix + "original_context_length"] = s["original_max_position_embeddings"]
    if "beta_fast" in s:
        keys[prefix + "yarn_beta_fast"] = s["beta_fast"]
        keys[prefix + "yarn_beta_slow"] = s["beta_slow"]
    if "attention_factor" in s:
        keys[prefix + "attn_factor"] = s["attention_factor"] / (1 + 0.1 * float(np.log(s["factor"])))
    return keys


def gguf_vocab(m):
    """Letters, so that a prompt can be typed: `the moon is round`."""
    letters = list("\u2581themoonisrud")
    pieces = ["<unk>", "<s>", "</s>"] + list(dict.fromkeys(letters))
    pieces += [f"<{i}>" for i in range(len(pieces), m.V)]
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": pieces,
        "tokenizer.ggml.scores": [-float(i) for i in range(m.V)],
        "tokenizer.ggml.token_type": [2, 3, 3] + [1] * (m.V - 3),
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
    }


def write_gguf(path, keys, tensors, dtype):
    """Vectors are F32; so is, in a quantised file, a matrix whose rows are no whole blocks."""
    head = b"".join(gguf_string(k) + gguf_value(v) for k, v in keys.items())
    data = b""
    for name, x in tensors.items():
        kind = "F32" if x.ndim == 1 or (dtype == "Q8_0" and x.shape[1] % 32) else dtype
        head += gguf_string(name) + struct.pack("<I", x.ndim)
        head += b"".join(struct.pack("<Q", n) for n in x.shape[::-1])
        head += struct.pack("<IQ", GGUF_TYPES[kind], len(data))
        raw = PACK[kind](x)
        data += raw + bytes(-len(raw) % 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys)) + head
    with open(path, "wb") as f:
        f.write(head + bytes(-len(head) % 32) + data)


def write_gguf_split(stem, keys, tensors, dtype, count):
    """Tensors in `count` files, the keys in the first."""
    names = list(tensors)
    for i in range(count):
        part = {n: tensors[n] for n in names[i * len(names) // count : (i + 1) * len(names) // count]}
        own = {"split.no": i, "split.count": count, "split.tensors.count": len(names)}
        write_gguf("%s-%05d-of-%05d.gguf" % (stem, i + 1, count), {**(keys if i == 0 else {}), **own},
                   part, dtype)
    return "%s-00001-of-%05d.gguf" % (stem, count)


# ------------------------------------------------------------------------------------ Hugging Face


def hf_config(m, dtype):
    kind = "llama" if m.kind == "plain" else m.kind
    names = {"F32": "float32", "F16": "float16", "BF16": "bfloat16", "F64": "float64"}
    config = {
        "model_type": kind, "hidden_size": m.D, "intermediate_size": m.F, "num_hidden_layers": m.L,
        "num_attention_heads": m.H, "num_key_value_heads": m.K, "head_dim": m.d, "vocab_size": m.V,
        "max_position_embeddings": CONTEXT, "rms_norm_eps": m.eps, "hidden_act": "silu",
        "tie_word_embeddings": m.tied, "torch_dtype": names[dtype],
        "attention_bias": m.bias == "qkvo",
    }
    rope = {}
    if m.r != m.d:
        part = m.r / m.d  # which may round to a little less than r numbers
        rope["partial_rotary_factor"] = part if int(m.d * part) == m.r else (m.r + 0.25) / m.d
    if m.index % 2:  # as transformers 5 writes it
        config["rope_parameters"] = {**m.scaling, "rope_theta": m.base, **rope}
    else:
        scaling = None if m.scaling["rope_type"] == "default" else m.scaling
        config.update(rope, rope_theta=m.base, rope_scaling=scaling)
    config.update(hf_window(m))
    return config


def hf_window(m):
    """Qwen's window begins with a layer, or each layer says what it is; Mistral's is everywhere."""
    if m.kind == "mistral":
        return {"sliding_window": m.window or None}
    if not m.kind.startswith("qwen"):
        return {}
    out = {"sliding_window": m.window or None, "use_sliding_window": bool(m.window)}
    if m.full == list(range(len(m.full))):
        return {**out, "max_window_layers": len(m.full) if m.window else m.L}
    kinds = ["full_attention" if l in m.full else "sliding_attention" for l in range(m.L)]
    return {**out, "max_window_layers": 0, "layer_types": kinds}


def write_safetensors(path, tensors, dtype):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, x in tensors.items():
        raw = PACK[dtype](x)
        header[name] = {"dtype": dtype, "shape": list(x.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def write_hf(folder, m, w, dtype, shards):
    os.mkdir(folder)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as f:
        json.dump(hf_config(m, dtype), f)
    if shards == 1:
        write_safetensors(os.path.join(folder, "model.safetensors"), w, dtype)
        return folder
    names, where = list(w), {}
    for i in range(shards):
        part = {n: w[n] for n in names[i::shards]}
        name = "model-%05d-of-%05d.safetensors" % (i + 1, shards)
        write_safetensors(os.path.join(folder, name), part, dtype)
        where.update({n: name for n in part})
    with open(os.path.join(folder, "model.safetensors.index.json"), "w", encoding="utf-8") as f:
        json.dump({"metadata": {"total_size": 0}, "weight_map": where}, f)
    return folder


# ---------------------------------------------------------------------------------------- llama2.c


def llama2c_arrays(m, w):
    """The kinds of weights by name, each for all layers; q and k as Meta orders them."""
    layers = lambda name: [w[f"model.layers.{l}.{name}.weight"] for l in range(m.L)]
    turned = lambda name: [interleave(m, x) for x in layers(name)]
    return {
        "embd": [w["model.embed_tokens.weight"]], "attn_norm": layers("input_layernorm"),
        "wq": turned("self_attn.q_proj"), "wk": turned("self_attn.k_proj"),
        "wv": layers("self_attn.v_proj"), "wo": layers("self_attn.o_proj"),
        "ffn_norm": layers("post_attention_layernorm"), "w1": layers("mlp.gate_proj"),
        "w2": layers("mlp.down_proj"), "w3": layers("mlp.up_proj"),
        "norm": [w["model.norm.weight"]], "head": [] if m.tied else [w["lm_head.weight"]],
    }


def write_llama2c(path, m, w):
    """Version 0: a negative vocabulary says that the head is not the embedding."""
    a = llama2c_arrays(m, w)
    order = "embd attn_norm wq wk wv wo ffn_norm w1 w2 w3 norm tables head".split()
    a["tables"] = [np.zeros(CONTEXT * m.d)]
    with open(path, "wb") as f:
        f.write(struct.pack("<7i", m.D, m.F, m.L, m.H, m.K, m.V if m.tied else -m.V, CONTEXT))
        f.write(b"".join(PACK["F32"](x) for name in order for x in a[name]))


def grouped(x, group):
    """All numbers of a matrix as signed bytes, then a float scale for each group of them."""
    groups = x.reshape(-1, group)
    scale = (np.abs(groups).max(axis=1) / 127).astype("<f4")
    q = np.rint(groups / np.maximum(scale.astype(np.float64), 1e-30)[:, None]).clip(-127, 127)
    return q.astype(np.int8).tobytes() + scale.tobytes()


def group_sizes(a):
    """Divisors of every matrix's count, above 1: one that straddles rows, if there is one."""
    matrices = [x for name, xs in a.items() for x in xs if x.ndim == 2]
    common = int(np.gcd.reduce([x.size for x in matrices]))
    fits = [g for g in range(2, min(common, 512) + 1) if common % g == 0]
    straddling = [g for g in fits if any(x.shape[1] % g for x in matrices)]
    return (straddling or fits)[-1:]


def write_llama2c_later(path, m, w, version, group):
    a = llama2c_arrays(m, w)
    head = b"24ka" + struct.pack("<8iB", version, m.D, m.F, m.L, m.H, m.K, m.V, CONTEXT, m.tied)
    if version == 2:
        head += struct.pack("<i", group)
    with open(path, "wb") as f:
        f.write(head + bytes(256 - len(head)))
        f.write(b"".join(PACK["F32"](x) for n in ("attn_norm", "ffn_norm", "norm") for x in a[n]))
        for name in "embd wq wk wv wo w1 w2 w3 head".split():
            f.write(b"".join(PACK["F32"](x) if version == 1 else grouped(x, group) for x in a[name]))
