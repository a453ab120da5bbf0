/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The bash completion, from the tables of commands, stages and bundled names. It needs nothing but
 * bash: names are written into the script, so that completing starts no program.
 */
#include "cli/cli.h"

#include <string.h>

static void words_variable(fl_buffer *out, const char *name) {
    fl_buffer_printf(out, "  local %s='", name);
}

static void commands_line(fl_buffer *out) {
    words_variable(out, "commands");
    for (int i = 0; i < FL_COMMAND_COUNT; i++)
        fl_buffer_printf(out, "%s%s", i ? " " : "", fl_command_get_info((fl_command)i)->name);
    fl_buffer_puts(out, "'\n");
}

static void models_lines(fl_buffer *out) {
    bool runnable;
    for (int all = 0; all < 2; all++) {
        words_variable(out, all ? "configurations" : "models");
        const char *name;
        for (size_t i = 0; (name = fl_bundled_name(i, &runnable)); i++)
            if (runnable == !all)
                fl_buffer_printf(out, "%s ", name);
        fl_buffer_puts(out, "'\n");
    }
}

static void stages_line(fl_buffer *out) {
    words_variable(out, "stages");
    for (int i = 0; i < FL_STAGE_COUNT; i++)
        fl_buffer_printf(out, "%s%s", i ? " " : "", fl_stage_get_info((fl_stage)i)->id);
    fl_buffer_puts(out, "'\n");
}

static bool visible(fl_option option, fl_command command) {
    return fl_option_belongs(option, command) &&
           fl_option_get_info(option)->group != FL_GROUP_HIDDEN;
}

static void options_of(fl_buffer *out, fl_command command) {
    fl_buffer_printf(out, "    %s) options='", fl_command_get_info(command)->name);
    for (int i = 0; i < FL_OPTION_COUNT; i++) {
        const fl_option_info *info = fl_option_get_info((fl_option)i);
        if (!visible((fl_option)i, command))
            continue;
        if (info->letter)
            fl_buffer_printf(out, "-%c ", info->letter);
        fl_buffer_printf(out, "--%s ", info->name);
    }
    fl_buffer_puts(out, "' ;;\n");
}

/* What can stand after an option that takes a value. */
static void value_of(fl_buffer *out, const fl_option_info *info) {
    switch (info->kind) {
    case FL_KIND_PATH:
        fl_buffer_puts(out, "_footlight_files \"$word\"; return");
        return;
    case FL_KIND_STAGES:
        fl_buffer_puts(out, "_footlight_list \"$stages\" \"$word\"; return");
        return;
    case FL_KIND_WORD:
    case FL_KIND_ISA:
        fl_buffer_puts(out, "COMPREPLY=($(compgen -W '");
        for (const char *c = info->argument; *c; c++)
            fl_buffer_puts(out, *c == '|' ? " " : (char[]){*c, '\0'});
        fl_buffer_puts(out, "' -- \"$word\")); return");
        return;
    default:
        fl_buffer_puts(out, "return"); /* free text or a number */
    }
}

static void values_of(fl_buffer *out, fl_command command) {
    for (int i = 0; i < FL_OPTION_COUNT; i++) {
        const fl_option_info *info = fl_option_get_info((fl_option)i);
        if (!info->argument || !visible((fl_option)i, command))
            continue;
        fl_buffer_puts(out, "    ");
        if (info->letter)
            fl_buffer_printf(out, "%s:-%c|", fl_command_get_info(command)->name, info->letter);
        fl_buffer_printf(out, "%s:--%s) ", fl_command_get_info(command)->name, info->name);
        value_of(out, info);
        fl_buffer_puts(out, " ;;\n");
    }
}

static const char head[] =
    "# SPDX-License-Identifier: MIT\n"
    "# Completion of footlight for bash, made by `footlight --completion bash`.\n"
    "\n"
    "_footlight_files() {\n"
    "  compopt -o filenames 2>/dev/null\n"
    "  COMPREPLY+=($(compgen -f -- \"$1\"))\n"
    "}\n"
    "\n"
    "# Words between commas: the last one is completed.\n"
    "_footlight_list() {\n"
    "  local done='' last=$2\n"
    "  case $2 in *,*) done=${2%,*}, last=${2##*,} ;; esac\n"
    "  compopt -o nospace 2>/dev/null\n"
    "  COMPREPLY=($(compgen -P \"$done\" -W \"$1\" -- \"$last\"))\n"
    "}\n"
    "\n"
    "_footlight() {\n"
    "  local IFS=$' \\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
    "  local command='' options='' i\n"
    "  COMPREPLY=()\n";

static const char middle[] = "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                             "    case \" $commands \" in *\" ${COMP_WORDS[i]} \"*) "
                             "command=${COMP_WORDS[i]}; break ;; esac\n"
                             "  done\n"
                             "  case ${command:-step} in\n";

static const char before_values[] =
    "  esac\n"
    "  if [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
    "  if [[ $word == = ]]; then before=${COMP_WORDS[COMP_CWORD-1]} word=''; fi\n"
    "  case ${command:-step}:$before in\n";

static const char tail[] =
    "  esac\n"
    "  if [[ $word == -* ]]; then\n"
    "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
    "    return\n"
    "  fi\n"
    "  local words=$models\n"
    "  case $command in\n"
    "    '') words=\"$commands $models\" ;;\n"
    "    shapes|info) words=\"$models $configurations\" ;;\n"
    "    diff) _footlight_files \"$word\"; return ;;\n"
    "    stage) COMPREPLY=($(compgen -W \"$stages\" -- \"$word\")); return ;;\n"
    "  esac\n"
    "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
    "  if declare -F __ltrim_colon_completions >/dev/null; then\n"
    "    __ltrim_colon_completions \"$word\"\n"
    "  fi\n"
    "  _footlight_files \"$word\"\n"
    "}\n"
    "\n"
    "complete -F _footlight footlight\n";

void fl_completion_text(fl_buffer *out) {
    fl_buffer_puts(out, head);
    commands_line(out);
    models_lines(out);
    stages_line(out);
    fl_buffer_puts(out, middle);
    for (int i = 0; i < FL_COMMAND_COUNT; i++)
        options_of(out, (fl_command)i);
    fl_buffer_puts(out, before_values);
    for (int i = 0; i < FL_COMMAND_COUNT; i++)
        values_of(out, (fl_command)i);
    fl_buffer_puts(out, tail);
}
