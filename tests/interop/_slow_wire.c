/*
 * A long wire between two network namespaces: it takes time, and loses packets.
 *
 *   cc -O2 -o slow_wire _slow_wire.c
 *   slow_wire NAMESPACE NAMESPACE DELAY_US LOSS_PER_MILLE SEED
 *
 * Rules:
 *
 * 1. Each namespace is named by a path, such as /proc/PID/ns/net. It gets an interface `lan0` (a TAP), which lives as long as
 *    this process. When both are there, a line is said.
 * 2. Every frame arrives DELAY_US after it was sent. The order stays. There is no limit of rate, and one of MAX_WAITING frames.
 * 3. Of IPv4 frames with UDP, LOSS_PER_MILLE of 1000 are lost, in each direction, as the generator says that SEED has started.
 * 4. It ends with its standard input.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WAITING = 4096, MAX_FRAME = 2048, IPV4 = 0x0800, UDP = 17 };

struct frame {
  int64_t due_ns;
  size_t length;
  uint8_t bytes[MAX_FRAME];
};

/* One direction: a ring of frames on their way. */
struct direction {
  int from, to;
  unsigned first, count;
  struct frame *frames;
};

static int64_t delay_ns;
static uint64_t loss_per_mille, state;

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int open_tap(const char *path) {
  int space = open(path, O_RDONLY);
  if (space < 0 || setns(space, CLONE_NEWNET)) die(path);
  close(space);
  int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  strcpy(request.ifr_name, "lan0");
  if (tap < 0 || ioctl(tap, TUNSETIFF, &request)) die("/dev/net/tun");
  return tap;
}

/* xorshift64*: any seed but 0. */
static uint64_t draw(void) {
  state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
  return (state * 0x2545f4914f6cdd1dull) >> 32;
}

static int is_lost(const struct frame *frame) {
  const uint8_t *bytes = frame->bytes;
  if (frame->length < 34 || (bytes[12] << 8 | bytes[13]) != IPV4 || bytes[23] != UDP) return 0;
  return draw() % 1000 < loss_per_mille;
}

static void take(struct direction *way) {
  while (way->count < MAX_WAITING) {
    struct frame *frame = &way->frames[(way->first + way->count) % MAX_WAITING];
    ssize_t length = read(way->from, frame->bytes, MAX_FRAME);
    if (length <= 0) return;
    frame->length = length;
    frame->due_ns = now_ns() + delay_ns;
    way->count += !is_lost(frame);
  }
}

/* Lets arrive what is due, and says when the next is. */
static int64_t deliver(struct direction *way) {
  while (way->count > 0) {
    struct frame *frame = &way->frames[way->first];
    if (frame->due_ns > now_ns()) return frame->due_ns;
    if (write(way->to, frame->bytes, frame->length) < 0 && errno != EAGAIN && errno != EIO) die("write");
    way->first = (way->first + 1) % MAX_WAITING;
    way->count--;
  }
  return INT64_MAX;
}

static void wait_until(struct pollfd *ends, int64_t due_ns) {
  int64_t wait_ns = due_ns - now_ns();
  if (wait_ns < 0) wait_ns = 0;
  struct timespec wait = {.tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000};
  ppoll(ends, 3, due_ns == INT64_MAX ? NULL : &wait, NULL);
}

int main(int count, char **words) {
  if (count != 6) {
    fprintf(stderr, "slow_wire NAMESPACE NAMESPACE DELAY_US LOSS_PER_MILLE SEED\n");
    return 2;
  }
  delay_ns = atoll(words[3]) * 1000;
  loss_per_mille = atoi(words[4]);
  state = strtoull(words[5], NULL, 10) * 0x9e3779b97f4a7c15ull + 1;
  int taps[2] = {open_tap(words[1]), open_tap(words[2])};
  struct direction ways[2] = {{.from = taps[0], .to = taps[1]}, {.from = taps[1], .to = taps[0]}};
  for (int i = 0; i < 2; i++)
    if (!(ways[i].frames = calloc(MAX_WAITING, sizeof *ways[i].frames))) die("memory");
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    int64_t due_ns = INT64_MAX;
    for (int i = 0; i < 2; i++) {
      take(&ways[i]);
      int64_t next_ns = deliver(&ways[i]);
      if (next_ns < due_ns) due_ns = next_ns;
    }
    struct pollfd ends[3] = {{0, POLLIN, 0}, {taps[0], POLLIN, 0}, {taps[1], POLLIN, 0}};
    wait_until(ends, due_ns);
    char end;
    if (ends[0].revents && read(0, &end, 1) <= 0) return 0;
  }
}
