/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `tokenize`: text to ids and pieces, with a model's vocabulary or a bare tokenizer file.
 */
#include "base/diag.h"
#include "base/map.h"
#include "cli/job.h"
#include "cli/table.h"
#include "sinks/json.h"
#include "token/token.h"
#include "view/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Does the file's name say that it is a tokenizer, not a model? */
static bool named_tokenizer(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return strstr(name, "tokenizer") && !strstr(name, ".gguf");
}

static bool begins_as_tokenizer(const char *path) {
    fl_map map;
    fl_diag unused;
    bool is = fl_map_open(&map, path, &unused) == FL_OK && fl_is_tokenizer(map.bytes, map.length);
    fl_map_close(&map);
    return is;
}

/* What else could have been named. */
static void add_tokenizers(fl_diag *diag) {
    size_t used = strlen(diag->message);
    if (diag->status == FL_ERR_FORMAT)
        snprintf(diag->message + used, sizeof diag->message - used,
                 "; or a tokenizer.json, tokenizer.model or tokenizer.bin");
}

/* What cannot be run may have a vocabulary all the same: a GGUF of another architecture, or a bare
 * tokenizer file. If it has none, the model reader's answer is the one to tell, unless it begins as
 * a tokenizer does. */
static fl_status open_without_model(fl_cli *cli, fl_model **model, fl_tokenizer **out) {
    const char *name = fl_model_argument(cli);
    fl_diag diag;
    if (fl_model_open_vocab(model, name, &diag) == FL_OK && fl_model_vocab(*model))
        return fl_open_tokenizer(cli, *model, out);
    fl_model_close(model);
    if (fl_tokenizer_open(out, name, 0, &diag) == FL_OK || begins_as_tokenizer(name))
        cli->diag = diag;
    else
        add_tokenizers(&cli->diag);
    return cli->diag.status;
}

static fl_status open_vocabulary(fl_cli *cli, fl_model **model, fl_tokenizer **out) {
    const char *name = fl_model_argument(cli);
    bool file = cli->args.subject && fl_path_exists(name) && !fl_path_is_directory(name);
    *model = NULL;
    *out = NULL;
    if (!cli->args.subject && fl_given(cli, FL_OPTION_tokenizer))
        return fl_open_tokenizer_file(cli, fl_value(cli, FL_OPTION_tokenizer)->text, 0, out);
    if (file && named_tokenizer(name))
        return fl_tokenizer_open(out, name, 0, &cli->diag);
    fl_status status = fl_model_open(model, name, &cli->diag);
    if (status == FL_OK)
        return fl_open_tokenizer(cli, *model, out);
    return file ? open_without_model(cli, model, out) : status;
}

static void print_json(const fl_cli *cli, const fl_tokenizer *tokenizer, const int32_t *ids,
                       size_t n, fl_buffer *out) {
    fl_buffer_puts(out, "{\"ids\":[");
    for (size_t i = 0; i < n; i++)
        fl_buffer_printf(out, "%s%d", i ? "," : "", ids[i]);
    fl_buffer_puts(out, "],\"pieces\":[");
    for (size_t i = 0; i < n; i++) {
        size_t length;
        const char *piece = fl_piece_text(tokenizer, ids[i], &length);
        fl_buffer_puts(out, i ? "," : "");
        fl_json_string(out, piece, length, cli->ascii);
    }
    fl_buffer_puts(out, "]}\n");
}

static const char *kind_word(fl_piece_type type) {
    switch (type) {
    case FL_PIECE_UNKNOWN:
        return "unknown";
    case FL_PIECE_CONTROL:
        return "control";
    case FL_PIECE_USER_DEFINED:
        return "user defined";
    case FL_PIECE_UNUSED:
        return "unused";
    case FL_PIECE_BYTE:
        return "byte";
    case FL_PIECE_NORMAL:
        break;
    }
    return "";
}

/* What a piece reads as, in quotes for the blanks in it; nothing for one that is no text. */
static void put_text(fl_table *table, const fl_pieces *pieces, const fl_tokenizer *tokenizer,
                     int32_t id) {
    char shown[128];
    fl_piece_type kind = fl_piece_kind(tokenizer, id);
    if (kind == FL_PIECE_NORMAL || kind == FL_PIECE_USER_DEFINED)
        fl_table_cell(table, 3, "\"%s\"", fl_piece_show(shown, sizeof shown, pieces, id));
}

static void put_row(fl_table *table, const fl_pieces *pieces, const fl_tokenizer *tokenizer,
                    size_t position, int32_t id) {
    size_t length;
    const char *piece = fl_piece_text(tokenizer, id, &length);
    fl_buffer shown = {0};
    fl_escape(&shown, piece, length, FL_ESCAPE_LINE);
    fl_table_row(table);
    fl_table_cell(table, 0, "%zu", position);
    fl_table_cell(table, 1, "%d", id);
    fl_table_cell(table, 2, "%s", shown.data ? shown.data : "");
    put_text(table, pieces, tokenizer, id);
    fl_table_cell(table, 4, "%s", kind_word(fl_piece_kind(tokenizer, id)));
    fl_buffer_done(&shown);
}

static bool print_table(const fl_cli *cli, const fl_tokenizer *tokenizer, const int32_t *ids,
                        size_t n, fl_buffer *out) {
    static const fl_column columns[] = {{"position", true, 0},
                                        {"id", true, 0},
                                        {"piece", false, 0},
                                        {"text", false, 0},
                                        {"kind", false, 1}};
    fl_pieces pieces = fl_view_pieces(tokenizer);
    fl_table *table = fl_table_new(columns, sizeof columns / sizeof *columns);
    if (!table)
        return false;
    for (size_t i = 0; i < n; i++)
        put_row(table, &pieces, tokenizer, i, ids[i]);
    bool done = fl_table_text(table, cli->width, out);
    fl_buffer_printf(out, "\n%zu token%s · %s\n", n, n == 1 ? "" : "s",
                     fl_tokenizer_summary(tokenizer));
    fl_table_free(table);
    return done;
}

static fl_status encode(fl_cli *cli, const fl_tokenizer *tokenizer, int32_t **ids, size_t *n) {
    fl_buffer text = {0};
    bool bos = !fl_given(cli, FL_OPTION_no_bos) && fl_tokenizer_adds_bos(tokenizer);
    fl_status status = fl_prompt_text(cli, &text);
    if (status == FL_OK) {
        fl_diag_init(&cli->diag, "text");
        status = fl_encode(tokenizer, text.data ? text.data : "", text.length, bos,
                           fl_given(cli, FL_OPTION_special), ids, n, &cli->diag);
    }
    fl_buffer_done(&text);
    return status;
}

fl_status fl_cmd_tokenize(fl_cli *cli) {
    fl_model *model;
    fl_tokenizer *tokenizer;
    int32_t *ids = NULL;
    size_t n = 0;
    fl_buffer out = {0};
    fl_status status = open_vocabulary(cli, &model, &tokenizer);
    if (status == FL_OK)
        status = encode(cli, tokenizer, &ids, &n);
    if (status == FL_OK) {
        if (fl_value(cli, FL_OPTION_tokenize_format)->count == 1)
            print_json(cli, tokenizer, ids, n, &out);
        else
            out.failed |= !print_table(cli, tokenizer, ids, n, &out);
        status = fl_emit_buffer(cli, &out);
    }
    free(ids);
    fl_tokenizer_free(&tokenizer);
    fl_model_close(&model);
    return status;
}
