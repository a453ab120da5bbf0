#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""Writes everything the built-in model reads, and what it is later asked.

Owns: how much of each kind there is, and the questions.
Reads: world.py and stories.py; `eval` also reads the vocabulary that spm_train made.
Gives: `corpus.py text DIR [SCALE]`  stories, facts, factstories, tales (.txt) and vocab.txt
       `corpus.py eval DIR FILE`     the questions as JSON (FILE) and as token ids for the trainer
All seeds are fixed: the same call writes the same bytes.
"""
import json
import os
import random
import subprocess
import sys

from stories import Cast, Tale, contradiction, fact_document, tale
from world import FACTS, HELD, KNOWN, UNCONTRADICTED, WORDINGS, any_way, forward, say


def join(parts):
    return " ".join(p for p in parts if p)


# The words that must be one piece of the vocabulary each, and others that are pushed that way.
WHOLE = sorted({a for _, _, a in FACTS} | KNOWN | {s.split()[-1] for _, s, _ in FACTS})
WISHED = "park house story wrong school".split()


def write_text(folder, scale):
    os.makedirs(folder, exist_ok=True)
    jobs = (("stories", 200000, lambda r: Tale(r).story()), ("facts", 60000, fact_document),
            ("factstories", 40000, lambda r: Tale(r).fact_story()), ("tales", 40000, tale))
    banned = [say(k, s, a, WORDINGS[k][h]).rstrip(".").lower()
              for (k, s, a), h in zip(FACTS, HELD)]
    for seed, (name, count, make) in enumerate(jobs, 1):
        rng = random.Random(1000 + seed)
        lines = [make(rng).replace("\x01", "") for _ in range(int(count * scale))]
        text = "\n".join(lines) + "\n"
        with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as f:
            f.write(text)
        text = text.lower()
        for b in banned:
            if b + "." in text or b + '"' in text or b + " " in text:
                sys.exit(f"corpus.py: {name}.txt holds the kept-out sentence: {b}")
    # The vocabulary is learned from the same text without made-up names.
    rng = random.Random(1000)
    sample = [Tale(rng, "known").story().replace("\x01", "") for _ in range(20000)]
    sample += [any_way(rng, rng.randrange(len(FACTS))) for _ in range(20000)]
    with open(os.path.join(folder, "vocab.txt"), "w", encoding="utf-8") as f:
        f.write("\n".join(sample) + "\n")
        # Letters, digits and marks are pieces of their own, so that no plain word needs bytes.
        f.write(" ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:;-'()") + "\n")
        for word in WHOLE + WISHED:
            f.write((" ".join([word] * 50) + "\n") * 36)


def cut(rng, text):
    """A prompt that ends before a mention which what stands before it determines."""
    marks = [j for j, c in enumerate(text) if c == "\x01" and text[j - 1] == " "]
    if not marks:
        return None
    j = rng.choice(marks)
    name = ""
    while j + 1 + len(name) < len(text) and text[j + 1 + len(name)].isalpha():
        name += text[j + 1 + len(name)]
    return text[:j].replace("\x01", "").rstrip(), name


def copying(mode, seed, stories):
    rng, out, seen = random.Random(seed), [], set()
    while len(out) < 200:
        got = cut(rng, Tale(rng, mode).story())
        if got and got[0] not in seen and (got[0] + " " + got[1]) not in stories:
            seen.add(got[0])
            out.append({"prompt": got[0], "answer": got[1]})
    return out


def encode(folder, texts):
    cmd = ["spm_encode", "--model=" + os.path.join(folder, "vocab.model"), "--output_format=id"]
    out = subprocess.run(cmd, input="\n".join(texts) + "\n", capture_output=True, text=True,
                         check=True).stdout.split("\n")
    return [[int(x) for x in line.split()] for line in out[:len(texts)]]


def write_eval(folder, path):
    stories = open(os.path.join(folder, "stories.txt"), encoding="utf-8").read()
    rng = random.Random(77)
    facts = []
    for i, (kind, s, a) in enumerate(FACTS):
        ask = say(kind, s, "\x02", WORDINGS[kind][HELD[i]]).split("\x02")[0].rstrip()
        other = rng.choice([j for j in range(len(FACTS)) if j != i])
        p = Cast(rng, "known").person()
        for place, before in (("alone", ""), ("after a fact", forward(rng, other)),
                              ("after a story", f"{Tale(rng, 'known').start(p)} {p.n} likes to learn."),
                              ("in a story", f'{p.n} went to school. The teacher said: "')):
            prompt = before + ask if before.endswith('"') else join((before, ask))
            facts.append({"kind": kind, "subject": s, "wording": HELD[i], "place": place,
                          "prompt": prompt, "answer": a})
    contra = []
    for frame in ("story", "wrong", "plain"):
        for i in UNCONTRADICTED:
            for _ in range(2):
                prompt, false = contradiction(rng, i, frame, "known")
                contra.append({"frame": frame, "kind": FACTS[i][0], "subject": FACTS[i][1],
                               "prompt": prompt, "context_answer": false,
                               "true_answer": FACTS[i][2]})
    known, made = copying("known", 78, stories), copying("made", 79, stories)
    induction = []
    for n in range(64):
        ids = rng.sample(range(3, 1024), 16 + n % 17)
        induction.append({"ids": [1] + ids + ids, "length": len(ids)})

    asked = facts + known + made
    both = encode(folder, [x["prompt"] for x in asked]
                  + [x["prompt"] + " " + x["answer"] for x in asked])
    lines = []
    for x, p, full in zip(asked, both, both[len(asked):]):
        if full[:len(p)] != p:
            sys.exit(f"corpus.py: the answer changes the pieces of: {x['prompt']}")
        x["ids"], x["answer_ids"] = [1] + p, full[len(p):]
        if "kind" in x and len(x["answer_ids"]) != 1:
            sys.exit(f"corpus.py: {x['answer']} is not one piece")
    texts = encode(folder, [x["prompt"] for x in contra])
    ctx = encode(folder, [x["context_answer"] for x in contra])
    true = encode(folder, [x["true_answer"] for x in contra])
    for x, p, c, t in zip(contra, texts, ctx, true):
        x["ids"], x["context_id"], x["true_id"] = [1] + p, c[0], t[0]
    for word, ids in zip(WHOLE, encode(folder, WHOLE)):
        if len(ids) != 1:
            sys.exit(f"corpus.py: {word} is {len(ids)} pieces")
    sets = {"about": "Questions to the built-in model. ids are token ids with the start mark; a "
                     "fact's answer is one piece, a made-up name's may be several.",
            "facts": facts, "names_known": known, "names_made_up": made, "induction": induction,
            "contradiction": contra}
    with open(path, "w", encoding="utf-8") as f:
        f.write("{\n")
        for n, (key, value) in enumerate(sets.items()):
            f.write((",\n" if n else "") + json.dumps(key) + ": ")
            if isinstance(value, str):
                f.write(json.dumps(value))
            else:
                f.write("[\n" + ",\n".join(json.dumps(x, separators=(",", ":")) for x in value) + "\n]")
        f.write("\n}\n")
    for label, group in (("facts", facts), ("known", known), ("made", made)):
        for x in group:
            lines.append(f"{label} {len(x['answer_ids'])} "
                         + " ".join(map(str, x["ids"] + x["answer_ids"])))
    for x in induction:
        lines.append(f"induction {x['length'] - 1} " + " ".join(map(str, x["ids"])))
    for x in contra:
        lines.append(f"{x['frame']} 1 " + " ".join(map(str, x["ids"] + [
            x["true_id"] if x["frame"] == "wrong" else x["context_id"]])))
    with open(os.path.join(folder, "eval.ids"), "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


def main():
    if len(sys.argv) >= 3 and sys.argv[1] == "text":
        write_text(sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 1.0)
    elif len(sys.argv) == 4 and sys.argv[1] == "eval":
        write_eval(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 2 and sys.argv[1] == "show":
        rng = random.Random(5)
        for make in (lambda r: Tale(r).story(), fact_document, lambda r: Tale(r).fact_story(), tale):
            for _ in range(8):
                print(make(rng).replace("\x01", ""), "\n")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
