/* A disk that stalls: while the file that SLOW_DISK names exists, an fsync takes five seconds. For LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void stall(void) {
    const char *flag = getenv("SLOW_DISK");
    struct timespec turn = {0, 10 * 1000 * 1000};
    for (int turns = 0; flag && turns < 500 && access(flag, F_OK) == 0; turns++) nanosleep(&turn, NULL);
}

int fsync(int fd) {
    stall();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
    stall();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
