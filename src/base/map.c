/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Mapping files with mmap. O_NONBLOCK keeps the open of a FIFO without a writer from waiting.
 *
 * A file may be cut short while it is mapped, and reading it is then a bus error. What is to be
 * said of it is written down while it is opened, in a table that a signal handler of any thread can
 * read.
 */
#include "base/map.h"

#include "base/diag.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is mapped ---- */

enum { MOST_NAMED = 128, LONGEST_NAME = 400 };

/* `begin` is 0 for a free place, UNFINISHED while it is being filled. */
enum { UNFINISHED = 1 };
typedef struct place {
    atomic_uintptr_t begin, end;
    char line[LONGEST_NAME + 80];
} place;
static place places[MOST_NAMED];

/* Of more files than there are places the last go without a name. */
static void remember(const fl_map *map, const char *path) {
    char name[LONGEST_NAME];
    for (size_t i = 0; i < MOST_NAMED; i++) {
        uintptr_t expected = 0;
        if (!atomic_compare_exchange_strong(&places[i].begin, &expected, UNFINISHED))
            continue;
        fl_escape_into(name, sizeof name, path, strlen(path));
        snprintf(places[i].line, sizeof places[i].line,
                 "footlight: %s: changed while it was being read\n", name);
        atomic_store(&places[i].end, (uintptr_t)map->bytes + (uintptr_t)map->length);
        atomic_store(&places[i].begin, (uintptr_t)map->bytes);
        return;
    }
}

static place *find(uintptr_t address) {
    for (size_t i = 0; i < MOST_NAMED; i++) {
        uintptr_t begin = atomic_load(&places[i].begin);
        if (begin > UNFINISHED && begin <= address && address < atomic_load(&places[i].end))
            return &places[i];
    }
    return NULL;
}

const char *fl_map_lost_line(const void *address) {
    const place *found = find((uintptr_t)address);
    return found ? found->line : NULL;
}

/* ---- mapping ---- */

static fl_status check_kind(const struct stat *info, fl_diag *diag) {
    if (S_ISDIR(info->st_mode))
        return fl_fail(diag, FL_ERR_IO, "is a directory, expected a file");
    if (!S_ISREG(info->st_mode))
        return fl_fail(diag, FL_ERR_IO, "is not a regular file (a pipe, socket or device)");
    return FL_OK;
}

static fl_status map_descriptor(fl_map *map, int fd, fl_diag *diag) {
    struct stat info;
    if (fstat(fd, &info) != 0)
        return fl_fail(diag, FL_ERR_IO, "cannot be examined: %s", strerror(errno));
    fl_status status = check_kind(&info, diag);
    if (status != FL_OK || info.st_size == 0)
        return status;
    if ((uint64_t)info.st_size > SIZE_MAX)
        return fl_fail(diag, FL_ERR_LIMIT, "is larger than this machine can address");
    void *bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return fl_fail(diag, FL_ERR_IO, "cannot be mapped: %s", strerror(errno));
    map->bytes = bytes;
    map->length = (uint64_t)info.st_size;
    return FL_OK;
}

/* A link is there even where what it leads to is not. */
static fl_status refuse_open(const char *path, fl_diag *diag) {
    struct stat info;
    int error = errno;
    if (error == ENOENT && lstat(path, &info) == 0 && S_ISLNK(info.st_mode))
        return fl_fail(diag, FL_ERR_IO, "is a link to nothing");
    return fl_fail(diag, FL_ERR_IO, "cannot be opened: %s", strerror(error));
}

/* What a clone without Git LFS has in place of a large file. */
static bool is_lfs_pointer(const fl_map *map) {
    static const char begin[] = "version https://git-lfs";
    return map->length >= sizeof begin && memcmp(map->bytes, begin, sizeof begin - 1) == 0;
}

fl_status fl_map_open(fl_map *map, const char *path, fl_diag *diag) {
    fl_diag_init(diag, path);
    *map = (fl_map){NULL, 0};
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return refuse_open(path, diag);
    fl_status status = map_descriptor(map, fd, diag);
    close(fd);
    if (map->bytes)
        remember(map, path);
    if (status == FL_OK && is_lfs_pointer(map)) {
        fl_map_close(map);
        status = fl_fail(diag, FL_ERR_FORMAT,
                         "is a Git LFS pointer, a text that stands for the file; fetch the file "
                         "itself with git lfs pull");
    }
    return status;
}

void fl_map_close(fl_map *map) {
    place *known = map->bytes ? find((uintptr_t)map->bytes) : NULL;
    if (known)
        atomic_store(&known->begin, 0);
    if (map->bytes)
        munmap((void *)(uintptr_t)map->bytes, (size_t)map->length);
    *map = (fl_map){NULL, 0};
}

bool fl_path_is_directory(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool fl_path_exists(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* The directory's entries come in no order, so the first by name is sought. */
bool fl_folder_find(const char *path, const char *beginning, const char *ending, fl_buffer *name) {
    size_t begin = strlen(beginning), end = strlen(ending);
    DIR *folder = opendir(path);
    const struct dirent *entry;
    fl_buffer_clear(name);
    while (folder && (entry = readdir(folder))) {
        size_t length = strlen(entry->d_name);
        if (length < begin + end || strncmp(entry->d_name, beginning, begin) != 0 ||
            strcmp(entry->d_name + length - end, ending) != 0 ||
            (name->length && strcmp(name->data, entry->d_name) < 0))
            continue;
        fl_buffer_clear(name);
        fl_buffer_puts(name, entry->d_name);
    }
    if (folder)
        closedir(folder);
    return name->length > 0 && !name->failed;
}

bool fl_path_is_same(const char *a, const char *b) {
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && S_ISREG(one.st_mode) &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}
