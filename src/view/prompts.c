/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Ready prompts for any model: they say where to look and leave open what will be seen there.
 */
#include "view/view.h"

static const fl_view_prompt prompts[] = {
    {"A fact", "The capital of France is",
     "Watch resid_post at the last token, and what the feed-forward of each layer adds to it."},
    {"A name comes back", "Lily and Tom were in the park. Lily found a ball. She gave the ball to",
     "Is there a head whose attn_probs look back at a name from the last token?"},
    {"A random row repeats", "green owl Paris kite moo Anna green owl Paris kite",
     "Is there a head that looks, at each repeated word, at what followed it the first time?"},
    {"A story", "Once upon a time",
     "Press t again and again and watch a text grow, one piece at a time."},
    {"The context says otherwise",
     "In this story the sky is green. Tom looked around and smiled. The sky is",
     "See in logits which colour leads, and which heads look back at the one in the text."},
    {"What an animal says", "The cow says",
     "A short prompt: few tokens, so that every number of a stage fits on the screen."},
    {"The first token", "It was a very good day. The",
     "Look down the first column of attn_probs: do heads with nothing to do rest there?"},
    {"A sign", "Lily saw a 🙂. It was a 🙂",
     "How many pieces does the sign become in this vocabulary? Watch the token strip."},
    {"The same again and again", "the ball the ball the ball the",
     "See in probs how certain the model is after the second, the third and the fourth time."},
};

const fl_view_prompt *fl_view_general_prompts(size_t *count) {
    *count = sizeof prompts / sizeof *prompts;
    return prompts;
}
