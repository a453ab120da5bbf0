/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The pictures of the tour are what the program draws, and README.md shows each with the commands
 * that lead there.
 */
#include "test.h"

#include "screens/tour.h"

/* A file of the source tree; the caller frees it. */
static char *read_source(const char *name) {
    char path[1024];
    const char *source = getenv("FOOTLIGHT_SOURCE");
    snprintf(path, sizeof path, "%s/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be read", path);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = calloc(1, size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, size, file), size);
    fclose(file);
    return text;
}

static void pictures_are_what_is_drawn(void **state) {
    (void)state;
    size_t count;
    const fl_picture *pictures = fl_tour(&count);
    for (size_t i = 0; i < count; i++) {
        char name[64];
        fl_buffer drawn = {0};
        fl_diag diag;
        snprintf(name, sizeof name, "assets/pictures/%s.svg", pictures[i].name);
        char *kept = read_source(name);
        assert_int_equal(fl_picture_draw(&pictures[i], &drawn, &diag), FL_OK);
        if (strcmp(kept, drawn.data) != 0)
            fail_msg("%s is not what is drawn: cmake --build BUILD --target picture", name);
        free(kept);
        fl_buffer_done(&drawn);
    }
}

static void readme_tells_the_way(void **state) {
    (void)state;
    size_t count;
    const fl_picture *pictures = fl_tour(&count);
    char *readme = read_source("README.md");
    for (size_t i = 0; i < count; i++) {
        char text[128];
        snprintf(text, sizeof text, "](assets/pictures/%s.svg)", pictures[i].name);
        if (!strstr(readme, text))
            fail_msg("README.md does not show %s", text);
        for (const char *at = strchr(pictures[i].keys, ':'); at; at = strchr(at + 1, ':')) {
            snprintf(text, sizeof text, "`%.*s`", (int)strcspn(at, "<"), at);
            if (!strstr(readme, text))
                fail_msg("README.md does not tell %s", text);
        }
    }
    free(readme);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_what_is_drawn),
        cmocka_unit_test(readme_tells_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
