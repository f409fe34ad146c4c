// Sends a capture file's frames, padded to a length, over and over at a steady rate: blast INTERFACE FILE RATE SECONDS LENGTH.
// Prints how many it sent. Frames go out by sendmmsg, past the queueing discipline.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, FILE_HEADER = 24, PACKET_HEADER = 16 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  double rate = atof(argv[3]), seconds = atof(argv[4]);
  size_t length = atoi(argv[5]);
  FILE *file = fopen(argv[2], "rb");
  uint8_t header[FILE_HEADER];
  if (!file || fread(header, 1, FILE_HEADER, file) != FILE_HEADER) { perror(argv[2]); return 1; }
  size_t count = 0, room = 1 << 16;
  uint8_t *frames = malloc(room * length);
  uint32_t packet[PACKET_HEADER / 4];
  while (fread(packet, 1, PACKET_HEADER, file) == PACKET_HEADER) {
    if (count == room) frames = realloc(frames, (room *= 2) * length);
    if (!frames) { perror("memory"); return 1; }
    uint8_t *frame = frames + count++ * length;
    memset(frame, 0, length);
    size_t taken = packet[2] < length ? packet[2] : length;
    if (fread(frame, 1, taken, file) != taken || fseek(file, packet[2] - taken, SEEK_CUR)) { perror(argv[2]); return 1; }
  }
  int s = socket(AF_PACKET, SOCK_RAW, 0), bypass = 1;
  struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(argv[1]), .sll_halen = 6 };
  if (s < 0 || bind(s, (struct sockaddr *)&to, sizeof to) || setsockopt(s, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass)) { perror(argv[1]); return 1; }
  struct mmsghdr messages[BATCH];
  struct iovec parts[BATCH];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BATCH; i++) {
    parts[i].iov_len = length;
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  uint64_t sent = 0;
  double start = now();
  for (double t = start; t - start < seconds; t = now()) {
    double ahead = sent / rate - (t - start);
    if (ahead > 0) {
      struct timespec pause = { 0, (long)(ahead * 1e9) };
      nanosleep(&pause, NULL);
      continue;
    }
    for (int i = 0; i < BATCH; i++) parts[i].iov_base = frames + (sent + i) % count * length;
    int n = sendmmsg(s, messages, BATCH, 0);
    if (n < 0 && errno != ENOBUFS && errno != EAGAIN) { perror("sendmmsg"); return 1; }
    if (n > 0) sent += n;
  }
  printf("%llu %.3f\n", (unsigned long long)sent, now() - start);
  return 0;
}
