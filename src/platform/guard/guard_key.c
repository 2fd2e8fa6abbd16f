/* The key file, and what is done with the keys: sealing and the keyed index. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/guard/guard_internal.h"

enum { KEY_TEXT = GUARD_KEY_BYTES * 2, SEALED_VERSION = 1 };
enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES };

static int refuse(struct wg_ctx *ctx, const char *path, const char *why)
{
    return wg_refuse(ctx, WG_E_KEY_FILE, NULL, path, why);
}

static int read_key(struct wg_ctx *ctx, const char *path, int fd, struct guard_keys *keys)
{
    struct stat info;
    if (fstat(fd, &info) != 0) return refuse(ctx, path, strerror(errno));
    if (!S_ISREG(info.st_mode)) return refuse(ctx, path, "not a file");
    if (info.st_uid != geteuid()) return refuse(ctx, path, "another user's file");
    if ((info.st_mode & 0177) != 0) return refuse(ctx, path, "mode is not 0600");
    char text[KEY_TEXT + 2];
    unsigned char bytes[GUARD_KEY_BYTES];
    ssize_t n = read(fd, text, sizeof text);
    size_t decoded = 0;
    bool whole = (n == KEY_TEXT || (n == KEY_TEXT + 1 && text[KEY_TEXT] == '\n')) &&
                 sodium_hex2bin(bytes, sizeof bytes, text, KEY_TEXT, NULL, &decoded, NULL) == 0 && decoded == sizeof bytes;
    if (whole) {
        memcpy(keys->seal, bytes, sizeof keys->seal);
        memcpy(keys->index, bytes + sizeof keys->seal, sizeof keys->index);
    }
    sodium_memzero(text, sizeof text);
    sodium_memzero(bytes, sizeof bytes);
    return whole ? 0 : refuse(ctx, path, "damaged");
}

static bool write_all(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, text, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        text += done;
        n -= (size_t)done;
    }
    return true;
}

/* The name of a new file is safe on disk once its directory is. */
bool guard_sync_directory_of(struct wg_ctx *ctx, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *directory = slash ? wg_cstr(ctx->arena, (struct wg_str){path, (size_t)(slash - path) + 1}) : ".";
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    bool ok = fsync(fd) == 0;
    (void)close(fd);
    return ok;
}

static int create_key(struct wg_ctx *ctx, const char *path)
{
    unsigned char bytes[GUARD_KEY_BYTES];
    char text[KEY_TEXT + 2];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return refuse(ctx, path, strerror(errno));
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(text, sizeof text, bytes, sizeof bytes);
    text[KEY_TEXT] = '\n';
    bool ok = fchmod(fd, 0600) == 0 && write_all(fd, text, KEY_TEXT + 1) && fsync(fd) == 0;
    int error = errno;
    ok = close(fd) == 0 && ok && guard_sync_directory_of(ctx, path);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, sizeof text);
    if (ok) return 0;
    (void)unlink(path);
    return refuse(ctx, path, strerror(error));
}

static const char *key_path(struct wg_ctx *ctx, const struct guard *guard)
{
    if (guard->options.key_file) return guard->options.key_file;
    return wg_fmt(ctx->arena, "%s/wangge.key", store_directory(guard->store));
}

/* What the store knows of its key: enough to tell another one, nothing about this one. */
static const char *key_mark(struct wg_ctx *ctx, const struct guard *guard)
{
    return wg_id_text(ctx->arena, guard_index(guard, "key", WG_STR("wangge")));
}

static int known_mark(struct wg_ctx *ctx, struct store *store, const char **ret)
{
    struct store_snap *snap;
    int rc = store_read(ctx, store, &snap);
    if (rc) return rc;
    rc = guard_meta(ctx, snap, "key", ret);
    store_read_end(snap);
    return rc;
}

static int put_mark(struct wg_ctx *ctx, struct store_tx *tx, void *arg)
{
    return guard_meta_put(ctx, tx, "key", key_mark(ctx, arg));
}

static int open_file(struct wg_ctx *ctx, const char *path, bool create, int *ret_fd)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && create) {
        int rc = create_key(ctx, path);
        if (rc) return rc;
        fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (fd < 0) return refuse(ctx, path, strerror(errno));
    *ret_fd = fd;
    return 0;
}

int guard_keys_open(struct wg_ctx *ctx, struct guard *guard)
{
    const char *path = key_path(ctx, guard), *known;
    int fd = -1, rc = known_mark(ctx, guard->store, &known);
    if (rc) return rc;
    rc = open_file(ctx, path, guard->options.create_key && !known, &fd);
    if (rc) return rc;
    guard->keys = sodium_malloc(sizeof *guard->keys);
    if (!guard->keys) abort();
    rc = read_key(ctx, path, fd, guard->keys);
    (void)close(fd);
    if (rc) return rc;
    (void)sodium_mprotect_readonly(guard->keys);
    if (!known) return store_write(ctx, guard->store, put_mark, guard);
    return strcmp(known, key_mark(ctx, guard)) == 0 ? 0 : refuse(ctx, path, "the key of another store");
}

/* --- sealing ---------------------------------------------------------------------------------------------------------------- */

/* What a sealed value is bound to: field, NUL, row. */
static struct wg_str binding(struct wg_arena *arena, const char *field, wg_id row)
{
    size_t n = strlen(field) + 1;
    char *out = wg_alloc(arena, n + sizeof row.b);
    memcpy(out, field, n);
    memcpy(out + n, row.b, sizeof row.b);
    return (struct wg_str){out, n + sizeof row.b};
}

/* version, nonce, ciphertext with tag */
struct wg_str guard_seal(struct wg_ctx *ctx, const struct guard *guard, const char *field, wg_id row, struct wg_str plain)
{
    struct wg_str bound = binding(ctx->arena, field, row);
    unsigned char *out = wg_alloc(ctx->arena, 1 + NONCE + plain.n + TAG);
    unsigned long long n = 0;
    out[0] = SEALED_VERSION;
    randombytes_buf(out + 1, NONCE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + 1 + NONCE, &n, (const unsigned char *)plain.p, plain.n,
                                                     (const unsigned char *)bound.p, bound.n, NULL, out + 1, guard->keys->seal);
    return (struct wg_str){(const char *)out, 1 + NONCE + (size_t)n};
}

int guard_unseal(struct wg_ctx *ctx, const struct guard *guard, const char *field, wg_id row, struct wg_str sealed,
                 struct wg_str *ret_plain)
{
    const unsigned char *in = (const unsigned char *)sealed.p;
    if (sealed.n < 1 + NONCE + TAG || in[0] != SEALED_VERSION)
        return wg_refuse(ctx, WG_E_STORE, field, "a sealed value is damaged", NULL);
    struct wg_str bound = binding(ctx->arena, field, row);
    size_t n = sealed.n - 1 - NONCE;
    unsigned char *out = wg_alloc(ctx->arena, n - TAG + 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + 1 + NONCE, n, (const unsigned char *)bound.p, bound.n,
                                                   in + 1, guard->keys->seal) != 0)
        return wg_refuse(ctx, WG_E_STORE, field, "a sealed value does not open here", NULL);
    *ret_plain = (struct wg_str){(const char *)out, n - TAG};
    return 0;
}

static void keyed(const struct guard *guard, const char *purpose, struct wg_str text, unsigned char *out, size_t n)
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, guard->keys->index, sizeof guard->keys->index, n);
    (void)crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
    (void)crypto_generichash_update(&state, (const unsigned char *)text.p, text.n);
    (void)crypto_generichash_final(&state, out, n);
}

wg_id guard_index(const struct guard *guard, const char *field, struct wg_str value)
{
    wg_id mark;
    keyed(guard, field, value, mark.b, sizeof mark.b);
    return mark;
}

struct guard_mark guard_keyed(const struct guard *guard, const char *purpose, struct wg_str text)
{
    struct guard_mark mark;
    keyed(guard, purpose, text, mark.b, sizeof mark.b);
    return mark;
}

const char *guard_mask(struct wg_arena *arena, struct wg_str value)
{
    enum { SHOWN = 4 };
    size_t count = wg_utf8_count(value), hidden = count > SHOWN ? count - SHOWN : count, at = 0;
    for (size_t i = 0; i < hidden; i++) (void)wg_utf8_next(value, &at);
    char *out = wg_alloc(arena, hidden + (value.n - at) + 1);
    memset(out, '*', hidden);
    if (value.n > at) memcpy(out + hidden, value.p + at, value.n - at);
    return out;
}
