#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""Asks the built-in model everything in eval.json through footlight itself.

Owns: running `footlight trace` on each question, with and without parts of the model, and counting.
Reads: eval.json beside this file, and footlight's records (JSON lines and safetensors).
Gives: Markdown tables on standard output: the bars, the heads, what each part's absence costs, and
       who wins where the context contradicts a fact.

measure.py FOOTLIGHT [--model builtin] [--bars] [--heads]
    --bars   only what the model can do as it is (about a minute)
    --heads  besides, every single head's absence (some twenty minutes on two cores)
"""
import argparse
import concurrent.futures
import json
import os
import struct
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


class Footlight:
    """One footlight program and model; every call is one run of it."""

    def __init__(self, program, model):
        self.program, self.model = program, model

    def trace(self, ids, *options, patches=()):
        command = [self.program, "trace", self.model, "--ids", ",".join(map(str, ids)), "--no-time",
                   "--format", "jsonl", "-t", "1", *options]
        for patch in patches:
            command += ["--patch", patch]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()][1:]

    def choose(self, ids, count, patches=()):
        """The `count` ids it goes on with, greedily."""
        events = self.trace(ids, "-n", str(count), "--stages", "next_token", patches=patches)
        return [event["ids"][0] for event in events]

    def tensors(self, ids, stages, patches=()):
        """Values of the stages over the whole prompt: {name: (shape, flat floats)}."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "values.safetensors")
            self.trace(ids, "-n", "0", "--logits", "all", "--stages", stages, "--tensors", path,
                       patches=patches)
            with open(path, "rb") as f:
                raw = f.read()
        size = struct.unpack_from("<Q", raw)[0]
        out = {}
        for name, entry in json.loads(raw[8:8 + size]).items():
            if name != "__metadata__":
                begin, end = entry["data_offsets"]
                out[name] = (entry["shape"], memoryview(raw)[8 + size + begin:8 + size + end].cast("f"))
        return out

    def layers_and_heads(self):
        done = subprocess.run([self.program, "info", self.model, "--format", "json"],
                              capture_output=True, text=True, check=True)
        info = json.loads(done.stdout)
        return info["num_hidden_layers"], info["num_attention_heads"]


def answered(run, item, patches):
    return run.choose(item["ids"], len(item["answer_ids"]), patches) == item["answer_ids"]


def repeated(run, item, patches):
    """(right, asked) over the second half of a random row, the first piece of it apart."""
    ids, n = item["ids"], item["length"]
    shape, logits = run.tensors(ids, "logits", patches)["pass.0.logits"]
    right = 0
    for t in range(n + 1, 2 * n):
        row = logits[t * shape[2]:(t + 1) * shape[2]].tolist()
        right += row.index(max(row)) == ids[t + 1]
    return right, n - 1


def head_scores(run, item, layers):
    """Per layer and head, the mean weight on the piece after the earlier copy (prefix matching) over
    the second half, and on the piece before (previous token)."""
    n = item["length"]
    probs = run.tensors(item["ids"], "attn_probs")
    scores = []
    for layer in range(layers):
        (_, heads, rows, keys), p = probs[f"pass.0.layer.{layer}.attn_probs"]
        at = lambda h, q, k: p[(h * rows + q) * keys + k]
        scores.append([(sum(at(h, t, t - n + 1) for t in range(n + 1, 2 * n)) / (n - 1),
                        sum(at(h, t, t - 1) for t in range(2, 2 * n + 1)) / (2 * n - 1))
                       for h in range(heads)])
    return scores


class Survey:
    """All questions, asked side by side on the machine's cores."""

    def __init__(self, run, sets):
        self.run, self.sets = run, sets
        self.pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())

    def share(self, name, patches=()):
        found = self.pool.map(lambda item: answered(self.run, item, patches), self.sets[name])
        return sum(found) / len(self.sets[name])

    def induction(self, patches=()):
        found = list(self.pool.map(lambda item: repeated(self.run, item, patches),
                                   self.sets["induction"]))
        return sum(right for right, _ in found) / sum(asked for _, asked in found)

    def scores(self, layers):
        found = list(self.pool.map(lambda item: head_scores(self.run, item, layers),
                                   self.sets["induction"]))
        return [[tuple(sum(f[layer][head][kind] for f in found) / len(found) for kind in (0, 1))
                 for head in range(len(found[0][layer]))] for layer in range(layers)]

    def context_wins(self, patches=()):
        """Per frame, the shares of answers that follow the context and that follow the truth."""
        items = self.sets["contradiction"]
        chosen = self.pool.map(lambda item: self.run.choose(item["ids"], 1, patches)[0], items)
        frames = {}
        for item, choice in zip(items, chosen):
            frames.setdefault(item["frame"], []).append(
                (choice == item["context_id"], choice == item["true_id"]))
        return {frame: [sum(column) / len(rows) for column in zip(*rows)]
                for frame, rows in frames.items()}

    def row(self, label, patches):
        wins = self.context_wins(patches)
        cells = [self.share("facts", patches), self.share("names_known", patches),
                 self.share("names_made_up", patches), self.induction(patches)]
        cells += [wins[frame][0] for frame in sorted(wins)]
        print(f"| {label} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |", flush=True)


def print_heads(scores):
    print("\n| head | prefix matching | previous token |\n|---|---|---|")
    for layer, row in enumerate(scores):
        for head, (prefix, previous) in enumerate(row):
            if max(prefix, previous) > 0.3:
                print(f"| layer {layer} head {head} | {prefix:.3f} | {previous:.3f} |")


def zero(places):
    return [f"layer {layer} head {head} zero" for layer, head in places]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("footlight")
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--bars", action="store_true")
    parser.add_argument("--heads", action="store_true")
    options = parser.parse_args()
    with open(os.path.join(HERE, "eval.json"), encoding="utf-8") as f:
        sets = json.load(f)
    run = Footlight(options.footlight, options.model)
    survey = Survey(run, sets)
    layers, heads = run.layers_and_heads()
    frames = sorted({item["frame"] for item in sets["contradiction"]})
    print("| without | facts | known names | made-up names | induction | "
          + " | ".join(f"context wins: {frame}" for frame in frames) + " |")
    print("|---" * (5 + len(frames)) + "|")
    survey.row("nothing", [])
    scores = survey.scores(layers)
    if not options.bars:
        every = [(layer, head) for layer in range(layers) for head in range(heads)]
        survey.row("previous-token heads", zero([p for p in every if scores[p[0]][p[1]][1] > 0.5]))
        survey.row("prefix-matching heads", zero([p for p in every if scores[p[0]][p[1]][0] > 0.5]))
        for layer in range(layers):
            survey.row(f"feed-forward {layer}", [f"layer {layer} ffn zero"])
        for layer in range(layers):
            survey.row(f"attention {layer}", [f"layer {layer} attn zero"])
        if options.heads:
            for place in every:
                survey.row(f"layer {place[0]} head {place[1]}", zero([place]))
    print_heads(scores)


if __name__ == "__main__":
    main()
