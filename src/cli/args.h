/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The command line, taken apart by the table in commands.def. Values are borrowed from argv and
 * from the table; nothing is printed and nothing opened here.
 */
#ifndef FL_CLI_ARGS_H
#define FL_CLI_ARGS_H

#include <footlight/status.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum fl_command {
#define FL_COMMAND(id, ...) FL_COMMAND_##id,
#include "cli/commands.def"
    FL_COMMAND_COUNT
} fl_command;

typedef enum fl_option {
#define FL_OPTION(id, ...) FL_OPTION_##id,
#include "cli/commands.def"
    FL_OPTION_COUNT
} fl_option;

typedef enum fl_option_kind {
    FL_KIND_FLAG,
    FL_KIND_TEXT,
    FL_KIND_PATH,
    FL_KIND_COUNT,
    FL_KIND_NUMBER,
    FL_KIND_SIZE,
    FL_KIND_SPAN,
    FL_KIND_WORD,
    FL_KIND_ISA, /* words, but the machine says which it runs */
    FL_KIND_STAGES,
    FL_KIND_LIST
} fl_option_kind;

typedef enum fl_option_group {
    FL_GROUP_OWN,
    FL_GROUP_PROMPT,
    FL_GROUP_CHOICE,
    FL_GROUP_RUN,
    FL_GROUP_COMMON,
    FL_GROUP_HIDDEN,
    FL_GROUP_COUNT
} fl_option_group;

typedef struct fl_command_info {
    const char *name, *argument, *help, *more;
} fl_command_info;

typedef struct fl_option_info {
    const char *name; /* without the dashes */
    char letter;      /* 0: none */
    const char *argument;
    fl_option_kind kind;
    double least, most;
    const char *fallback;
    fl_option_group group;
    unsigned commands; /* bits 1 << fl_command */
    const char *help;
} fl_option_info;

typedef struct fl_option_value {
    bool given;       /* on the command line, not by default */
    const char *text; /* NULL: neither given nor a default */
    int64_t count;    /* COUNT, SIZE; WORD: place of the word; SPAN: its first */
    int64_t last;     /* SPAN */
    double number;
} fl_option_value;

enum { FL_MAX_PATCHES = 64 };

typedef struct fl_args {
    fl_command command;
    bool command_given;
    const char *subject;        /* MODEL, NAME or A; NULL: none given */
    const char *second_subject; /* B of `diff` */
    fl_option_value values[FL_OPTION_COUNT];
    const char *patches[FL_MAX_PATCHES];
    size_t n_patches;
} fl_args;

const fl_command_info *fl_command_get_info(fl_command command);
const fl_option_info *fl_option_get_info(fl_option option);
bool fl_option_belongs(fl_option option, fl_command command);
/* FL_COMMAND_COUNT if there is none of that name. */
fl_command fl_command_find(const char *name);

/* The first word is a command if the table has it, else the subject of `step`. FL_ERR_USAGE with
 * the option as the diag's subject. */
fl_status fl_args_parse(fl_args *args, int argc, char **argv, fl_diag *diag);

/* Edits (insert, drop, replace, swap neighbours) that turn one word into the other. */
size_t fl_word_distance(const char *a, const char *b);

#endif
