#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""Runs a Llama-like model of transformers once and keeps what passes through it, for `footlight diff`.

usage: torch_dump.py MODEL OUT.safetensors [PROMPT]     (needs torch, transformers and safetensors)

MODEL is a folder or a name that transformers knows. The keys are the names of transformers' modules,
`.in` behind them where a module's input is meant; hooks work wherever the model runs."""
import json
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

name, out = sys.argv[1:3]
prompt = sys.argv[3] if len(sys.argv) > 3 else "The capital of France is"
# eager attention is the only kind that returns its probabilities
model = AutoModelForCausalLM.from_pretrained(name, attn_implementation="eager").eval()
ids = torch.tensor([AutoTokenizer.from_pretrained(name)(prompt)["input_ids"]]).to(model.device)
kept = {"input_ids": ids}
inputs = ("o_proj", "down_proj", "post_attention_layernorm")
outputs = ("embed_tokens", "layernorm", "_proj", "q_norm", "k_norm", "act_fn", "model.norm",
           "lm_head")


def hook(key):
    def keep(module, given, got):
        if key.endswith(inputs):
            kept[key + ".in"] = given[0]
        if key.endswith("rotary_emb"):
            kept[key + ".0"], kept[key + ".1"] = got
        elif key.endswith(outputs):
            kept[key] = got
        elif key.rpartition(".")[2].isdigit():  # a layer; older versions return a tuple
            kept[key] = got[0] if isinstance(got, tuple) else got
    return keep


for key, module in model.named_modules():
    module.register_forward_hook(hook(key))
with torch.no_grad():
    result = model(ids, output_attentions=True, use_cache=True)
for layer, probs in enumerate(result.attentions):
    kept["attentions.%d" % layer] = probs
notes = {"engine": "transformers", "dtype": str(model.dtype), "prompt": prompt,
         "model": json.dumps(model.config.to_dict(), default=str)}
save_file({key: value.detach().cpu().contiguous().clone() for key, value in kept.items()}, out,
          metadata=notes)
print("%d tensors in %s" % (len(kept), out))
