# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""python3 stand_in.py TENSORS SCRIPT ARGUMENT...: runs SCRIPT, which wants torch, transformers and
safetensors, with modules of those names that know just what it calls. Its model has the module tree
of a Llama, and what its modules return is taken from a tensor file of footlight with `--names hf`."""
import contextlib
import json
import runpy
import struct
import sys
import types


class Tensor:
    def __init__(self, dtype, shape, data):
        self.dtype, self.shape, self.data = dtype, shape, data

    def same(self, *_):
        return self

    detach = cpu = contiguous = clone = to = same


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    notes = header.pop("__metadata__")
    tensors = {}
    for key, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[key.replace("pass.0.", "", 1)] = Tensor(
            entry["dtype"], entry["shape"], data[8 + size + begin : 8 + size + end]
        )
    return tensors, json.loads(notes["model"])


def save_file(tensors, path, metadata):
    header, data = {"__metadata__": metadata}, b""
    for key, tensor in tensors.items():
        offsets = [len(data), len(data) + len(tensor.data)]
        header[key] = {"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": offsets}
        data += tensor.data
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def tensor_of(rows):
    return Tensor("I64", [1, len(rows[0])], struct.pack("<%dq" % len(rows[0]), *rows[0]))


class Module:
    def __init__(self):
        self.hooks = []

    def register_forward_hook(self, hook):
        self.hooks.append(hook)

    def run(self, given, got):
        for hook in self.hooks:
            hook(self, (given,), got)


class Model:
    device, dtype = "cpu", "torch.float32"

    def __init__(self, tensors, config):
        self.tensors = tensors
        self.config = types.SimpleNamespace(to_dict=lambda: config)
        self.layers = config["num_hidden_layers"]
        self.modules = {key: Module() for key in ["", "model", "model.layers", *self.order()]}

    def eval(self):
        return self

    def order(self):
        parts = ["input_layernorm", "self_attn", "self_attn.q_proj", "self_attn.k_proj",
                 "self_attn.v_proj", "self_attn.o_proj", "post_attention_layernorm", "mlp",
                 "mlp.gate_proj", "mlp.act_fn", "mlp.up_proj", "mlp.down_proj"]
        yield from ["model.embed_tokens", "model.rotary_emb"]
        for layer in range(self.layers):
            yield from ["model.layers.%d.%s" % (layer, part) for part in parts]
            yield "model.layers.%d" % layer
        yield from ["model.norm", "lm_head"]

    def named_modules(self):
        return self.modules.items()

    def __call__(self, ids, **_):
        for key in self.order():
            got = self.tensors.get(key)
            if key == "model.rotary_emb":
                got = (self.tensors[key + ".0"], self.tensors[key + ".1"])
            if key.endswith("layers.0"):  # as older versions have it
                got = (got,)
            self.modules[key].run(self.tensors.get(key + ".in"), got)
        attentions = [self.tensors["attentions.%d" % layer] for layer in range(self.layers)]
        return types.SimpleNamespace(attentions=attentions)


def module(name, **contents):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(contents)


def loader(value):
    return types.SimpleNamespace(from_pretrained=lambda name, **_: value)


kept, settings = read(sys.argv[1])
count = kept["input_ids"].shape[1]
prompt_ids = list(struct.unpack("<%di" % count, kept["input_ids"].data))
module("torch", tensor=tensor_of, no_grad=contextlib.nullcontext)
module("safetensors")
module("safetensors.torch", save_file=save_file)
module("transformers", AutoModelForCausalLM=loader(Model(kept, settings)),
       AutoTokenizer=loader(lambda prompt: {"input_ids": prompt_ids}))
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
