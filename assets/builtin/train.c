/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Trains the built-in model: batches, two threads, Adam, the state on disk, the curve.
 * Owns: the parameters and the optimiser's state.
 * Reads: what text.c reads from DIR.
 * Gives: DIR/train.state (everything a resumed run needs, replaced atomically) and DIR/curve.csv.
 * A batch depends on seed and step alone, so a killed run goes on exactly where its state stands.
 *
 * train DIR [--steps N] [--every N] [--micro ROWS] [--shape P]   train, or go on training
 * train DIR --check                                     gradients against finite differences
 * train DIR --measure                                   heads' scores and the ablation table
 */
#include "model.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static float *params, *adam_m, *adam_v;

static void *work(void *arg) {
    bench_t *b = arg;
    weights w = lay_out(params), g = lay_out(b->grad);
    memset(b->grad, 0, SIZE * sizeof(float));
    for (int i = 0; i < b->count; i += b->micro) {
        int n = b->count - i < b->micro ? b->count - i : b->micro;
        forward(b, &w, b->rows + i, n);
        loss_and_gradient(b, b->rows + i, n);
        backward(b, &w, &g, b->rows + i, n);
    }
    return NULL;
}

/* Loss and gradient over all rows; the first worker's array ends up with the sum. */
static void gradients(bench_t *b, const row *rows, int count) {
    double total = 0;
    pthread_t id[WORKERS];
    for (int i = 0; i < count; i++)
        for (int j = 0; j < rows[i].len; j++)
            total += (double)rows[i].weight[j];
    for (int t = 0; t < WORKERS; t++) {
        int from = count * t / WORKERS, to = count * (t + 1) / WORKERS;
        b[t].rows = rows + from, b[t].count = to - from, b[t].total_weight = total;
        if (pthread_create(&id[t], NULL, work, &b[t]))
            perror("train"), exit(1);
    }
    for (int t = 0; t < WORKERS; t++)
        pthread_join(id[t], NULL);
    for (int t = 1; t < WORKERS; t++)
        for (int i = 0; i < SIZE; i++)
            b[0].grad[i] += b[t].grad[i];
}

static void adam(const float *grad, const float *decays, int step, float rate) {
    double norm = 0;
    for (int i = 0; i < SIZE; i++)
        norm += (double)(grad[i] * grad[i]);
    float clip = norm > 1 ? (float)(1 / sqrt(norm)) : 1;
    float c1 = 1 - powf(0.9F, (float)step), c2 = 1 - powf(0.98F, (float)step);
    for (int i = 0; i < SIZE; i++) {
        float g = grad[i] * clip;
        adam_m[i] = 0.9F * adam_m[i] + 0.1F * g;
        adam_v[i] = 0.98F * adam_v[i] + 0.02F * g * g;
        params[i] -= rate * (adam_m[i] / c1 / (sqrtf(adam_v[i] / c2) + 1e-9F) +
                             0.05F * decays[i] * params[i]);
    }
}

static void initial(float *decays) {
    uint64_t s = 20260101;
    weights w = lay_out(params), d = lay_out(decays);
    for (int i = 0; i < SIZE; i++)
        params[i] = 0.05F * normal(&s), decays[i] = 1;
    for (int l = 0; l < L; l++) {
        for (int i = 0; i < D * D; i++)
            w.at[l].o[i] *= 0.354F;
        for (int i = 0; i < D * F; i++)
            w.at[l].down[i] *= 0.354F;
        for (int i = 0; i < D; i++) {
            w.at[l].attn_norm[i] = w.at[l].ffn_norm[i] = w.norm[i] = 1;
            d.at[l].attn_norm[i] = d.at[l].ffn_norm[i] = d.norm[i] = 0;
        }
    }
}

static int state_read(const char *path) {
    int step = 0;
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    if (fread(&step, sizeof step, 1, f) != 1 || fread(params, sizeof(float), SIZE, f) != SIZE ||
        fread(adam_m, sizeof(float), SIZE, f) != SIZE ||
        fread(adam_v, sizeof(float), SIZE, f) != SIZE)
        fprintf(stderr, "train: %s is damaged\n", path), exit(1);
    fclose(f);
    return step;
}
static void state_write(const char *path, int step) {
    char part[4200];
    snprintf(part, sizeof part, "%s.part", path);
    FILE *f = fopen(part, "wb");
    if (!f || fwrite(&step, sizeof step, 1, f) != 1 ||
        fwrite(params, sizeof(float), SIZE, f) != SIZE ||
        fwrite(adam_m, sizeof(float), SIZE, f) != SIZE ||
        fwrite(adam_v, sizeof(float), SIZE, f) != SIZE || fflush(f) || fsync(fileno(f)) ||
        fclose(f) || rename(part, path))
        perror(part), exit(1);
}

/* After an interruption the curve may know more than the state: later lines go. */
static void curve_open(const char *path, int step) {
    char line[1024], part[4200];
    snprintf(part, sizeof part, "%s.part", path);
    FILE *in = step ? fopen(path, "r") : NULL, *out = fopen(part, "w");
    if (!out)
        perror(part), exit(1);
    fputs("step,tokens,loss_stories,loss_facts,loss_factstories,loss_tales,loss_random,"
          "facts,names_known,names_made_up,induction,tale_context,tale_wrong,plain_context\n",
          out);
    while (in && fgets(line, sizeof line, in))
        if (line[0] >= '0' && line[0] <= '9' && atoi(line) <= step)
            fputs(line, out);
    if (in)
        fclose(in);
    if (fclose(out) || rename(part, path))
        perror(path), exit(1);
}
static void curve_add(const char *path, bench_t *b, int step) {
    double right[GROUPS];
    weights w = lay_out(params);
    FILE *f = fopen(path, "a");
    if (!f)
        perror(path), exit(1);
    fprintf(f, "%d,%ld", step, (long)step * TOKENS);
    for (int k = 0; k < KINDS; k++) {
        double loss = 0, seen = 0;
        for (int t = 0; t < WORKERS; t++) {
            loss += b[t].loss[k], seen += b[t].seen[k];
            b[t].loss[k] = b[t].seen[k] = 0;
        }
        fprintf(f, ",%.4f", seen > 0 ? loss / seen : 0);
        printf(" %s %.3f", kind_names[k], seen > 0 ? loss / seen : 0);
    }
    ask(b, &w, right, NULL, NULL);
    printf("\n        ");
    for (int g = 0; g < GROUPS; g++) {
        fprintf(f, ",%.4f", right[g]);
        printf(" %s %.3f", group_names[g], right[g]);
    }
    fputs("\n", f);
    puts("");
    fflush(stdout);
    if (fclose(f))
        perror(path), exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void half_of_layer_2(row *r, uint64_t *s) {
    for (int h = 0; h < H; h++)
        r->keep_head[2][h] = below(s, 2) ? 1 : 0;
}

/* Switches parts off in some rows, so that each mechanism settles in one place: facts in the
   feed-forward of layer 2, copying in the heads of layer 3. */
static void shape(row *r, uint64_t *s, float p) {
    static const int spare[3] = {0, 1, 3};
    if (r->kind == FACTS) {
        for (int i = 0; i < 3; i++)
            r->keep_ffn[spare[i]] = uniform(s) < 0.8F * p ? 0 : 1;
        if (uniform(s) < p)
            half_of_layer_2(r, s);
        if (uniform(s) < p)
            for (int h = 0; h < H; h++)
                r->keep_head[3][h] = 0;
    } else if (r->kind == FACTSTORIES) {
        r->keep_ffn[1] = uniform(s) < p / 2 ? 0 : 1;
        r->keep_ffn[3] = uniform(s) < p / 2 ? 0 : 1;
    } else if (r->kind == STORIES) {
        r->keep_ffn[2] = uniform(s) < p / 2 ? 0 : 1;
        if (uniform(s) < p / 2)
            half_of_layer_2(r, s);
    } else if (r->kind == RANDOM && uniform(s) < p) {
        r->keep_ffn[1 + below(s, 3)] = 0;
    }
}

static void train(const char *dir, int steps, int every, bench_t *b, float shaping) {
    char state[4096], curve[4096];
    static row rows[ROWS];
    float *decays = floats(SIZE);
    snprintf(state, sizeof state, "%s/train.state", dir);
    snprintf(curve, sizeof curve, "%s/curve.csv", dir);
    initial(decays);
    int step = state_read(state);
    curve_open(curve, step);
    printf("training from step %d to %d, %d parameters\n", step, steps, SIZE);
    double began = now();
    for (int done = 0; step < steps; done++) {
        uint64_t s = 0x5EED0000U + (uint64_t)step * 7919;
        int T = step < steps * 4 / 5 ? 128 : CTX, count = TOKENS / T;
        for (int i = 0; i < count; i++) {
            row_make(&rows[i], &s, T);
            if (shaping > 0)
                shape(&rows[i], &s, shaping);
        }
        gradients(b, rows, count);
        step++;
        float rate =
            step < 100
                ? (float)step / 100
                : 0.515F + 0.485F * cosf(3.14159265F * (float)(step - 100) / (float)(steps - 100));
        adam(b[0].grad, decays, step, 3e-3F * rate);
        if (step % every == 0 || step == steps) {
            printf("step %5d %6.0f tokens/s", step, (done + 1) * (double)TOKENS / (now() - began));
            curve_add(curve, b, step);
            state_write(state, step);
        }
    }
    free(decays);
}

/* ---- modes that do not train ---- */

static double loss_of(bench_t *b, const row *rows, int count) {
    double loss = 0, seen = 0;
    gradients(b, rows, count);
    for (int t = 0; t < WORKERS; t++)
        for (int k = 0; k < KINDS; k++) {
            loss += b[t].loss[k], seen += b[t].seen[k];
            b[t].loss[k] = b[t].seen[k] = 0;
        }
    return loss / seen;
}

/* Moves each tensor along its gradient and along a random direction. */
static int check(bench_t *b) {
    static row rows[4];
    static float before[SIZE], grad[SIZE];
    float *decays = floats(SIZE);
    uint64_t s = 7;
    int bad = 0;
    initial(decays);
    for (int i = 0; i < SIZE; i++)
        params[i] *= 2;
    for (int i = 0; i < 4; i++) {
        row_make(&rows[i], &s, 128);
        rows[i].keep_head[1][2] = i % 2 ? 1 : 0, rows[i].keep_ffn[2] = i < 2 ? 1 : 0;
    }
    loss_of(b, rows, 4);
    memcpy(grad, b[0].grad, sizeof grad);
    memcpy(before, params, sizeof before);
    weights w = lay_out(params);
    const float *from[2 + L * 6 + 2];
    int n = 0;
    from[n++] = w.embed;
    for (int l = 0; l < L; l++) {
        const layer *a = &w.at[l];
        const float *parts[] = {a->attn_norm, a->qkv, a->o, a->ffn_norm, a->gu, a->down};
        for (int i = 0; i < 6; i++)
            from[n++] = parts[i];
    }
    from[n++] = w.norm, from[n++] = w.head, from[n] = params + SIZE;
    for (int t = 0; t < n; t++)
        for (int way = 0; way < 2; way++) {
            long a = from[t] - params, z = from[t + 1] - params;
            double expected = 0, length = 0, got = 0;
            static float dir[SIZE];
            for (long i = a; i < z; i++) {
                dir[i] = way ? grad[i] * (0.5F + uniform(&s)) : grad[i];
                length += (double)(dir[i] * dir[i]);
            }
            for (int sign = -1; sign <= 1; sign += 2) {
                for (long i = a; i < z; i++)
                    params[i] = before[i] + (float)(sign * 0.02 / sqrt(length)) * dir[i];
                got += sign * loss_of(b, rows, 4) / 0.04;
            }
            for (long i = a; i < z; i++)
                expected += (double)(grad[i] * dir[i]) / sqrt(length);
            memcpy(params, before, sizeof before);
            int fine = fabs(got - expected) < 0.02 * fabs(expected) + 1e-5;
            bad += !fine;
            printf("tensor %2d: expected %.6f, found %.6f%s\n", t, expected, got,
                   fine ? "" : "   WRONG");
        }
    printf("%d wrong\n", bad);
    free(decays);
    return bad > 0;
}

static void table_line(bench_t *b, const char *label) {
    double right[GROUPS];
    weights w = lay_out(params);
    ask(b, &w, right, NULL, NULL);
    printf("%-12s", label);
    for (int g = 0; g < GROUPS; g++)
        printf(" %9.3f", right[g]);
    puts("");
    fflush(stdout);
}

static int measure(const char *dir, bench_t *b) {
    static double prefix[L][H], previous[L][H], right[GROUPS];
    char state[4096], label[64];
    snprintf(state, sizeof state, "%s/train.state", dir);
    printf("step %d\n", state_read(state));
    weights w = lay_out(params);
    ask(b, &w, right, prefix, previous);
    for (int l = 0; l < L; l++)
        for (int h = 0; h < H; h++)
            if (prefix[l][h] > 0.3 || previous[l][h] > 0.3)
                printf("layer %d head %d: prefix matching %.3f, previous token %.3f\n", l, h,
                       prefix[l][h], previous[l][h]);
    printf("%-12s", "without");
    for (int g = 0; g < GROUPS; g++)
        printf(" %9s", group_names[g]);
    puts("");
    table_line(b, "nothing");
    for (int l = 0; l < L; l++) {
        for (int h = 0; h < H; h++) {
            for (int i = 0; i < quiz_rows; i++)
                quiz[i].keep_head[l][h] = 0;
            snprintf(label, sizeof label, "head %d.%d", l, h);
            table_line(b, label);
            for (int i = 0; i < quiz_rows; i++)
                quiz[i].keep_head[l][h] = 1;
        }
        for (int i = 0; i < quiz_rows; i++)
            quiz[i].keep_ffn[l] = 0;
        snprintf(label, sizeof label, "ffn %d", l);
        table_line(b, label);
        for (int i = 0; i < quiz_rows; i++)
            quiz[i].keep_ffn[l] = 1;
    }
    for (int part = 0; part < 2; part++) {
        for (int i = 0; i < quiz_rows; i++)
            for (int l = 0; l < L; l++)
                for (int h = 0; h < H; h++)
                    quiz[i].keep_head[l][h] = (part ? previous : prefix)[l][h] < 0.5 ? 1 : 0;
        table_line(b, part ? "previous" : "prefix");
    }
    return 0;
}

int main(int argc, char **argv) {
    int steps = 2500, every = 100, micro = 4, mode = 0;
    float shaping = 0;
    static bench_t b[WORKERS];
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--check"))
            mode = 1;
        else if (!strcmp(argv[i], "--measure"))
            mode = 2;
        else if (!strcmp(argv[i], "--steps") && i + 1 < argc)
            steps = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--every") && i + 1 < argc)
            every = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--micro") && i + 1 < argc)
            micro = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--shape") && i + 1 < argc)
            shaping = (float)atof(argv[++i]);
        else
            argc = 0;
    }
    if (argc < 2 || steps < 200 || every < 1 || micro < 1) {
        fputs("usage: train DIR [--steps N] [--every N] [--micro ROWS] [--shape P] | --check | "
              "--measure\n",
              stderr);
        return 2;
    }
    params = floats(SIZE), adam_m = floats(SIZE), adam_v = floats(SIZE);
    tables_init();
    for (int t = 0; t < WORKERS; t++)
        bench_init(&b[t], micro);
    questions_read(argv[1]);
    if (mode == 2)
        return measure(argv[1], b);
    corpora_read(argv[1]);
    if (mode == 1)
        return check(b);
    train(argv[1], steps, every, b, shaping);
    return 0;
}
