/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Known states as whole screens of text, kept beside this file. With FOOTLIGHT_UPDATE_SCREENS set
 * the files are written anew instead of compared: read the difference before keeping it.
 */
#include "test.h"

#include "view/scene.h"

typedef struct shot {
    const char *name;
    int width, height;
    const char *keys;
    bool ascii;
    int colors;
    bool odd;
} shot;

static const shot shots[] = {
    {"first", 80, 24, "", false, 256, false},
    {"embed", 80, 24, "n", false, 256, false},
    {"rope-cos", 80, 24, "nn", false, 256, false},
    {"rms", 80, 24, "nnnn", false, 256, false},
    {"q-rope", 80, 24, ":goto q_rope<enter>]", false, 256, false},
    {"k-cache", 80, 24, "ts:goto k_cache<enter>", false, 256, false},
    {"attn-scores", 80, 24, ":goto attn_scores head 2<enter>", false, 256, false},
    {"attn-probs", 80, 24, ":goto attn_probs layer 1 head 3<enter>", false, 256, false},
    {"attn-head", 80, 24, ":goto attn_head<enter>", false, 256, false},
    {"resid-mid", 80, 24, ":goto resid_mid layer 1<enter>", false, 256, false},
    {"silu-odd", 80, 24, ":goto silu<enter>", false, 256, true},
    {"down", 80, 24, ":goto down<enter>", false, 256, false},
    {"logits", 80, 24, ":goto logits<enter><down><down>", false, 256, false},
    {"next-token", 80, 24, "t", false, 256, false},
    {"decode", 80, 24, "t10s", false, 256, false},
    {"mono", 80, 24, ":goto gate<enter>", false, 0, false},
    {"mono-zoomed", 80, 24, ":goto gate<enter>---", false, 0, false},
    {"ascii", 80, 24, ":goto attn_probs layer 1 head 3<enter>", true, 0, false},
    {"ascii-wide", 120, 40, ":goto k_rope<enter>", true, 0, false},
    {"zoomed", 80, 24, ":goto gate<enter>++", false, 256, false},
    {"full", 80, 24, ":goto gate<enter>_", false, 256, false},
    {"why", 80, 24, ":goto attn_out<enter>e", false, 256, false},
    {"weight", 80, 24, ":goto q<enter>w", false, 256, false},
    {"lens", 80, 24, "tL<left><up>", false, 256, false},
    {"lens-mono", 80, 24, "tL", false, 0, false},
    {"lens-ascii", 60, 16, "tL<home>", true, 0, false},
    {"wide-lens", 160, 50, "tL<up><up>", false, 256, false},
    {"chances", 80, 24, "t%<<<<down>", false, 256, false},
    {"wide-chances", 160, 50, "t%", true, 0, false},
    {"text", 80, 24, "ts:text<enter>", false, 256, false},
    {"weight-zoomed", 120, 40, ":goto ffn_norm<enter>w++", false, 256, false},
    {"beside-layer", 80, 24, ":goto gate layer 1<enter>|", false, 256, false},
    {"beside-difference", 80, 24, ":goto gate layer 1<enter>|<tab>", true, 0, false},
    {"beside-pass", 120, 40, "ts:goto attn_probs layer 1<enter>:beside pass<enter>", false, 256,
     false},
    {"beside-prompt", 120, 40, ":goto q<enter>:beside prompt a dog says<enter>", false, 256, false},
    {"beside-logits", 80, 24, ":goto logits<enter>:beside prompt a dog says<enter>", false, 256,
     false},
    {"help", 80, 24, "n?", false, 256, false},
    {"prompts", 80, 24, "p<down>", false, 256, false},
    {"breaks", 80, 24, ":break attn_* layer 1<enter>:break logits<enter>B", false, 256, false},
    {"line", 80, 24, ":goto attn", false, 256, false},
    {"look-rows", 80, 24, ":goto gate<enter>v", false, 256, false},
    {"look-axes", 80, 24, ":goto resid_post layer 1<enter>:look axes<enter><down>", false, 256,
     false},
    {"look-axes-wide", 160, 50, ":goto q_rope<enter>:look axes<enter>", false, 256, false},
    {"look-histogram", 80, 24, ":goto silu<enter>:look histogram<enter>", false, 256, true},
    {"look-extremes", 80, 24, ":goto attn_out<enter>:look extremes<enter><down><down>", false, 256,
     false},
    {"look-bars", 80, 24,
     ":scale log<enter>:goto attn_probs layer 1 head 3<enter>:look bars<enter>", false, 256, false},
    {"look-heads", 80, 24, ":goto attn_probs layer 1<enter>V<right>", false, 256, false},
    {"look-heads-wide", 160, 50, ":goto attn_scores layer 1 head 2<enter>V", false, 256, false},
    {"look-heads-ascii", 80, 24, ":goto k_cache<enter>V", true, 0, false},
    {"look-rows-ascii", 60, 16, ":goto q_rope<enter>:look rows<enter>", true, 0, false},
    {"scale", 80, 24, ":goto gate<enter>:scale linear<enter>:scale auto<enter>s", false, 256,
     false},
    {"program", 80, 24, ":goto v<enter><tab>", false, 256, false},
    {"wide", 120, 40, ":goto attn_probs layer 1 head 2<enter>", false, 256, false},
    {"wide-first", 120, 40, "", false, 256, false},
    {"wide-q", 160, 50, ":goto q<enter>", false, 256, false},
    {"wide-probs", 160, 50, "tS", false, 256, false},
    {"message", 80, 24, ":goto 99999999<enter>", false, 256, false},
    {"message-small", 60, 16, ":goto 99999999<enter>", true, 0, false},
    {"small", 60, 16, ":goto attn_probs<enter>", false, 256, false},
    {"small-choice", 60, 16, "t", false, 256, false},
    {"small-meaning", 60, 16, ":goto gate<enter>", false, 256, false},
    {"map", 80, 24, ":goto attn_probs layer 1 head 3<enter>M<down>", false, 256, false},
    {"map-wide", 160, 50, ":goto gate<enter>M", false, 256, false},
    {"map-ascii", 80, 24, "nnnM", true, 0, false},
    {"sharing", 80, 24, ":sharing<enter>", false, 256, false},
    {"rope", 80, 24, ":goto k_rope layer 1<enter>R<up>", false, 256, false},
    {"rope-table", 80, 24, ":goto rope_cos<enter>R<left>", true, 0, false},
    {"cache", 80, 24, ":goto v_cache<enter>K", false, 256, false},
    {"cache-decode", 80, 24, "ts:goto k_cache<enter>K]", false, 256, false},
    {"patched", 80, 24, ":patch layer 0 head 1 zero<enter>:goto down layer 1<enter>", false, 256,
     false},
    {"patched-wide", 120, 40, ":patch layer 0 head 1 zero<enter>:goto down layer 1<enter>", true, 0,
     false},
    {"patched-cell", 80, 24, ":patch layer 1 ffn scale 0.5<enter>:goto down layer 1<enter>", false,
     256, false},
    {"patches", 80, 24,
     ":patch layer 0 head 1 zero<enter>:patch layer 1 neuron 3 scale 2<enter>X<down><enter>", false,
     256, false},
    {"whatif", 80, 24, ":patch layer 0 head 1 zero<enter>tW", false, 256, false},
    {"whatif-wide", 120, 40, ":patch layer 0 head 1 zero<enter>:patch layer 1 ffn zero<enter>tW",
     true, 0, false},
    {"present", 80, 24, ":present<enter>:goto embed<enter> N", false, 256, false},
    {"present-wide", 160, 50, ":goto attn_probs layer 1 head 3<enter>:present<enter>N ", false, 256,
     false},
    {"present-ascii", 60, 16, ":goto logits<enter>:present<enter>N ", true, 0, false},
    {"too-small", 20, 5, "", false, 256, false},
};

static char *draw(const shot *s) {
    fl_view_options options = fl_scene_options(&(fl_fake_options){.odd = s->odd});
    options.ascii = s->ascii;
    options.colors = s->colors;
    fl_view *view;
    fl_diag diag;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, s->width, s->height);
    fl_scene_keys(view, s->keys);
    char *text = fl_scene_text(view);
    fl_view_free(&view);
    return text;
}

static const char *file_of(const shot *s) {
    char relative[128];
    snprintf(relative, sizeof relative, "tests/screens/%s.txt", s->name);
    return fl_test_path(relative);
}

static void keep(const shot *s, const char *text) {
    FILE *file = fopen(file_of(s), "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char *kept(const shot *s) {
    static char text[65536];
    FILE *file = fopen(file_of(s), "rb");
    if (!file)
        fail_msg("%s is missing: FOOTLIGHT_UPDATE_SCREENS=1 writes it", file_of(s));
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    return text;
}

static void screens_are_as_kept(void **state) {
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof shots / sizeof *shots; i++) {
        char *text = draw(&shots[i]);
        if (getenv("FOOTLIGHT_UPDATE_SCREENS")) {
            keep(&shots[i], text);
        } else if (strcmp(text, kept(&shots[i])) != 0) {
            print_message("screen \"%s\" differs; it now is\n%s", shots[i].name, text);
            wrong++;
        }
        free(text);
    }
    assert_int_equal(wrong, 0);
}

static void no_line_is_wider_than_the_screen(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shots / sizeof *shots; i++) {
        char *text = draw(&shots[i]), *line = text;
        int lines = 0;
        for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1, lines++) {
            *end = '\0';
            assert_true(fl_text_width(line) <= shots[i].width);
        }
        assert_int_equal(lines, shots[i].height);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_kept),
        cmocka_unit_test(no_line_is_wider_than_the_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
