# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# Rules over #include lines, from the root of the tree: awk -f layers.awk FILE...
# Prints a line for every breach and ends with 1 if there was one.

function group(rank, names,    list, i, n) {
    n = split(names, list, " ")
    for (i = 1; i <= n; i++)
        place[list[i]] = rank
}

function allow(headers, folders,    list, i, n) {
    n = split(headers, list, " ")
    for (i = 1; i <= n; i++)
        users[list[i]] = " " folders " "
}

function complain(what) {
    print FILENAME ":" FNR ": " what
    breaches++
}

function exists(path,    line, got) {
    if (!(path in known)) {
        got = (getline line < path)
        close(path)
        known[path] = got >= 0
    }
    return known[path]
}

# A folder may include itself and what has a smaller number.
BEGIN {
    group(1, "base")
    group(2, "spec")
    group(3, "kernels")
    group(4, "model token event")
    group(5, "engine sinks compare view")
    group(6, "tui")
    group(7, "cli")
    group(8, "main")       # src/main.c
    group(0, "api example") # include/footlight and src/example: public headers only

    # C11's own; signal.h, locale.h, time.h and threads are the operating system's business.
    allow("assert.h ctype.h errno.h float.h inttypes.h limits.h math.h stdalign.h stdarg.h " \
          "stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h", "*")
    allow("dirent.h signal.h locale.h time.h fcntl.h langinfo.h poll.h pthread.h sched.h termios.h " \
          "unistd.h sys/ioctl.h sys/mman.h sys/resource.h sys/stat.h sys/statvfs.h sys/time.h " \
          "sys/types.h sys/utsname.h sys/wait.h", "base")
    allow("malloc.h omp.h stdatomic.h utf8proc.h", "base")
    allow("cpuid.h sys/auxv.h immintrin.h arm_neon.h", "kernels")
    allow("jansson.h", "model token sinks compare cli")
    allow("curses.h ncurses.h term.h", "tui")
    generated["stage_lines.h"] = "cli"
}

FNR == 1 {
    split(FILENAME, part, "/")
    folder = part[1] == "include" ? "api" : part[3] == "" ? "main" : part[2]
    if (!(folder in place))
        complain("the folder " folder " has no place in the order")
}

/^[ \t]*#[ \t]*include/ {
    name = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
    system_header = name ~ /^</
    sub(/^[<"]/, "", name)
    sub(/[>"].*$/, "", name)
    if (name ~ /^footlight\//) {
        if (!exists("include/" name))
            complain("no such file: include/" name)
    } else if (system_header) {
        if (users[name] != " * " && index(users[name], " " folder " ") == 0)
            complain(folder " may not include <" name ">")
    } else if (place[folder] == 0) {
        complain(folder " knows public headers only, not \"" name "\"")
    } else if (generated[name] != folder) {
        split(name, part, "/")
        if (!(part[1] in place) || part[2] == "")
            complain("\"" name "\" names no folder of src")
        else if (part[1] != folder && place[part[1]] >= place[folder])
            complain(folder " may not include " part[1] ": \"" name "\"")
        else if (!exists("src/" name))
            complain("no such file: src/" name)
    }
}

# The library neither prints nor ends the program. Comments may speak of it.
FILENAME ~ /\.c$/ && folder !~ /^(cli|tui|main|example)$/ && $0 !~ /^ *(\/?\*|\/\/)/ {
    code = " " $0
    gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    if (code ~ /[^a-zA-Z0-9_](exit|_exit|abort)\(/)
        complain("only cli ends the program")
    if (code ~ /[^a-zA-Z0-9_](printf|vprintf|puts|putchar|perror)\(|[^a-zA-Z0-9_]std(err|out)[^a-zA-Z0-9_]/)
        complain("only cli and tui print")
}

END { exit breaches > 0 }
