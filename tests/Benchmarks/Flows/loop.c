// The least a flow tool does: (a) read a capture through libpcap, (b) also count packets by the outer IPv4 5-tuple,
// (c) the same, both directions as one.
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry { uint64_t addresses; uint32_t ports; uint32_t protocol; uint64_t packets, bytes; };

static struct entry *table;
static uint64_t mask = (1 << 16) - 1, used;

static struct entry *find(struct entry *in, uint64_t m, uint64_t addresses, uint32_t ports, uint32_t protocol)
{
    uint64_t at = ((addresses ^ ((uint64_t)ports << 17) ^ protocol) * 0x9e3779b97f4a7c15u) >> 32 & m;
    while (in[at].packets && (in[at].addresses != addresses || in[at].ports != ports || in[at].protocol != protocol))
        at = (at + 1) & m;
    return &in[at];
}

static void grow(void)
{
    uint64_t m = mask * 2 + 1;
    struct entry *bigger = calloc(m + 1, sizeof *bigger);
    if (!bigger) { fputs("out of memory\n", stderr); exit(1); }
    for (uint64_t i = 0; i <= mask; i++)
        if (table[i].packets)
            *find(bigger, m, table[i].addresses, table[i].ports, table[i].protocol) = table[i];
    free(table);
    table = bigger;
    mask = m;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *data;
    uint64_t packets = 0;
    int status, both = argc > 2 && !strcmp(argv[1], "flow"), hashing = both || (argc > 2 && !strcmp(argv[1], "hash"));
    pcap_t *file = argc > 2 ? pcap_open_offline(argv[2], error) : NULL;
    if (!file) { fprintf(stderr, "usage: loop read|hash|flow FILE\n"); return 2; }
    table = calloc(mask + 1, sizeof *table);
    while ((status = pcap_next_ex(file, &header, &data)) == 1) {
        packets++;
        if (!hashing || header->caplen < 38 || data[12] != 8 || data[13] != 0)
            continue;
        const u_char *ip = data + 14;
        uint32_t from, to, ports = 0, protocol = ip[9], length = (ip[0] & 15) * 4;
        memcpy(&from, ip + 12, 4);
        memcpy(&to, ip + 16, 4);
        if ((protocol == 6 || protocol == 17) && 14 + length + 4 <= header->caplen)
            memcpy(&ports, ip + length, 4);
        if (both && from > to) {
            uint32_t other = from;
            from = to; to = other;
            ports = ports >> 16 | ports << 16;
        }
        uint64_t addresses = (uint64_t)from << 32 | to;
        struct entry *e = find(table, mask, addresses, ports, protocol);
        if (!e->packets) {
            e->addresses = addresses; e->ports = ports; e->protocol = protocol;
            if (++used * 2 > mask) { e->packets = 1; grow(); e = find(table, mask, addresses, ports, protocol); e->packets = 0; }
        }
        e->packets++;
        e->bytes += header->len;
    }
    printf("%llu packets, %llu flows\n", (unsigned long long)packets, (unsigned long long)used);
    return status == PCAP_ERROR_BREAK ? 0 : 1;
}
