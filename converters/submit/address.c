/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which addresses are public; see transfer.h.  RFC 6890 and what stands in IANA's registries of
 * special addresses. */
#include "submit/transfer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

struct block {
    uint32_t address;
    int bits;
};

static const struct block special[] = {
    {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
    {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16},
    {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4},
};

static bool is_public_4(uint32_t address)
{
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (((address ^ special[i].address) >> (32 - special[i].bits)) == 0)
            return false;
    return true;
}

static uint32_t word(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
           bytes[3];
}

/* 2000::/3 is what is given out; in it some stand for addresses of version 4. */
static bool is_public_6(const unsigned char *bytes)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    static const unsigned char translated[12] = {0, 0x64, 0xFF, 0x9B};
    if (memcmp(bytes, mapped, 12) == 0 || memcmp(bytes, translated, 12) == 0)
        return is_public_4(word(bytes + 12));
    if ((bytes[0] & 0xE0) != 0x20)
        return false;
    if (bytes[0] == 0x20 && bytes[1] == 0x02) /* 6to4 */
        return is_public_4(word(bytes + 2));
    if (word(bytes) == 0x20010DB8 || word(bytes) == 0x3FFF0000)
        return false;                              /* for documentation */
    return !(word(bytes) >> 9 == 0x20010000 >> 9); /* 2001::/23: protocols, Teredo */
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof four);
        return is_public_4(ntohl(four.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, address, sizeof six);
        return is_public_6(six.sin6_addr.s6_addr);
    }
    return false;
}
