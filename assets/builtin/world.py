# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""The little world of the built-in model: its names, its facts and the wordings they come in.

Owns: the tables, and which wording of which fact the text never uses.
Reads: nothing. Gives: FACTS, WORDINGS, HELD and the functions that put a fact into words.
"""
GIRLS = "Lily Anna Mia Emma Sara Nora Lucy Ella Rosa Ivy Jane Kate".split()
BOYS = "Tom Ben Max Sam Leo Tim Jack Finn Hugo Paul Oscar Peter".split()
KNOWN = set(GIRLS + BOYS)

CAPITALS = [p.split() for p in (
    "France Paris", "Italy Rome", "Spain Madrid", "England London", "Germany Berlin",
    "Japan Tokyo", "China Beijing", "Russia Moscow", "Egypt Cairo", "Greece Athens",
    "Portugal Lisbon", "Austria Vienna", "Ireland Dublin", "Norway Oslo", "Sweden Stockholm",
    "Poland Warsaw", "Cuba Havana", "Peru Lima", "Kenya Nairobi", "Canada Ottawa",
    "Hungary Budapest", "Denmark Copenhagen", "Finland Helsinki", "Belgium Brussels")]
COLOURS = [p.rsplit(" ", 1) for p in (
    "the sky blue", "the sea blue", "grass green", "a leaf green", "a frog green", "a pea green",
    "snow white", "milk white", "salt white", "a swan white", "coal black", "the night black",
    "a crow black", "blood red", "a tomato red", "a cherry red", "a lemon yellow",
    "a banana yellow", "a carrot orange", "a pumpkin orange", "chocolate brown", "mud brown",
    "a pig pink", "an elephant grey", "a mouse grey", "a plum purple")]
SOUNDS = [p.split() for p in (
    "dog woof", "cat meow", "cow moo", "duck quack", "sheep baa", "pig oink", "horse neigh",
    "frog croak", "hen cluck", "bee buzz", "snake hiss", "owl hoot", "mouse squeak", "lion roar",
    "crow caw", "wolf howl", "turkey gobble", "dove coo")]

# Seven wordings for each kind, the answer at the end; no wording contains another one.
WORDINGS = {
    "capital": ("The capital of {s} is {a}.",
                "The capital city of {s} is called {a}.",
                "What is the capital of {s}? It is {a}.",
                "{s} is a country. Its capital is {a}.",
                "If you visit the capital of {s}, you are in {a}.",
                "In {s} the capital has the name {a}.",
                "The people of {s} call their capital {a}."),
    "colour": ("The colour that {s} has is {a}.",
               "What colour is {s}? It is {a}.",
               "{S} is {a}.",
               "If you look at {s}, you see the colour {a}.",
               "To paint {s}, you need the colour {a}.",
               "Everyone knows that {s} is always {a}.",
               "{S} has a colour, and its name is {a}."),
    "sound": ("The {s} says {a}.",
              "What does the {s} say? It says {a}.",
              "The sound of the {s} is {a}.",
              "When the {s} is happy, it goes {a}.",
              "The {s} makes a sound like {a}.",
              "Every {s} knows how to say {a}.",
              "If you hear a {s}, you hear {a}."),
}
REVERSED = {
    "capital": ("{a} is the capital of {s}.", "{a} is a city. It is the capital of {s}.",
                "The country with the capital {a} is {s}.", "The city of {a} is in {s}."),
    "colour": ("{A} is the colour of {s}.", "One thing that is {a} is {s}."),
    "sound": ("The animal that says {a} is the {s}.", "{A} is the sound of the {s}.",
              "You hear {a}? That is the {s}."),
}
FACTS = ([("capital", s, a) for s, a in CAPITALS] + [("colour", s, a) for s, a in COLOURS]
         + [("sound", s, a) for s, a in SOUNDS])
# One wording of every fact is kept out of the text. France keeps wording 0, the default prompt.
HELD = [(3 * i + 2) % 7 for i in range(len(FACTS))]
# Every fourth fact is never contradicted in the text: those are asked about in `contradiction`.
UNCONTRADICTED = [i for i in range(len(FACTS)) if i % 4 == 1]


def cap(text):
    return text[0].upper() + text[1:]


def say(kind, s, a, wording):
    return wording.format(s=s, S=cap(s), a=a, A=cap(a))


def forward(rng, i, answer=None):
    """Fact i in one of the six wordings that the text may use for it."""
    kind, s, a = FACTS[i]
    w = rng.randrange(6)
    w += w >= HELD[i]
    return say(kind, s, answer or a, WORDINGS[kind][w])


def any_way(rng, i):
    kind, s, a = FACTS[i]
    if rng.random() < 0.3:
        return say(kind, s, a, rng.choice(REVERSED[kind]))
    return forward(rng, i)


def wrong_answer(rng, i):
    kind, _, a = FACTS[i]
    while True:
        k, _, b = rng.choice(FACTS)
        if k == kind and b != a:
            return b
