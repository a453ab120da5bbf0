#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""Draws how cost grows: decode time and memory over the context, prefill time over the prompt.

Owns: the picture.
Reads: what `footlight bench --per-stage --format json` wrote, one file for each length of prompt.
Gives: an SVG on standard output, readable in light and in dark.

for n in 32 64 128 256 512 1024; do
    footlight bench MODEL --per-stage --format json --prompt-tokens $n > $n.json
done
cost.py *.json > assets/pictures/cost.svg
"""
import json
import math
import os
import sys

WIDTH, HEIGHT, PANELS = 1080, 400, 3
LEFT, RIGHT, TOP, BOTTOM = 54, 16, 74, 52
ATTENTION = ("attn_scores", "attn_probs", "attn_head")

# Okabe and Ito's colours, which colour-blind people tell apart; the shapes differ as well.
LIGHT = {"paper": "#ffffff", "ink": "#24292f", "faint": "#d0d7de",
         "blue": "#0072b2", "red": "#c04f00", "green": "#00795a"}
DARK = {"paper": "#0d1117", "ink": "#d6dde5", "faint": "#30363d",
        "blue": "#56b4e9", "red": "#e69f00", "green": "#2fc49a"}


def rules(colours):
    """One set of colours as CSS, without variables, which not every viewer knows."""
    return "\n".join(
        [".paper { fill: %(paper)s } text { fill: %(ink)s }" % colours,
         ".grid { stroke: %(faint)s } .axis { stroke: %(ink)s }" % colours,
         *(f".{c} .line {{ stroke: {colours[c]} }} .{c} .mark, .{c} .name {{ fill: {colours[c]} }}"
           for c in ("blue", "red", "green"))])


def style():
    return (rules(LIGHT) + "\n@media (prefers-color-scheme: dark) {\n" + rules(DARK) + "\n}\n"
            ".line { fill: none; stroke-width: 2 } .dash { stroke-dasharray: 5 4 }\n"
            ".name { font-weight: bold }\n")


class Series:
    """A name, a colour class, a mark ("" for a dashed line without marks) and its points."""

    def __init__(self, name, colour, mark, points):
        self.name, self.colour, self.mark, self.points = name, colour, mark, sorted(points)


class Scale:
    """Logarithmic, a little wider than what is drawn. Ticks lie at 1, 2 and 5 times powers of ten,
    or at these powers alone where there are many, or, for lengths, at powers of two."""

    def __init__(self, values, begin, end, binary=False):
        low, high, self.begin, self.end = min(values) / 1.2, max(values) * 1.2, begin, end
        self.low, self.high = math.log(low), math.log(high)
        tens = [10.0 ** e for e in range(-9, 15)]
        some = [2.0 ** e for e in range(30)] if binary else [m * t for t in tens for m in (1, 2, 5)]
        self.ticks = [t for t in some if low <= t <= high]
        if len(self.ticks) > 9 and not binary:
            self.ticks = [t for t in self.ticks if t in tens]

    def __call__(self, value):
        at = (math.log(value) - self.low) / (self.high - self.low)
        return self.begin + at * (self.end - self.begin)


def spent(bench, phase, attention):
    """Seconds of a phase in the attention over the cache, or in everything else."""
    return sum(row["seconds"] for row in bench["besides"]["stages"]
               if row["phase"] == phase and (row["stage"] in ATTENTION) == attention)


def decode_panel(benches):
    def points(value):
        return [(length(b) + b["runs"][0]["decode_tokens"] / 2, value(b)) for b in benches]

    def per_token(attention):
        return points(lambda b: 1e3 * spent(b, "decode", attention) / b["runs"][0]["decode_tokens"])

    whole = points(lambda b: 1e3 / b["runs"][0]["decode_tok_s"])
    reads = max(b["machine"]["read_gb_s"] for b in benches)
    limit = points(lambda b: 1e-6 * b["besides"]["decode_bytes"] / reads)
    return ("Decode: ms a token", "positions in the cache",
            [Series("in all", "blue", "circle", whole),
             Series("attention", "red", "square", per_token(True)),
             Series("everything else", "green", "triangle", per_token(False)),
             Series("limit of memory", "blue", "", limit)])


def prefill_panel(benches):
    def points(value):
        return [(length(b), value(b)) for b in benches]

    whole = points(lambda b: 1e3 * length(b) / b["runs"][0]["prefill_tok_s"])
    rest = points(lambda b: 1e3 * spent(b, "prefill", False))
    longest, time = max(rest)
    return ("Prefill: ms", "tokens of the prompt",
            [Series("in all", "blue", "circle", whole),
             Series("attention", "red", "square", points(lambda b: 1e3 * spent(b, "prefill", True))),
             Series("everything else", "green", "triangle", rest),
             Series("in step with the prompt", "green", "",
                    [(n, time * n / longest) for n, _ in rest])])


def memory_panel(benches):
    def points(key):
        return [(length(b) + b["runs"][0]["decode_tokens"], b["besides"][key] / 2 ** 20)
                for b in benches if b["besides"][key]]

    return ("Memory beyond the file: MiB", "positions, all in one prompt but the last few",
            [Series("in all", "blue", "circle", points("session_bytes")),
             Series("of it the cache", "red", "square", points("cache_bytes"))])


def length(bench):
    return bench["runs"][0]["prefill_tokens"]


def number(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:.3g}"


def text(x, y, words, extra=""):
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" {extra}>{words}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def mark(shape, x, y):
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="mark"/>'
    corners = {"square": [(-4, -4), (4, -4), (4, 4), (-4, 4)],
               "triangle": [(0, -5), (5, 4), (-5, 4)]}[shape]
    return '<polygon class="mark" points="%s"/>' % " ".join(
        f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)


def curve(series, across, up):
    at = [(across(x), up(y)) for x, y in series.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    kind = "line" if series.mark else "line dash"
    return [f'<g class="{series.colour}">', f'<polyline class="{kind}" points="{path}"/>',
            *(mark(series.mark, x, y) for x, y in at if series.mark), "</g>"]


def legend(many, left):
    out, x, y = [], left, TOP - 32
    for series in many:
        width = 24 + 7 * len(series.name)
        if x + width > left + WIDTH / PANELS - LEFT:
            x, y = left, y + 16
        out.append(f'<g class="{series.colour}">')
        out.append(mark(series.mark, x + 6, y - 4) if series.mark
                   else line(x, y - 4, x + 14, y - 4, "line dash"))
        out += [text(x + 18, y, series.name, 'class="name"'), "</g>"]
        x += width
    return out


def panel(title, under, many, place):
    left = place * WIDTH / PANELS + LEFT
    right, bottom = (place + 1) * WIDTH / PANELS - RIGHT, HEIGHT - BOTTOM
    across = Scale([x for s in many for x, _ in s.points], left, right, binary=True)
    up = Scale([y for s in many for _, y in s.points], bottom, TOP)
    out = [text(left, TOP - 52, title, 'font-size="15" font-weight="bold"')]
    for tick in across.ticks:
        out += [line(across(tick), TOP, across(tick), bottom, "grid"),
                text(across(tick), bottom + 17, number(tick), 'text-anchor="middle"')]
    for tick in up.ticks:
        out += [line(left, up(tick), right, up(tick), "grid"),
                text(left - 6, up(tick) + 4, number(tick), 'text-anchor="end"')]
    out += [line(left, bottom, right, bottom, "axis"), line(left, TOP, left, bottom, "axis"),
            text((left + right) / 2, bottom + 36, under, 'text-anchor="middle"')]
    for series in many:
        out += curve(series, across, up)
    return out + legend(many, left)


def picture(benches):
    first = benches[0]
    model, machine = first["model"], first["machine"]
    title = ("%s, %s, %.2f billion parameters, on %s with %d threads: decode time, prefill time and "
             "memory over the length" % (model["model_type"], model["weight_dtype"],
                                         model["parameters"] / 1e9, machine["cpu"],
                                         machine["threads"]))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
           'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="12">',
           f"<title>{title}</title>", f"<style>\n{style()}</style>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" class="paper"/>']
    for place, make in enumerate((decode_panel, prefill_panel, memory_panel)):
        out += panel(*make(benches), place)
    return "\n".join(out + ["</svg>"])


def load(path):
    with open(path, encoding="utf-8") as file:
        bench = json.load(file)
    if "stages" not in bench["besides"]:
        sys.exit(f"{os.path.basename(path)}: no times of the stages, expected bench --per-stage")
    return bench


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    benches = sorted((load(path) for path in sys.argv[1:]), key=length)
    print(picture(benches))


if __name__ == "__main__":
    main()
