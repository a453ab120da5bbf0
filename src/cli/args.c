/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Finding commands and options in the table, and the walk over argv. What a value must look like is
 * in values.c.
 */
#include "cli/args.h"

#include "base/diag.h"
#include "base/text.h"
#include "cli/values.h"

#include <string.h>

static const fl_command_info commands[] = {
#define FL_COMMAND(id_, argument_, help_, more_)                                                   \
    [FL_COMMAND_##id_] = {#id_, argument_, help_, more_},
#include "cli/commands.def"
};

#define ON(id) (1u << FL_COMMAND_##id)
static const fl_option_info options[] = {
#define FL_OPTION(id_, name_, letter_, argument_, kind_, least_, most_, fallback_, group_,         \
                  commands_, help_)                                                                \
    [FL_OPTION_##id_] = {name_, letter_,   argument_,         FL_KIND_##kind_, least_,             \
                         most_, fallback_, FL_GROUP_##group_, commands_,       help_},
#include "cli/commands.def"
};

const fl_command_info *fl_command_get_info(fl_command command) {
    return &commands[command];
}

const fl_option_info *fl_option_get_info(fl_option option) {
    return &options[option];
}

bool fl_option_belongs(fl_option option, fl_command command) {
    return (options[option].commands & (1u << command)) != 0;
}

fl_command fl_command_find(const char *name) {
    for (int i = 0; i < FL_COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return (fl_command)i;
    return FL_COMMAND_COUNT;
}

/* ---- one argument that begins with a dash ---- */

typedef struct spelled {
    const char *text; /* as written, for messages */
    const char *name; /* after the dashes, not NUL-terminated */
    size_t length;
    bool is_long;
    const char *value; /* after '=' or right after the letter; NULL: none */
} spelled;

static spelled take_apart(const char *text) {
    spelled word = {.text = text, .is_long = text[1] == '-'};
    word.name = text + (word.is_long ? 2 : 1);
    if (word.is_long) {
        word.length = strcspn(word.name, "=");
        if (word.name[word.length] == '=')
            word.value = word.name + word.length + 1;
    } else {
        word.length = 1;
        if (word.name[1])
            word.value = word.name + 1 + (word.name[1] == '=');
    }
    return word;
}

static bool is_option(const char *text) {
    return text[0] == '-' && text[1] != '\0';
}

static bool names(const spelled *word, const fl_option_info *info) {
    if (!word->is_long)
        return info->letter == word->name[0];
    return strlen(info->name) == word->length && strncmp(info->name, word->name, word->length) == 0;
}

/* The row for this command; if no such row, any row of that name with *other set. */
static fl_option find(const spelled *word, fl_command command, bool *other) {
    fl_option elsewhere = FL_OPTION_COUNT;
    *other = false;
    for (int i = 0; i < FL_OPTION_COUNT; i++) {
        if (!names(word, &options[i]))
            continue;
        if (fl_option_belongs((fl_option)i, command))
            return (fl_option)i;
        elsewhere = (fl_option)i;
    }
    *other = elsewhere != FL_OPTION_COUNT;
    return elsewhere;
}

/* ---- which command ---- */

/* The first word that is neither an option nor the value of one. */
static int first_word(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i + 1 < argc ? i + 1 : 0;
        if (!is_option(argv[i]))
            return i;
        bool other;
        spelled word = take_apart(argv[i]);
        fl_option option = find(&word, FL_COMMAND_step, &other);
        if (option != FL_OPTION_COUNT && options[option].argument && !word.value)
            i++;
    }
    return 0;
}

static int choose_command(fl_args *args, int argc, char **argv) {
    int at = first_word(argc, argv);
    fl_command command = at ? fl_command_find(argv[at]) : FL_COMMAND_COUNT;
    args->command_given = command != FL_COMMAND_COUNT;
    args->command = args->command_given ? command : FL_COMMAND_step;
    return args->command_given ? at : 0;
}

/* ---- what went wrong ---- */

static void set_subject(fl_diag *diag, const char *text) {
    fl_diag_init(diag, NULL);
    if (diag)
        fl_escape_into(diag->subject, sizeof diag->subject, text, strcspn(text, "="));
}

static fl_status refuse_unknown(const spelled *word, fl_command command, fl_diag *diag) {
    char name[64];
    const char *nearest = NULL;
    size_t best = 3;
    set_subject(diag, word->text);
    fl_escape_into(name, sizeof name, word->name, word->length);
    for (int i = 0; i < FL_OPTION_COUNT && word->is_long; i++) {
        size_t distance = fl_word_distance(name, options[i].name);
        if (distance < best && fl_option_belongs((fl_option)i, command) &&
            options[i].group != FL_GROUP_HIDDEN) {
            best = distance;
            nearest = options[i].name;
        }
    }
    if (nearest)
        return fl_fail(diag, FL_ERR_USAGE, "there is no such option, the nearest is --%s", nearest);
    return fl_fail(diag, FL_ERR_USAGE, "there is no such option; 'footlight %s --help' lists them",
                   commands[command].name);
}

/* Which commands take an option of that name, in whatever form. */
static void list_owners(const spelled *word, fl_buffer *out) {
    for (int c = 0; c < FL_COMMAND_COUNT; c++) {
        bool other;
        if (find(word, (fl_command)c, &other) != FL_OPTION_COUNT && !other)
            fl_buffer_printf(out, "%s%s", out->length ? ", " : "", commands[c].name);
    }
}

static fl_status refuse_here(const spelled *word, fl_command command, fl_diag *diag) {
    fl_buffer owners = {0};
    set_subject(diag, word->text);
    list_owners(word, &owners);
    fl_fail(diag, FL_ERR_USAGE, "is no option of '%s', only of: %s", commands[command].name,
            owners.data ? owners.data : "");
    fl_buffer_done(&owners);
    return FL_ERR_USAGE;
}

/* ---- the walk ---- */

static fl_status add_patch(fl_args *args, const char *text, fl_diag *diag) {
    if (args->n_patches == FL_MAX_PATCHES)
        return fl_fail(diag, FL_ERR_USAGE, "given more than %d times", FL_MAX_PATCHES);
    args->patches[args->n_patches++] = text;
    return FL_OK;
}

/* Takes the option at argv[*i] and, where it has one, its value. */
static fl_status take_option(fl_args *args, int argc, char **argv, int *i, fl_diag *diag) {
    spelled word = take_apart(argv[*i]);
    bool other;
    fl_option option = find(&word, args->command, &other);
    if (option == FL_OPTION_COUNT)
        return refuse_unknown(&word, args->command, diag);
    if (other)
        return refuse_here(&word, args->command, diag);
    const fl_option_info *info = &options[option];
    set_subject(diag, word.text);
    if (!info->argument && word.value)
        return fl_fail(diag, FL_ERR_USAGE, "takes no value");
    if (info->argument && !word.value) {
        if (*i + 1 >= argc)
            return fl_fail(diag, FL_ERR_USAGE, "needs a value, expected %s", info->argument);
        word.value = argv[++*i];
    }
    args->values[option].given = true;
    if (info->kind == FL_KIND_LIST)
        return add_patch(args, word.value, diag);
    return fl_value_parse(&args->values[option], info, word.value, diag);
}

static fl_status take_subject(fl_args *args, const char *text, fl_diag *diag) {
    const bool takes_two = args->command == FL_COMMAND_diff;
    if (!args->subject) {
        args->subject = text;
        return FL_OK;
    }
    if (takes_two && !args->second_subject) {
        args->second_subject = text;
        return FL_OK;
    }
    set_subject(diag, text);
    return fl_fail(diag, FL_ERR_USAGE, "one %s too many, '%s' takes %s",
                   args->command == FL_COMMAND_stage ? "name" : "word",
                   commands[args->command].name, takes_two ? "two" : "one");
}

static void set_defaults(fl_args *args) {
    for (int i = 0; i < FL_OPTION_COUNT; i++)
        if (options[i].fallback)
            fl_value_parse(&args->values[i], &options[i], options[i].fallback, NULL);
}

fl_status fl_args_parse(fl_args *args, int argc, char **argv, fl_diag *diag) {
    *args = (fl_args){.command = FL_COMMAND_step};
    fl_diag_init(diag, NULL);
    set_defaults(args);
    int command_at = choose_command(args, argc, argv);
    bool only_words = false;
    for (int i = 1; i < argc; i++) {
        fl_status status = FL_OK;
        if (!only_words && strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (!only_words && is_option(argv[i]))
            status = take_option(args, argc, argv, &i, diag);
        else if (i != command_at)
            status = take_subject(args, argv[i], diag);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t fl_word_distance(const char *a, const char *b) {
    enum { LONGEST = 64 };
    size_t n = strlen(a), m = strlen(b);
    size_t rows[3][LONGEST + 1];
    if (n > LONGEST || m > LONGEST)
        return n > m ? n : m;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t same = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + same);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}
