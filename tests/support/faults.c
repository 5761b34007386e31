/* Failing system calls for tests: LD_PRELOAD this into the server.
 *
 * Only calls on files below ALCOVE_FAULT_FOLDER count, in the order in which they come from all threads of the process
 * that was started with it; children forget it. ALCOVE_FAULT_KINDS says which kinds count ("write,sync,open,rename,
 * truncate,unlink"). From the ALCOVE_FAULT_AT-th call on, ALCOVE_FAULT_COUNT calls (0: all) fail:
 *
 *   ALCOVE_FAULT_MODE=enospc, eio   the call fails and changes nothing
 *   ALCOVE_FAULT_MODE=torn          the write writes half of its bytes and the process is killed: a power cut
 *   ALCOVE_FAULT_MODE=kill          the process is killed before the call
 *
 * ALCOVE_FAULT_LOG is a file that gets one line per failed call, and at the end of the process the number of all.
 * While the file ALCOVE_FAULT_OFF exists nothing fails: the disk has room again. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { KIND_WRITE, KIND_SYNC, KIND_OPEN, KIND_RENAME, KIND_TRUNCATE, KIND_UNLINK, KIND_COUNT };
static const char* const kind_names[KIND_COUNT] = {"write", "sync", "open", "rename", "truncate", "unlink"};

static struct {
  char folder[PATH_MAX];
  size_t folder_length;
  int counts[KIND_COUNT];
  long at, count;
  enum { MODE_ENOSPC, MODE_EIO, MODE_TORN, MODE_KILL } mode;
  const char* log;
  const char* off;
  pid_t process;
} plan;
static atomic_long calls;

static void say(const char* format, ...) {
  if (plan.log == NULL) return;
  char line[PATH_MAX + 200];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  const int file = (int)syscall(SYS_openat, AT_FDCWD, plan.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file >= 0) {
    (void)!syscall(SYS_write, file, line, (size_t)length);
    syscall(SYS_close, file);
  }
}

__attribute__((constructor)) static void begin(void) {
  const char* folder = getenv("ALCOVE_FAULT_FOLDER");
  const char* kinds = getenv("ALCOVE_FAULT_KINDS");
  const char* mode = getenv("ALCOVE_FAULT_MODE");
  if (folder == NULL || realpath(folder, plan.folder) == NULL) return;
  plan.folder_length = strlen(plan.folder);
  for (int i = 0; i < KIND_COUNT; ++i) plan.counts[i] = kinds == NULL || strstr(kinds, kind_names[i]) != NULL;
  plan.at = atol(getenv("ALCOVE_FAULT_AT") != NULL ? getenv("ALCOVE_FAULT_AT") : "0");
  plan.count = atol(getenv("ALCOVE_FAULT_COUNT") != NULL ? getenv("ALCOVE_FAULT_COUNT") : "1");
  plan.mode = mode == NULL || strcmp(mode, "enospc") == 0 ? MODE_ENOSPC
              : strcmp(mode, "eio") == 0                  ? MODE_EIO
              : strcmp(mode, "torn") == 0                 ? MODE_TORN
                                                          : MODE_KILL;
  plan.log = getenv("ALCOVE_FAULT_LOG");
  plan.off = getenv("ALCOVE_FAULT_OFF");
  plan.process = getpid();
  unsetenv("LD_PRELOAD"); /* Not for the workers. */
}

__attribute__((destructor)) static void end(void) {
  if (plan.process == getpid()) say("calls %ld\n", atomic_load(&calls));
}

/* True when this call is to fail; errno is set. A call that kills does not return. */
static int fails(enum kind kind, const char* path, int torn_file, const void* bytes, size_t size, off_t offset) {
  if (plan.at <= 0 && plan.log == NULL) return 0;
  if (!plan.counts[kind] || plan.process != getpid()) return 0;
  if (strncmp(path, plan.folder, plan.folder_length) != 0 || path[plan.folder_length] != '/') return 0;
  const long number = atomic_fetch_add(&calls, 1) + 1;
  if (plan.at <= 0 || number < plan.at || (plan.count > 0 && number >= plan.at + plan.count)) return 0;
  if (plan.off != NULL && syscall(SYS_access, plan.off, F_OK) == 0) return 0;
  say("%ld %s %s\n", number, kind_names[kind], path + plan.folder_length + 1);
  if (plan.mode == MODE_TORN && kind == KIND_WRITE && size > 1) {
    if (offset < 0) {
      (void)!syscall(SYS_write, torn_file, bytes, size / 2);
    } else {
      (void)!syscall(SYS_pwrite64, torn_file, bytes, size / 2, offset);
    }
  }
  if (plan.mode == MODE_TORN || plan.mode == MODE_KILL) {
    syscall(SYS_kill, getpid(), SIGKILL);
    pause();
  }
  errno = plan.mode == MODE_EIO ? EIO : ENOSPC;
  return 1;
}

/* The path of an open file; "" for what is none. */
static const char* path_of(int file, char* buffer) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, buffer, PATH_MAX - 1);
  buffer[length < 0 ? 0 : length] = '\0';
  return buffer;
}

static const char* absolute(int folder, const char* path, char* buffer) {
  if (path[0] == '/') return path;
  char base[PATH_MAX];
  if (folder == AT_FDCWD) {
    if (getcwd(base, sizeof base) == NULL) return "";
  } else {
    path_of(folder, base);
  }
  snprintf(buffer, PATH_MAX, "%.2000s/%.2000s", base, path);
  return buffer;
}

#define NEXT(name) ((__typeof__(&name))next_of(#name))
static void* next_of(const char* name) { return dlsym(RTLD_NEXT, name); }

static int fails_on_file(enum kind kind, int file, const void* bytes, size_t size, off_t offset) {
  if (plan.folder_length == 0 || !plan.counts[kind]) return 0;
  const int kept = errno;
  char path[PATH_MAX];
  const int failed = fails(kind, path_of(file, path), file, bytes, size, offset);
  if (!failed) errno = kept;
  return failed;
}

ssize_t write(int file, const void* bytes, size_t size) {
  return fails_on_file(KIND_WRITE, file, bytes, size, -1) ? -1 : NEXT(write)(file, bytes, size);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  return fails_on_file(KIND_WRITE, file, bytes, size, offset) ? -1 : NEXT(pwrite)(file, bytes, size, offset);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  return fails_on_file(KIND_WRITE, file, bytes, size, offset) ? -1 : NEXT(pwrite64)(file, bytes, size, offset);
}
int fsync(int file) { return fails_on_file(KIND_SYNC, file, NULL, 0, 0) ? -1 : NEXT(fsync)(file); }
int fdatasync(int file) { return fails_on_file(KIND_SYNC, file, NULL, 0, 0) ? -1 : NEXT(fdatasync)(file); }
int ftruncate(int file, off_t size) {
  return fails_on_file(KIND_TRUNCATE, file, NULL, 0, 0) ? -1 : NEXT(ftruncate)(file, size);
}
int ftruncate64(int file, off64_t size) {
  return fails_on_file(KIND_TRUNCATE, file, NULL, 0, 0) ? -1 : NEXT(ftruncate64)(file, size);
}
int fallocate(int file, int mode, off_t offset, off_t size) {
  return fails_on_file(KIND_TRUNCATE, file, NULL, 0, 0) ? -1 : NEXT(fallocate)(file, mode, offset, size);
}

/* Only what would make or change a file: nothing fails for want of room in reading. */
static int opening_fails(int folder, const char* path, int flags) {
  if (plan.folder_length == 0 || (flags & O_CREAT) == 0) return 0;
  if (syscall(SYS_faccessat, folder, path, F_OK) == 0) return 0; /* It is there: nothing is made. */
  char buffer[PATH_MAX];
  return fails(KIND_OPEN, absolute(folder, path, buffer), -1, NULL, 0, 0);
}
#define MODE_ARGUMENT                          \
  mode_t mode = 0;                             \
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {  \
    va_list arguments;                         \
    va_start(arguments, flags);                \
    mode = (mode_t)va_arg(arguments, int);     \
    va_end(arguments);                         \
  }
int open(const char* path, int flags, ...) {
  MODE_ARGUMENT
  return opening_fails(AT_FDCWD, path, flags) ? -1 : NEXT(open)(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  MODE_ARGUMENT
  return opening_fails(AT_FDCWD, path, flags) ? -1 : NEXT(open64)(path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  MODE_ARGUMENT
  return opening_fails(folder, path, flags) ? -1 : NEXT(openat)(folder, path, flags, mode);
}

static int path_fails(enum kind kind, const char* path) {
  if (plan.folder_length == 0) return 0;
  char buffer[PATH_MAX];
  return fails(kind, absolute(AT_FDCWD, path, buffer), -1, NULL, 0, 0);
}
int rename(const char* from, const char* to) { return path_fails(KIND_RENAME, from) ? -1 : NEXT(rename)(from, to); }
int unlink(const char* path) { return path_fails(KIND_UNLINK, path) ? -1 : NEXT(unlink)(path); }
