/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Files are told apart by what they are on the disk, not by their names: links lead to the same
 * one.
 */
#include "cli/inputs.h"

#include "base/map.h"
#include "token/source.h"

#include <string.h>

static const char of_model[] = "the model itself", of_tokenizer[] = "a file of its tokenizer",
                  of_prompt[] = "the prompt";

static bool is_option(const fl_cli *cli, fl_option option, const char *path) {
    return fl_given(cli, option) && fl_path_is_same(fl_value(cli, option)->text, path);
}

static bool is_of_model(const fl_cli *cli, const fl_model *model, const char *path) {
    const char *name;
    if (cli->args.subject && fl_path_is_same(cli->args.subject, path))
        return true;
    for (size_t i = 0; model && (name = fl_model_file(model, i)); i++)
        if (fl_path_is_same(name, path))
            return true;
    return false;
}

/* One of these names in the folder of `beside`. */
static bool is_beside(const char *beside, const char *const *names, const char *path) {
    const char *slash = strrchr(beside, '/');
    fl_buffer name = {0};
    bool same = false;
    for (size_t i = 0; !same && names[i]; i++) {
        fl_buffer_clear(&name);
        fl_buffer_add(&name, beside, slash ? (size_t)(slash - beside) + 1 : 0);
        fl_buffer_puts(&name, names[i]);
        same = name.failed || fl_path_is_same(name.data, path);
    }
    fl_buffer_done(&name);
    return same;
}

/* A vocabulary is read with what lies beside it. */
static bool is_of_tokenizer(const fl_cli *cli, const fl_model *model, const char *path) {
    const char *first = fl_given(cli, FL_OPTION_tokenizer)
                            ? fl_value(cli, FL_OPTION_tokenizer)->text
                        : model && !fl_model_vocab(model) ? fl_model_file(model, 0)
                                                          : NULL;
    if (is_option(cli, FL_OPTION_tokenizer, path))
        return true;
    return first &&
           (is_beside(first, fl_vocabulary_names, path) || is_beside(first, fl_beside_names, path));
}

const char *fl_input_called(const fl_cli *cli, const fl_job *job, const char *path) {
    if (is_of_model(cli, job->model, path))
        return of_model;
    if (is_of_tokenizer(cli, job->model, path))
        return of_tokenizer;
    return is_option(cli, FL_OPTION_file, path) ? of_prompt : NULL;
}
