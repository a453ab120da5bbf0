#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the footlight authors
#
# What no file of the tree may hold: notes to self, paths of one machine, hosts of package
# registries, characters nobody sees, untidy line ends; and what every source must: the licence.
# The rules are tried on broken files first.
# From ctest: FOOTLIGHT_SOURCE.
set -u
export LC_ALL=C
place=$(mktemp -d "${TMPDIR:-/tmp}/tree.XXXXXX")
trap 'rm -rf "$place"' EXIT

# Written in two halves, or this file would speak of itself.
notes='(TO''DO|FIX''ME|X''XX|HA''CK)'
machines='/(wo''rk|ho''me|ro''ot|Us''ers)/'
hosts='(py''pi\.|python''hosted\.|npm''js\.|crates''\.io|proxy''\.golang|deb''ian\.org|docker''\.io|gh''cr\.io|qu''ay\.io)'
# U+200B to 200F, 202A to 202E, 2066 to 2069, FEFF: unseen, or turning the text around
unseen=$(printf '\342\200[\213-\217\252-\256]|\342\201[\246-\251]|\357\273\277')
carriage=$(printf '\r')

files() {
    if [ -n "$(git ls-files 2>/dev/null | head -n 1)" ]; then
        git ls-files -co --exclude-standard
    else
        find . -name .git -prune -o -name 'build*' -type d -prune -o -name __pycache__ -prune -o \
            -type f -print | sed 's|^\./||'
    fi | sort | while read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done
}

# matches WHAT PATTERN: lines of text files (no binary ones) that match, under WHAT.
matches() {
    if xargs grep -nIE -e "$2" /dev/null <"$place/files"; then
        echo "^^ $1"
    fi
}

# In the working directory; prints all that is wrong.
complaints() {
    files >"$place/files"
    matches "notes to self" "(^|[^A-Za-z])$notes([^A-Za-z]|\$)"
    matches "paths of one machine" "$machines"
    matches "hosts of registries" "$hosts"
    matches "characters nobody sees" "$unseen"
    matches "carriage returns" "$carriage"
    grep -v '^tests/screens/' "$place/files" >"$place/some"
    if xargs grep -nIE -e '[ 	]+$' /dev/null <"$place/some"; then
        echo "^^ blanks at the end of a line"
    fi
    grep -E '\.(c|h|def|awk|sh|py|cmake)$|CMakeLists.txt$' "$place/files" >"$place/some"
    while read -r file; do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
            echo "$file: no SPDX line at the top"
        [ -z "$(tail -c 1 "$file")" ] || echo "$file: no line feed at the end"
    done <"$place/some"
    grep -E '\.[ch]$' "$place/some" >"$place/code"
    while read -r file; do
        [ "$(wc -l <"$file")" -lt 600 ] || echo "$file: 600 lines or more"
    done <"$place/code"
    if xargs grep -n '	' /dev/null <"$place/code"; then
        echo "^^ tabs in C"
    fi
}

# expect WORDS TEXT: in a tree of one file that is otherwise in order.
expect() {
    rm -rf "$place/tree"
    mkdir "$place/tree"
    printf '/* SPDX-License-Identifier: MIT */\n%b' "$2" >"$place/tree/a.c"
    said=$(cd "$place/tree" && GIT_DIR=/dev/null complaints)
    case $said in
    *"$1"*) ;;
    *)
        echo "the rules fail on '$2': expected '$1', got '$said'"
        exit 1
        ;;
    esac
    [ -n "$1" ] || [ -z "$said" ] || { echo "the rules fail on '$2': $said"; exit 1; }
}

expect '' 'int a; /* to do: nothing */\n'
expect 'notes to self' '/* TO''DO later */\n'
expect 'notes to self' '// FIX''ME\n'
expect 'paths of one machine' 'char p[] = "/ho''me/someone/model.gguf";\n'
expect 'paths of one machine' 'char p[] = "/wo''rk/main";\n'
expect 'hosts of registries' '/* https://py''pi.org/simple */\n'
expect 'characters nobody sees' 'int a\0342\0200\0213;\n'
expect 'characters nobody sees' '/* \0342\0200\0256 */\n'
expect 'carriage returns' 'int a;\r\n'
expect 'blanks at the end' 'int a; \n'
expect 'tabs in C' '\tint a;\n'
expect 'no line feed at the end' 'int a;'
expect '600 lines' "$(awk 'BEGIN { for (i = 0; i < 600; i++) printf "int a;\\n" }')"
mkdir -p "$place/tree"
echo 'int a;' >"$place/tree/a.c"
(cd "$place/tree" && GIT_DIR=/dev/null complaints) | grep -q 'no SPDX' ||
    { echo "a file without licence is not noticed"; exit 1; }

cd "$FOOTLIGHT_SOURCE" || exit 1
complaints >"$place/said"
[ "$(wc -l <"$place/files")" -gt 50 ] || { echo "hardly any files found"; exit 1; }
cat "$place/said"
[ ! -s "$place/said" ]
