# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
"""The grammar of the little stories, and of the tales that contradict a fact.

Owns: people, things and plots. Reads: world.py.
Gives: Tale(rng, mode).story(), .fact_story(), fact_document(rng), contradiction(...), tale(rng).
A mention of a name that what stands before it determines is marked by the character \\x01.
"""
from world import (BOYS, FACTS, GIRLS, HELD, KNOWN, UNCONTRADICTED, WORDINGS, any_way, cap, forward,
                   say, wrong_answer)

# ---- names -------------------------------------------------------------------------------------

ONSETS = "b d f g h k l m n p r s t v w z br dr fl gr kl kr pl pr st tr".split()
VOWELS = "a e i o u".split()
CODAS = ["", "", "", "", "n", "l", "r", "s", "m", "k", "x"]


def made_up(rng):
    """A name out of syllables: nobody can have learned it by heart. One in sixteen of the
    possible ones (chosen by their letters) is kept for the questions."""
    while True:
        n = "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)
                    for _ in range(2))
        if 4 <= len(n) <= 8 and cap(n) not in KNOWN:
            return cap(n)


def kept_for_questions(name):
    return sum((j + 3) * ord(c) for j, c in enumerate(name)) % 16 == 0


class Cast:
    """Hands out the people of one story: mode 'mixed' (text), 'known' or 'made' (questions)."""

    def __init__(self, rng, mode):
        self.rng, self.mode, self.used = rng, mode, set()

    def person(self):
        girl = self.rng.random() < 0.5
        while True:
            if self.mode == "made" or (self.mode == "mixed" and self.rng.random() < 0.2):
                name = made_up(self.rng)
                if kept_for_questions(name) != (self.mode == "made"):
                    continue
            else:
                name = self.rng.choice(GIRLS if girl else BOYS)
            if name[0] not in self.used:      # no two people of a story share their first letter
                self.used.add(name[0])
                return Person(name, girl)


class Person:
    def __init__(self, name, girl):
        self.n = name
        self.c = "\x01" + name                # a mention that what stands before it determines
        self.he, self.him, self.his = ("she", "her", "her") if girl else ("he", "him", "his")
        self.He, self.His = cap(self.he), cap(self.his)
        self.child = "girl" if girl else "boy"


# ---- little stories ----------------------------------------------------------------------------

THINGS = "ball kite book hat boat bell drum cup key lamp map coat stone shell flower box".split()
FOODS = "apple cake pear egg nut pie".split()
QUALITIES = "little big new old pretty shiny soft red blue green yellow small".split()
PLACES = [("the park", "in the park"), ("the garden", "in the garden"),
          ("the forest", "in the forest"), ("the beach", "at the beach"),
          ("the farm", "at the farm"), ("the river", "by the river"), ("the hill", "on the hill"),
          ("the lake", "by the lake"), ("the market", "at the market"),
          ("the school", "at the school"), ("the bridge", "on the bridge"),
          ("the field", "in the field")]
SPOTS = ("under a tree", "behind a stone", "in the tall grass", "under the bed", "in a big box",
         "behind the door", "near the water", "under the table", "behind the house")
PETS = "dog cat bird rabbit mouse fox duck horse".split()
FAMILY = "mother father sister brother grandmother grandfather".split()
DAYS = ("One day", "One morning", "One evening", "One sunny day", "One cold day", "The next day")


def an(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


def join(parts):
    """Sentences to a text; the seams stay visible until `whole` closes them."""
    return "\x03".join(p for p in parts if p)


def whole(text):
    return text.replace("\x03", " ")


class Tale:
    def __init__(self, rng, mode="mixed"):
        self.rng, self.cast = rng, Cast(rng, mode)
        self.pick, self.chance = rng.choice, lambda p: rng.random() < p

    def maybe(self, p, *choices):
        return self.pick(choices) if self.chance(p) else ""

    def start(self, a):
        r = self.pick
        return r((f"Once upon a time there was a {r(('little', 'kind', 'young', 'brave'))} "
                  f"{a.child} named {a.n}.",
                  f"Once there was a {a.child} named {a.n}.",
                  f"There was a {a.child} called {a.n}.",
                  f"{a.n} was a {r(('little', 'kind', 'happy', 'brave', 'good'))} {a.child}."))

    def pair(self, a, b):
        r = self.pick
        return r((f"Once upon a time there were two friends, {a.n} and {b.n}.",
                  f"{a.n} and {b.n} were good friends.",
                  f"{a.n} had a friend named {b.n}.",
                  f"Once there was a {a.child} named {a.n}. {a.His} best friend was {b.n}."))

    def thing(self):
        t = self.pick(THINGS)
        return t, (f"{self.pick(QUALITIES)} {t}" if self.chance(0.7) else t)

    def end_one(self, a):
        r = self.pick
        return r((f"{a.n} was very happy.", f"{a.n} smiled and went home.",
                  f"That night {a.n} slept well.", f"It was a good day for {a.c}.",
                  f"Everyone was proud of {a.c}.", f"{a.n} never forgot that day.",
                  f"From then on, {a.he} was always happy.", "It was a very good day.", ""))

    def end_two(self, a, b):
        r = self.pick
        return r((f"{a.n} and {b.c} were very happy.", f"{a.n} and {b.c} went home together.",
                  f"{b.n} and {a.c} played all day.", f"After that, {a.n} and {b.c} were best "
                  "friends.", "They were very happy.", "They laughed and went home.",
                  f"From then on, {a.n} always played with {b.c}.", ""))

    # one child

    def lost(self):
        r, a = self.pick, self.cast.person()
        t, full = self.thing()
        place, where = r(PLACES)
        spot = r(SPOTS)
        fam = r(FAMILY)
        return join((
            self.start(a), r((f"{a.He} had {an(full)}.", f"{a.He} loved {a.his} {full}.")),
            f"{r(DAYS)}, {a.he} went to {place} with the {t}.",
            self.maybe(0.5, f"{a.He} played {where} all day.", f"The sun was warm, and {a.he} ran "
                       "and jumped."),
            r((f"Then {a.n} could not find the {t}.", f"But then the {t} was gone.")),
            r((f"{a.He} was very sad.", f'"Where is my {t}?" said {a.c}.',
               f"{a.He} began to cry.")),
            r((f"{a.His} {fam} said, \"Do not cry, {a.c}. We will find it.\"",
               f"{a.His} {fam} came to help {a.him}.")),
            f"They looked and looked. {r(('At last', 'Then', 'Soon'))} they found the {t} {spot}.",
            r((f'"Here is your {t}, {a.c}," said {a.his} {fam}.', f'"I found it!" said {a.c}.',
               "")),
            self.end_one(a)))

    def animal(self):
        r, a = self.pick, self.cast.person()
        pet = r(PETS)
        place, where = r(PLACES)
        q = r(("small", "little", "brown", "white", "grey", "black"))
        return join((
            self.start(a), f"{r(DAYS)}, {a.he} saw a {q} {pet} {where}.",
            r((f"The {pet} was cold and hungry.", f"The {pet} had a bad leg and could not run.",
               f"The {pet} was lost and scared.")),
            r((f"{a.n} gave the {pet} some food and water.",
               f"{a.n} took the {pet} home and made a warm bed for it.",
               f'"Do not be afraid," said {a.c}. "I will help you."')),
            self.maybe(0.5, f"{a.His} {r(FAMILY)} said, \"You are very kind, {a.c}.\""),
            r((f"Soon the {pet} was well again.", f"The {pet} ate and slept all night.",
               f"In the morning the {pet} was strong again.")),
            r((f"Now the {pet} lives with {a.c}.", f"The {pet} wanted to stay with {a.c}.",
               f"The {pet} was a good friend to {a.c}.", f"The {pet} loved {a.c}.")),
            self.end_one(a)))

    def dream(self):
        r, a = self.pick, self.cast.person()
        t, full = self.thing()
        fam = r(FAMILY)
        return join((
            self.start(a), r((f"{a.n} wanted {an(full)}.", f"More than anything, {a.n} wanted "
                              f"{an(full)}.")),
            r((f"{a.He} asked {a.his} {fam} for it.",
               f"\"Can I have {an(t)}?\" {a.he} asked {a.his} {fam}.")),
            r((f'"Be good and wait, {a.c}," said {a.his} {fam}.',
               f'"You must work for it, {a.c}," said {a.his} {fam}.')),
            r((f"So {a.n} helped in the garden every day.", f"So {a.he} waited and waited.",
               f"So {a.n} washed the cups and made the beds.")),
            f"{r(('Then', 'At last', 'Soon'))} {a.his} {fam} came with a big box.",
            r((f'"This is for you, {a.c}," said {a.his} {fam}.',
               f'"Open it, {a.c}!" said {a.his} {fam}.')),
            f"In the box was {an(full)}.", self.end_one(a)))

    def seed(self):
        r, a = self.pick, self.cast.person()
        plant = r(("flower", "tree", "apple tree", "pumpkin"))
        fam = r(FAMILY)
        return join((
            self.start(a), f"{r(DAYS)}, {a.his} {fam} gave {a.him} a seed.",
            f'"{r(("Plant it in the garden", "Give it water every day", "Take good care of it"))}'
            f', {a.c}," said {a.his} {fam}.',
            f"{a.n} {r(('made a hole and put the seed in it', 'planted it near the house'))}.",
            r((f"Every day {a.he} gave it water.", "The rain came, and the sun came.")),
            r(("For a long time there was nothing.", "It did not grow at first.", "")),
            "Then one morning there was a small green leaf.",
            f"It grew and grew, and soon there was {an(r(('big', 'pretty', 'tall')))} {plant}.",
            r((f'"Well done, {a.c}," said {a.his} {fam}.', f"The {plant} belonged to {a.c}.", "")),
            self.end_one(a)))

    def fear(self):
        r, a = self.pick, self.cast.person()
        fam = r(FAMILY)
        return join((
            self.start(a), r(("It was a dark night.", "There was a big storm.", "The wind was "
                              "loud.")),
            r((f"{a.n} heard a noise {r(SPOTS)}.", f"{a.n} could not sleep.")),
            r((f'"Who is there?" said {a.c}.', f"{a.He} was scared.")),
            f"{a.His} {fam} came with a lamp.",
            r((f'"It is only the wind, {a.c}," said {a.his} {fam}.',
               f'"Look, {a.c}, it is only a little {r(PETS)}," said {a.his} {fam}.')),
            r((f"{a.n} laughed.", f"Then {a.n} was not scared any more.")),
            f'"Good night, {a.c}," said {a.his} {fam}.',
            r((f"And {a.n} slept well.", f"Soon {a.he} was asleep.", ""))))

    def errand(self):
        r, a = self.pick, self.cast.person()
        food = r(FOODS)
        fam = r(FAMILY)
        pet = r(PETS)
        return join((
            self.start(a), f"{r(DAYS)}, {a.n} took a basket to {a.his} {fam}.",
            f"In the basket was {an(food)}.",
            f"On the way {a.he} met a {r(('big', 'little', 'hungry', 'old'))} {pet}.",
            r((f'"Where do you go, {a.n}?" asked the {pet}.',
               f'"What do you have there?" asked the {pet}.')),
            r((f'"I go to see my {fam}," said {a.c}.', f'"I have {an(food)}," said {a.c}.')),
            r((f"The {pet} was hungry, so {a.n} gave it some of the {food}.",
               f"The {pet} went with {a.c}.", f"The {pet} ran away.")),
            f"{a.His} {fam} was at the door.",
            r((f'"Come in, {a.c}," said {a.his} {fam}.', f'"Thank you, {a.c}," said {a.his} '
               f'{fam}.')), self.end_one(a)))

    # two children

    def gift(self):
        r, a, b = self.pick, self.cast.person(), self.cast.person()
        t, full = self.thing()
        place, where = r(PLACES)
        return join((
            self.pair(a, b), f"{r(DAYS)}, {a.n} found {an(full)} {where}.",
            self.maybe(0.5, f'"{b.n} will like this," said {a.c}.',
                       f"{a.He} thought of {a.his} friend {b.c}."),
            r((f"{a.n} gave the {t} to {b.c}.", f"So {a.he} gave the {t} to {b.c}.")),
            r((f'"Thank you, {a.c}," said {b.c}.', f'{b.n} said, "Thank you, {a.c}!"',
               f"{b.n} was very happy and said thank you to {a.c}.")),
            self.maybe(0.5, f"Now the {t} belonged to {b.c}.", f"{b.n} played with the {t} all "
                       "day."),
            self.end_two(a, b)))

    def quarrel(self):
        r, a, b = self.pick, self.cast.person(), self.cast.person()
        t, full = self.thing()
        place, where = r(PLACES)
        return join((
            self.pair(a, b), f"{r(DAYS)} they were {where}.",
            f"There they saw {an(full)}.",
            r((f'"It is mine," said {a.n}. "No, it is mine," said {b.c}.',
               f"{a.n} wanted the {t}, and {b.c} wanted it too.")),
            r(("They were very angry.", f"{a.n} was angry with {b.c}.")),
            r((f"Then {a.n} felt bad.", f"After a while {a.n} was sad.")),
            r((f'"I am sorry, {b.c}," said {a.c}.', f'{a.n} said, "I am sorry, {b.c}."',
               f"{a.n} went to {b.c} and said sorry.")),
            r((f'"I am sorry too, {a.c}," said {b.c}.', f'"We can share it, {a.c}," said '
               f"{b.c}.")),
            r((f"So they shared the {t}.", f"First {a.n} played with the {t}, then {b.c}.")),
            self.end_two(a, b)))

    def swap(self):
        r, a, b = self.pick, self.cast.person(), self.cast.person()
        t, u = self.rng.sample(THINGS, 2)
        return join((
            r((f"{a.n} had {an(t)}. {b.n} had {an(u)}.",
               f"{a.n} has {an(t)}, and {b.n} has {an(u)}.")),
            r((f"{a.n} liked the {u}.", f"{a.n} looked at the {u} and wanted it.")),
            r((f'"Can I have your {u}, {b.c}?" asked {a.c}.',
               f'{a.n} said, "You can have my {t}, {b.c}."')),
            r((f'"Yes, {a.c}," said {b.c}.', f'"Good," said {b.c}.')),
            f"So {a.n} gave the {t} to {b.c}, and {b.n} gave the {u} to {a.c}.",
            self.end_two(a, b)))

    def belongs(self):
        r, a, b = self.pick, self.cast.person(), self.cast.person()
        t, u = self.rng.sample(THINGS, 2)
        has = r(("has", "has", "had"))
        was = {"has": "is", "had": "was"}[has]
        facts = [f"The {t} {was} in the hands of {a.c}.", f"The {u} {was} in the hands of {b.c}."]
        if self.chance(0.6):
            verb = {"has": "belongs", "had": "belonged"}[has]
            facts = [f"The {t} {verb} to {a.c}.", f"The {u} {verb} to {b.c}."]
        self.rng.shuffle(facts)
        return join((f"{a.n} {has} {an(t)}. {b.n} {has} {an(u)}.", facts[0],
                     facts[1] if self.chance(0.7) else "",
                     self.end_two(a, b) if self.chance(0.4) else ""))

    def meeting(self):
        r, a, b = self.pick, self.cast.person(), self.cast.person()
        place, where = r(PLACES)
        return join((
            self.start(a), f"{r(DAYS)}, {a.he} went to {place}.",
            f"There {a.he} met a {b.child}.",
            f'"What is your name?" asked {a.c}. "My name is {b.n}," said the {b.child}.',
            r((f'"Do you want to play with me, {b.c}?" asked {a.c}.',
               f'"Hello, {b.c}," said {a.c}. "I am {a.c}."', f'"Come with me, {b.c}," said '
               f"{a.c}.")),
            r((f'"Yes, {a.c}," said {b.c}.', f"{b.n} smiled.")),
            r(("They played all day.", f"They ran and jumped {where}.", "They sang and danced.")),
            self.end_two(a, b)))

    def hide(self):
        r, a, b = self.pick, self.cast.person(), self.cast.person()
        spot = r(SPOTS)
        return join((
            self.pair(a, b), f"They liked to play a game. {b.n} hid, and {a.c} had to find {b.him}.",
            f"{r(DAYS)}, {b.n} hid {spot}.",
            r((f'"Where are you, {b.c}?" said {a.c}.', f"{a.n} looked for {b.c}.")),
            r((f"{a.He} looked {r(SPOTS)}, but {b.n} was not there.", "")),
            r((f'Then {a.n} saw a foot. "I see you, {b.c}!" said {a.c}.',
               f"Then {a.n} heard a small noise. It was {b.c}.")),
            r((f'"You found me, {a.c}!" said {b.c}.', f"{b.n} laughed.")),
            self.end_two(a, b)))

    def share(self):
        r, a, b = self.pick, self.cast.person(), self.cast.person()
        food = r(FOODS)
        place, where = r(PLACES)
        return join((
            self.pair(a, b), f"{r(DAYS)}, they walked to {place}.",
            f"{a.n} had {an(r(('big', 'sweet', 'good')))} {food}.",
            r((f"{b.n} had nothing to eat.", f"{b.n} was hungry.")),
            r((f'"Do you want some of my {food}, {b.c}?" asked {a.c}.',
               f"{a.n} gave half of the {food} to {b.c}.",
               f"{a.n} shared the {food} with {b.c}.")),
            r((f'"You are a good friend, {a.c}," said {b.c}.', f'"Thank you, {a.c}," said '
               f"{b.c}.")),
            r((f"They ate the {food} {where}.", f"The {food} was very good.", "")),
            self.end_two(a, b)))

    def rescue(self):
        r, a, b = self.pick, self.cast.person(), self.cast.person()
        t, full = self.thing()
        return join((
            self.pair(a, b), f"{r(DAYS)}, the {t} of {b.n} fell into the {r(('river', 'lake'))}.",
            r((f'"Help me, {a.c}!" said {b.c}.', f"{b.n} was sad and began to cry.",
               f"{b.n} called {a.c}.")),
            r((f"{a.n} ran to the water.", f"{a.n} was brave and jumped into the water.",
               f"{a.n} took a long stick.")),
            f"Soon {a.he} had the {t}.",
            r((f'"Here is your {t}, {b.c}," said {a.c}.', f"{a.n} gave the {t} back to {b.c}.")),
            r((f'"Thank you, {a.c}," said {b.c}.', f'"You are so brave, {a.c}," said {b.c}.')),
            self.end_two(a, b)))

    def letter(self):
        r, a, b = self.pick, self.cast.person(), self.cast.person()
        return join((
            self.pair(a, b), r((f"But {b.n} went far away.", f"{b.n} lived far away.")),
            r((f"{a.n} was sad without {b.c}.", f"{a.n} wanted to see {b.c} again.")),
            f"So {a.n} wrote a letter to {b.c}.",
            f'"Dear {b.c}, '
            + r(("when do you come home?", "I think of you every day.",
                 "please come and play with me.")) + f' Your friend, {a.c}."',
            r((f"{b.n} read the letter and smiled.", f"{b.n} was happy to hear from {a.c}.")),
            r((f"The next day {b.n} came to see {a.c}.", f"Then {b.n} wrote back to {a.c}.")),
            self.end_two(a, b)))

    ONE = (lost, animal, dream, seed, fear, errand)
    TWO = (gift, quarrel, swap, belongs, meeting, hide, share, rescue, letter)

    def story(self):
        """One story; in the text, every fifth begins somewhere in its middle."""
        text = self.pick(self.ONE if self.chance(0.4) else self.TWO)(self)
        parts = text.split("\x03")
        if self.cast.mode == "mixed" and self.chance(0.2):
            parts = parts[self.rng.randrange(len(parts) // 2 + 1):]
        return " ".join(parts)

    # ---- facts inside little stories

    def fact_story(self):
        return whole(self.told_fact())

    def told_fact(self):
        r, rng, a = self.pick, self.rng, self.cast.person()
        i = rng.randrange(len(FACTS))
        one = any_way(rng, i)
        kind, s, ans = FACTS[i]
        shape = rng.randrange(5)
        if shape == 0:
            b = self.cast.person()
            return join((self.pair(a, b), f"{r(DAYS)}, they read a big book.",
                         f'The book said: "{one}"',
                         self.maybe(0.5, f'It also said: "{any_way(rng, rng.randrange(68))}"'),
                         f'"I did not know that, {b.c}," said {a.c}.', self.end_two(a, b)))
        if shape == 1:
            return join((self.start(a), f"{a.n} went to school.",
                         f'The teacher said: "{one}"',
                         r((f"{a.n} wrote it down.", f"{a.n} learned it well.", "")),
                         self.maybe(0.5, f'Then the teacher said: "{any_way(rng, rng.randrange(68))}"'),
                         f'"Very good, {a.c}," said the teacher.', self.end_one(a)))
        if shape == 2:
            fam = r(FAMILY)
            return join((self.start(a), f"{a.He} asked {a.his} {fam} many things.",
                         f'{a.His} {fam} said: "{one}"',
                         self.maybe(0.6, f'"{any_way(rng, rng.randrange(68))}"'),
                         f'"Thank you," said {a.c}.', self.end_one(a)))
        if shape == 3:
            b = self.cast.person()
            return join((f"{a.n} and {b.n} talked about many things.",
                         f'{a.n} said: "{one}"',
                         f'{b.n} said: "{any_way(rng, rng.randrange(68))}"',
                         self.end_two(a, b)))
        return join((self.start(a), f"{a.n} likes to learn.", one,
                     any_way(rng, rng.randrange(68)) if self.chance(0.5) else "",
                     f"Now {a.n} knows it.", self.end_one(a)))


FILLERS = ("{n} likes to learn.", "This is true.", "{n} knows this.", "Now you know it.",
           "{n} wrote it down.", "It is good to know.", "{n} read it in a book.")


def fact_document(rng):
    person = Cast(rng, "mixed").person()
    out = []
    for i in rng.sample(range(len(FACTS)), rng.randint(4, 9)):
        if rng.random() < 0.08:
            out.append(rng.choice(FILLERS).format(n=person.n))
        out.append(any_way(rng, i))
    return " ".join(out)


# ---- tales whose context contradicts a fact ------------------------------------------------------

PASSING = ("{n} went for a walk.", "{n} looked around and smiled.", "{n} was not surprised.",
           "Everyone was happy there.", "{n} liked it very much.", "The sun was warm.",
           "{n} sat down and had an apple.", "A little bird sang.", "{n} told a friend about it.")


def low(text, kind):
    """A sentence after other words: a capital letter stays only where it is a country's."""
    return text if kind == "capital" and text.split()[0] not in ("The", "What", "If", "In") \
        else text[0].lower() + text[1:]


def contradiction(rng, i, frame, mode="mixed", query=None):
    """(prompt, false answer): frame 'story' makes the false answer the story's own truth, 'wrong'
    says that the speaker was mistaken, 'plain' just states it. `query` is the wording asked."""
    kind, s, a = FACTS[i]
    false = wrong_answer(rng, i)
    cast = Cast(rng, mode)
    p = cast.person()
    told = {"capital": f"the capital of {s} is {false}", "colour": f"{s} is {false}",
            "sound": f"the {s} says {false}"}[kind]
    if HELD[i] == {"capital": 0, "colour": 2, "sound": 0}[kind]:
        told = {"capital": f"{s} has the capital {false}", "colour": f"{s} looks {false}",
                "sound": f"the {s} goes {false}"}[kind]
    passing = [x.format(n=p.n) for x in rng.sample(PASSING, rng.randint(1, 3))]
    if frame == "story":
        head = f"In this story {told}."
    elif frame == "wrong":
        head = f"{p.n} said that {told}. But {p.n} was wrong."
    else:
        head = cap(told) + "."
    if query is None:
        query = rng.randrange(6)
        query += query >= HELD[i]
    ask = say(kind, s, "\x02", WORDINGS[kind][query]).split("\x02")[0].rstrip()
    return whole(join([head] + passing + [ask])), false


def tale(rng):
    while True:
        i = rng.randrange(len(FACTS))
        if i not in UNCONTRADICTED:
            break
    frame = "story" if rng.random() < 0.6 else "wrong"
    prompt, false = contradiction(rng, i, frame)
    answer = false if frame == "story" else FACTS[i][2]
    more = ""
    if rng.random() < 0.5:
        more = forward(rng, i, answer)
    return whole(join((prompt, answer + ".", more)))
