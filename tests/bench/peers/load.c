/*
 * Loads a TFTP server, and says in one line of JSON how that went.
 *
 *   cc -O2 -o load load.c
 *   load [-c CLIENTS] [-n TRANSFERS] [-b BLKSIZE] [-w WINDOWSIZE] [-t TIMEOUT_MS] [-s SPREAD_MS]
 *        [-d] [-r ROOT] HOST PORT STEP...
 *
 * Rules:
 *
 * 1. There are CLIENTS clients, and all of them start within SPREAD_MS. A client does one transfer after another. With one
 *    STEP, it goes on until TRANSFERS have begun in all. With several, it does each of them in turn, and then it is finished.
 * 2. A STEP is NAME, or NAME:BLKSIZE:WINDOWSIZE. `?NAME` asks for the size only, as boot firmware does: it answers the OACK
 *    with ERROR 8. `A|B` are two plans: clients take them in turn. A plan's steps are divided by commas.
 * 3. A client sends from one socket a transfer, and with -d from a loopback address of its own.
 * 4. Every block is compared with the file ROOT/NAME, where ROOT is given.
 * 5. The timer is fixed. When it ends, what came in order is acknowledged once more. After MAX_TRIES in a row without progress
 *    the transfer has failed.
 * 6. A client that misses a block acknowledges the last one in order, once a gap (RFC 7440 section 4).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RRQ = 1, DATA = 3, ACK, ERROR, OACK };
enum { MAX_TRIES = 12, MAX_STEPS = 64, MAX_PLANS = 8, MAX_PACKET = 65468 };

struct file {
  char name[128];
  const uint8_t *bytes;
  size_t size;
  int is_known;
};

struct step {
  struct file *file;
  int blksize, windowsize, is_size_only;
};

struct client {
  int fd, index, place;
  const struct step *step;
  struct sockaddr_in peer;
  int has_peer, blksize, windowsize, tries;
  int has_gap;
  uint64_t block;    /* the last block that came in order */
  uint64_t unacked;  /* blocks that came since our last ACK */
  uint64_t bytes;
  double begun_ms, last_ms;
};

static struct step plans[MAX_PLANS][MAX_STEPS];
static int plan_steps[MAX_PLANS], plan_count;
static struct file files[MAX_STEPS];
static int file_count;

static int client_count = 1, transfer_count = 1, timeout_ms = 1000, spread_ms;
static int default_blksize = 512, default_windowsize = 1, has_own_address;
static const char *root;
static struct sockaddr_in server;
static struct client *clients;
static int poller, begun, finished_clients;
static uint64_t total_bytes, packets_in, packets_out, timeouts, gaps;
static int failed, wrong, completed;
static double *times_ms;
static int time_count, time_room;
static uint8_t packet[MAX_PACKET];

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void die(const char *what) {
  perror(what);
  exit(2);
}

static struct file *find_file(const char *name) {
  for (int i = 0; i < file_count; i++)
    if (!strcmp(files[i].name, name)) return &files[i];
  if (file_count == MAX_STEPS) { fprintf(stderr, "Too many files\n"); exit(2); }
  struct file *file = &files[file_count++];
  snprintf(file->name, sizeof file->name, "%s", name);
  if (!root) return file;
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", root, name);
  int fd = open(path, O_RDONLY);
  struct stat status;
  if (fd < 0 || fstat(fd, &status)) die(path);
  file->size = status.st_size;
  file->is_known = 1;
  if (file->size > 0) {
    file->bytes = mmap(0, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file->bytes == MAP_FAILED) die(path);
  }
  close(fd);
  return file;
}

static void send_packet(struct client *client, const void *bytes, size_t length) {
  const struct sockaddr_in *to = client->has_peer ? &client->peer : &server;
  sendto(client->fd, bytes, length, 0, (const struct sockaddr *)to, sizeof *to);
  packets_out++;
  client->last_ms = now_ms();
}

static size_t put_text(uint8_t *at, const char *text) {
  size_t length = strlen(text) + 1;
  memcpy(at, text, length);
  return length;
}

static size_t put_option(uint8_t *at, const char *name, long value) {
  char digits[24];
  snprintf(digits, sizeof digits, "%ld", value);
  size_t length = put_text(at, name);
  return length + put_text(at + length, digits);
}

static void send_request(struct client *client) {
  const struct step *step = client->step;
  uint8_t bytes[512] = {0, RRQ};
  size_t length = 2 + put_text(bytes + 2, step->file->name);
  length += put_text(bytes + length, "octet");
  if (step->is_size_only) length += put_option(bytes + length, "tsize", 0);
  if (step->blksize != 512) length += put_option(bytes + length, "blksize", step->blksize);
  if (step->windowsize != 1) length += put_option(bytes + length, "windowsize", step->windowsize);
  send_packet(client, bytes, length);
}

static void send_ack(struct client *client) {
  uint8_t bytes[4] = {0, ACK, client->block >> 8, client->block};
  client->unacked = 0;
  send_packet(client, bytes, sizeof bytes);
}

static int take_step(struct client *client) {
  int plan = client->index % plan_count;
  if (plan_count == 1 && plan_steps[0] == 1) {
    if (begun == transfer_count) return 0;
    client->step = &plans[0][0];
  } else {
    if (client->place == plan_steps[plan]) return 0;
    client->step = &plans[plan][client->place++];
  }
  begun++;
  return 1;
}

static void begin(struct client *client) {
  if (!take_step(client)) {
    client->fd = -1;
    finished_clients++;
    return;
  }
  client->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (client->fd < 0) die("socket");
  if (has_own_address) {
    struct sockaddr_in own = {.sin_family = AF_INET};
    own.sin_addr.s_addr = htonl(0x7f010000 + 1 + client->index);
    if (bind(client->fd, (struct sockaddr *)&own, sizeof own)) die("bind");
  }
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event)) die("epoll_ctl");
  client->has_peer = client->has_gap = client->tries = 0;
  client->block = client->unacked = client->bytes = 0;
  client->blksize = 512, client->windowsize = 1;
  client->begun_ms = now_ms();
  send_request(client);
}

static void end(struct client *client, int is_whole) {
  close(client->fd);
  if (is_whole) {
    completed++;
    total_bytes += client->bytes;
    if (time_count == time_room) {
      time_room = time_room ? 2 * time_room : 1024;
      times_ms = realloc(times_ms, time_room * sizeof *times_ms);
    }
    times_ms[time_count++] = now_ms() - client->begun_ms;
  } else {
    failed++;
  }
  begin(client);
}

static void read_options(struct client *client, const uint8_t *at, const uint8_t *stop) {
  while (at < stop) {
    const char *name = (const char *)at;
    at += strnlen(name, stop - at) + 1;
    if (at >= stop) return;
    int value = atoi((const char *)at);
    at += strnlen((const char *)at, stop - at) + 1;
    if (!strcasecmp(name, "blksize")) client->blksize = value;
    if (!strcasecmp(name, "windowsize")) client->windowsize = value;
  }
}

static void on_oack(struct client *client, size_t length) {
  if (client->block > 0) return;
  read_options(client, packet + 2, packet + length);
  client->tries = 0;
  if (client->step->is_size_only) {
    static const uint8_t abort_it[] = "\0\5\0\10User aborted the transfer";
    send_packet(client, abort_it, sizeof abort_it);
    end(client, 1);
  } else {
    send_ack(client);
  }
}

static void on_data(struct client *client, size_t length) {
  uint16_t number = packet[2] << 8 | packet[3];
  if (number != (uint16_t)(client->block + 1)) {
    uint16_t ahead = number - (uint16_t)client->block;
    gaps += ahead < 0x8000;
    if (client->has_gap) return;
    client->has_gap = 1;
    send_ack(client);
    return;
  }
  const struct file *file = client->step->file;
  size_t size = length - 4;
  if (file->is_known &&
      (client->bytes + size > file->size || memcmp(file->bytes + client->bytes, packet + 4, size))) {
    wrong++;
    end(client, 0);
    return;
  }
  client->block++;
  client->bytes += size;
  client->has_gap = client->tries = 0;
  int is_last = size < (size_t)client->blksize;
  if (is_last || ++client->unacked >= (uint64_t)client->windowsize) send_ack(client);
  if (!is_last) return;
  if (file->is_known && client->bytes != file->size) wrong++;
  end(client, !file->is_known || client->bytes == file->size);
}

static int is_first_answer(void) {
  int number = packet[2] << 8 | packet[3];
  return packet[1] == OACK || (packet[1] == DATA && number == 1) || (packet[1] == ERROR && number != 5);
}

static void on_readable(struct client *client) {
  int fd = client->fd;
  while (client->fd == fd) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &size);
    if (length < 0) return;
    packets_in++;
    if (length < 4) continue;
    if (!client->has_peer) {
      /* What else comes is meant for whoever had this port before. */
      if (!is_first_answer()) continue;
      client->peer = from;
      client->has_peer = 1;
    } else if (from.sin_port != client->peer.sin_port) {
      continue;
    }
    client->last_ms = now_ms();
    int place = client->place, whole = completed + failed;
    switch (packet[1]) {
      case OACK: on_oack(client, length); break;
      case DATA: on_data(client, length); break;
      case ERROR:
        if (failed < 5) fprintf(stderr, "ERROR %d %.100s\n", packet[3], packet + 4);
        end(client, 0);
    }
    /* The next transfer may have the same descriptor: its datagrams wait for their own event. */
    if (place != client->place || whole != completed + failed) return;
  }
}

static void on_timeout(struct client *client) {
  timeouts++;
  if (++client->tries > MAX_TRIES) {
    end(client, 0);
  } else if (!client->has_peer) {
    send_request(client);
  } else {
    client->has_gap = 0;
    send_ack(client);
  }
}

static void read_plans(char *text) {
  for (char *plan = strtok_r(text, "|", &text); plan; plan = strtok_r(0, "|", &text)) {
    for (char *item = strtok_r(plan, ",", &plan); item; item = strtok_r(0, ",", &plan)) {
      struct step *step = &plans[plan_count][plan_steps[plan_count]++];
      step->is_size_only = *item == '?';
      item += step->is_size_only;
      step->blksize = default_blksize, step->windowsize = default_windowsize;
      char *numbers = strchr(item, ':');
      if (numbers) {
        *numbers++ = 0;
        sscanf(numbers, "%d:%d", &step->blksize, &step->windowsize);
      }
      step->file = find_file(item);
    }
    plan_count++;
  }
}

static int by_value(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static double percentile(double share) {
  return time_count ? times_ms[(int)((time_count - 1) * share + 0.5)] : 0;
}

static void run(void) {
  double start_ms = now_ms(), checked_ms = start_ms;
  int started = 0;
  struct epoll_event events[256];
  while (finished_clients < client_count) {
    double time = now_ms();
    while (started < client_count && time - start_ms >= (double)spread_ms * started / client_count)
      begin(&clients[started++]);
    int wait_ms = started < client_count ? 1 : 20;
    int count = epoll_wait(poller, events, 256, wait_ms);
    for (int i = 0; i < count; i++) on_readable(events[i].data.ptr);
    time = now_ms();
    if (time - checked_ms < 20) continue;
    checked_ms = time;
    for (int i = 0; i < started; i++)
      if (clients[i].fd >= 0 && time - clients[i].last_ms > timeout_ms) on_timeout(&clients[i]);
  }
  double seconds = (now_ms() - start_ms) / 1e3;
  qsort(times_ms, time_count, sizeof *times_ms, by_value);
  printf("{\"seconds\":%.6f,\"bytes\":%llu,\"completed\":%d,\"failed\":%d,\"wrong\":%d,\"timeouts\":%llu,\"gaps\":%llu,"
         "\"received\":%llu,\"sent\":%llu,\"medianMs\":%.3f,\"p99Ms\":%.3f,\"maxMs\":%.3f}\n",
         seconds, (unsigned long long)total_bytes, completed, failed, wrong, (unsigned long long)timeouts,
         (unsigned long long)gaps, (unsigned long long)packets_in, (unsigned long long)packets_out, percentile(0.5),
         percentile(0.99), percentile(1));
}

int main(int count, char **words) {
  int option;
  while ((option = getopt(count, words, "c:n:b:w:t:s:r:d")) != -1) {
    switch (option) {
      case 'c': client_count = atoi(optarg); break;
      case 'n': transfer_count = atoi(optarg); break;
      case 'b': default_blksize = atoi(optarg); break;
      case 'w': default_windowsize = atoi(optarg); break;
      case 't': timeout_ms = atoi(optarg); break;
      case 's': spread_ms = atoi(optarg); break;
      case 'r': root = optarg; break;
      case 'd': has_own_address = 1; break;
      default: return 2;
    }
  }
  if (count - optind != 3) {
    fprintf(stderr, "load [options] HOST PORT STEPS: see the top of load.c\n");
    return 2;
  }
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(words[optind + 1]));
  if (inet_pton(AF_INET, words[optind], &server.sin_addr) != 1) die(words[optind]);
  read_plans(words[optind + 2]);
  poller = epoll_create1(0);
  clients = calloc(client_count, sizeof *clients);
  for (int i = 0; i < client_count; i++) clients[i].index = i, clients[i].fd = -1;
  run();
  return failed > 0;
}
