/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tracer's command language over the fake run: every line is a command, or, behind a blank,
 * keys as tests write them. What is said and drawn afterwards holds no control byte.
 */
#include "fuzz/fuzz.h"
#include "view/scene.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 12, LONGEST_LINE = 400, TYPED_KEYS = 60 };

static void no_control_bytes(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 && *text != '\n')
            abort();
}

static void run_line(fl_view *view, const char *line) {
    if (*line != ' ')
        fl_view_command(view, line);
    else if (strlen(line) <= TYPED_KEYS)
        fl_scene_keys(view, line + 1);
    no_control_bytes(fl_view_message(view));
}

static void look(fl_view *view) {
    static void (*const tellers[])(fl_view *, fl_buffer *) = {fl_view_page_text, fl_view_sentence,
                                                              fl_view_cell};
    fl_buffer text = {0};
    for (size_t i = 0; i < sizeof tellers / sizeof *tellers; i++)
        tellers[i](view, &text);
    fl_canvas_text(fl_view_draw(view), &text);
    if (text.data)
        no_control_bytes(text.data);
    fl_buffer_done(&text);
}

/* Takes the next line off; false where there is none. */
static bool next_line(const uint8_t **data, size_t *size, char line[LONGEST_LINE + 1]) {
    const uint8_t *end = *size ? memchr(*data, '\n', *size) : NULL;
    size_t n = end ? (size_t)(end - *data) : *size;
    size_t kept = n < LONGEST_LINE ? n : LONGEST_LINE;
    if (!*size)
        return false;
    memcpy(line, *data, kept);
    line[kept] = '\0';
    *data += n + (end != NULL);
    *size -= n + (end != NULL);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char line[LONGEST_LINE + 1];
    fl_view *view = fl_scene(80, 24);
    for (int i = 0; i < MOST_LINES && !fl_view_left(view) && next_line(&data, &size, line); i++)
        run_line(view, line);
    look(view);
    fl_view_free(&view);
    return 0;
}

bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    static const char *const seeds[] = {
        "goto attn_probs layer 1 head 2 [2,1]\nwhy\nfollow 1\nback\n",
        "break logits token 4\nbreak attn_probs [0,1] > 0.5\ncontinue\ndisable all\nbreaks\n",
        "patch layer 1 head 2 zero\npatch \"The\" = \"A\"\nwhatif\nundo\nunpatch all\n",
        "weight q_proj row 3 column 2\nlook axes\nscale fixed\ntemperature 0.7\n",
        "beside prompt a dog\nbeside off\nheads\nmap\nlens\ncache\nrope\nsharing\n",
        "goto logits token \" is\"\nrank \" dog\"\nprompt \"\"\nsearch rope\nhelp break\n3\n",
        " 3n:go<tab> at<tab><enter>e<down>/lo<enter>_p<esc>\n S<c-n><up>v%\n",
    };
    if (index >= sizeof seeds / sizeof *seeds)
        return false;
    fl_buffer_puts(out, seeds[index]);
    return true;
}
