/* crc_catalog.c - the CRC algorithms in use: G. Cook, "Catalogue of parametrised CRC algorithms", reveng.sourceforge.io. */

#include "crc_catalog.h"

#include <string.h>
#include <strings.h>

const struct crc_entry crc_catalog[] = {
	/* clang-format off */
	/* name, {width, poly, init, refin, refout, xorout}, check, residue, aliases */
	{"CRC-3/GSM", {3, 0x3, 0x0, false, false, 0x7}, 0x4, 0x2, NULL},
	{"CRC-3/ROHC", {3, 0x3, 0x7, true, true, 0x0}, 0x6, 0x0, NULL},
	{"CRC-4/G-704", {4, 0x3, 0x0, true, true, 0x0}, 0x7, 0x0, "CRC-4/ITU"},
	{"CRC-4/INTERLAKEN", {4, 0x3, 0xf, false, false, 0xf}, 0xb, 0x2, NULL},
	{"CRC-5/EPC-C1G2", {5, 0x09, 0x09, false, false, 0x00}, 0x00, 0x00, "CRC-5/EPC"},
	{"CRC-5/G-704", {5, 0x15, 0x00, true, true, 0x00}, 0x07, 0x00, "CRC-5/ITU"},
	{"CRC-5/USB", {5, 0x05, 0x1f, true, true, 0x1f}, 0x19, 0x06, NULL},
	{"CRC-6/CDMA2000-A", {6, 0x27, 0x3f, false, false, 0x00}, 0x0d, 0x00, NULL},
	{"CRC-6/CDMA2000-B", {6, 0x07, 0x3f, false, false, 0x00}, 0x3b, 0x00, NULL},
	{"CRC-6/DARC", {6, 0x19, 0x00, true, true, 0x00}, 0x26, 0x00, NULL},
	{"CRC-6/G-704", {6, 0x03, 0x00, true, true, 0x00}, 0x06, 0x00, "CRC-6/ITU"},
	{"CRC-6/GSM", {6, 0x2f, 0x00, false, false, 0x3f}, 0x13, 0x3a, NULL},
	{"CRC-7/MMC", {7, 0x09, 0x00, false, false, 0x00}, 0x75, 0x00, "CRC-7"},
	{"CRC-7/ROHC", {7, 0x4f, 0x7f, true, true, 0x00}, 0x53, 0x00, NULL},
	{"CRC-7/UMTS", {7, 0x45, 0x00, false, false, 0x00}, 0x61, 0x00, NULL},
	{"CRC-8/AUTOSAR", {8, 0x2f, 0xff, false, false, 0xff}, 0xdf, 0x42, NULL},
	{"CRC-8/BLUETOOTH", {8, 0xa7, 0x00, true, true, 0x00}, 0x26, 0x00, NULL},
	{"CRC-8/CDMA2000", {8, 0x9b, 0xff, false, false, 0x00}, 0xda, 0x00, NULL},
	{"CRC-8/DARC", {8, 0x39, 0x00, true, true, 0x00}, 0x15, 0x00, NULL},
	{"CRC-8/DVB-S2", {8, 0xd5, 0x00, false, false, 0x00}, 0xbc, 0x00, NULL},
	{"CRC-8/GSM-A", {8, 0x1d, 0x00, false, false, 0x00}, 0x37, 0x00, NULL},
	{"CRC-8/GSM-B", {8, 0x49, 0x00, false, false, 0xff}, 0x94, 0x53, NULL},
	{"CRC-8/HITAG", {8, 0x1d, 0xff, false, false, 0x00}, 0xb4, 0x00, NULL},
	{"CRC-8/I-432-1", {8, 0x07, 0x00, false, false, 0x55}, 0xa1, 0xac, "CRC-8/ITU"},
	{"CRC-8/I-CODE", {8, 0x1d, 0xfd, false, false, 0x00}, 0x7e, 0x00, NULL},
	{"CRC-8/LTE", {8, 0x9b, 0x00, false, false, 0x00}, 0xea, 0x00, NULL},
	{"CRC-8/MAXIM-DOW", {8, 0x31, 0x00, true, true, 0x00}, 0xa1, 0x00, "CRC-8/MAXIM DOW-CRC"},
	{"CRC-8/MIFARE-MAD", {8, 0x1d, 0xc7, false, false, 0x00}, 0x99, 0x00, NULL},
	{"CRC-8/NRSC-5", {8, 0x31, 0xff, false, false, 0x00}, 0xf7, 0x00, NULL},
	{"CRC-8/OPENSAFETY", {8, 0x2f, 0x00, false, false, 0x00}, 0x3e, 0x00, NULL},
	{"CRC-8/ROHC", {8, 0x07, 0xff, true, true, 0x00}, 0xd0, 0x00, NULL},
	{"CRC-8/SAE-J1850", {8, 0x1d, 0xff, false, false, 0xff}, 0x4b, 0xc4, NULL},
	{"CRC-8/SMBUS", {8, 0x07, 0x00, false, false, 0x00}, 0xf4, 0x00, "CRC-8"},
	{"CRC-8/TECH-3250", {8, 0x1d, 0xff, true, true, 0x00}, 0x97, 0x00, "CRC-8/AES CRC-8/EBU"},
	{"CRC-8/WCDMA", {8, 0x9b, 0x00, true, true, 0x00}, 0x25, 0x00, NULL},
	{"CRC-10/ATM", {10, 0x233, 0x000, false, false, 0x000}, 0x199, 0x000, "CRC-10 CRC-10/I-610"},
	{"CRC-10/CDMA2000", {10, 0x3d9, 0x3ff, false, false, 0x000}, 0x233, 0x000, NULL},
	{"CRC-10/GSM", {10, 0x175, 0x000, false, false, 0x3ff}, 0x12a, 0x0c6, NULL},
	{"CRC-11/FLEXRAY", {11, 0x385, 0x01a, false, false, 0x000}, 0x5a3, 0x000, "CRC-11"},
	{"CRC-11/UMTS", {11, 0x307, 0x000, false, false, 0x000}, 0x061, 0x000, NULL},
	{"CRC-12/CDMA2000", {12, 0xf13, 0xfff, false, false, 0x000}, 0xd4d, 0x000, NULL},
	{"CRC-12/DECT", {12, 0x80f, 0x000, false, false, 0x000}, 0xf5b, 0x000, "X-CRC-12"},
	{"CRC-12/GSM", {12, 0xd31, 0x000, false, false, 0xfff}, 0xb34, 0x178, NULL},
	{"CRC-12/UMTS", {12, 0x80f, 0x000, false, true, 0x000}, 0xdaf, 0x000, "CRC-12/3GPP"},
	{"CRC-13/BBC", {13, 0x1cf5, 0x0000, false, false, 0x0000}, 0x04fa, 0x0000, NULL},
	{"CRC-14/DARC", {14, 0x0805, 0x0000, true, true, 0x0000}, 0x082d, 0x0000, NULL},
	{"CRC-14/GSM", {14, 0x202d, 0x0000, false, false, 0x3fff}, 0x30ae, 0x031e, NULL},
	{"CRC-15/CAN", {15, 0x4599, 0x0000, false, false, 0x0000}, 0x059e, 0x0000, "CRC-15"},
	{"CRC-15/MPT1327", {15, 0x6815, 0x0000, false, false, 0x0001}, 0x2566, 0x6815, NULL},
	{"CRC-16/ARC", {16, 0x8005, 0x0000, true, true, 0x0000}, 0xbb3d, 0x0000, "ARC CRC-16 CRC-16/LHA CRC-IBM"},
	{"CRC-16/CDMA2000", {16, 0xc867, 0xffff, false, false, 0x0000}, 0x4c06, 0x0000, NULL},
	{"CRC-16/CMS", {16, 0x8005, 0xffff, false, false, 0x0000}, 0xaee7, 0x0000, NULL},
	{"CRC-16/DDS-110", {16, 0x8005, 0x800d, false, false, 0x0000}, 0x9ecf, 0x0000, NULL},
	{"CRC-16/DECT-R", {16, 0x0589, 0x0000, false, false, 0x0001}, 0x007e, 0x0589, "R-CRC-16"},
	{"CRC-16/DECT-X", {16, 0x0589, 0x0000, false, false, 0x0000}, 0x007f, 0x0000, "X-CRC-16"},
	{"CRC-16/DNP", {16, 0x3d65, 0x0000, true, true, 0xffff}, 0xea82, 0x66c5, NULL},
	{"CRC-16/EN-13757", {16, 0x3d65, 0x0000, false, false, 0xffff}, 0xc2b7, 0xa366, NULL},
	{"CRC-16/GENIBUS", {16, 0x1021, 0xffff, false, false, 0xffff}, 0xd64e, 0x1d0f,
	 "CRC-16/DARC CRC-16/EPC CRC-16/EPC-C1G2 CRC-16/I-CODE"},
	{"CRC-16/GSM", {16, 0x1021, 0x0000, false, false, 0xffff}, 0xce3c, 0x1d0f, NULL},
	{"CRC-16/IBM-3740", {16, 0x1021, 0xffff, false, false, 0x0000}, 0x29b1, 0x0000, "CRC-16/AUTOSAR CRC-16/CCITT-FALSE"},
	{"CRC-16/IBM-SDLC", {16, 0x1021, 0xffff, true, true, 0xffff}, 0x906e, 0xf0b8,
	 "CRC-16/ISO-HDLC CRC-16/ISO-IEC-14443-3-B CRC-16/X-25 CRC-B X-25"},
	{"CRC-16/ISO-IEC-14443-3-A", {16, 0x1021, 0xc6c6, true, true, 0x0000}, 0xbf05, 0x0000, "CRC-A"},
	{"CRC-16/KERMIT", {16, 0x1021, 0x0000, true, true, 0x0000}, 0x2189, 0x0000,
	 "CRC-16/BLUETOOTH CRC-16/CCITT CRC-16/CCITT-TRUE CRC-16/V-41-LSB CRC-CCITT KERMIT"},
	{"CRC-16/LJ1200", {16, 0x6f63, 0x0000, false, false, 0x0000}, 0xbdf4, 0x0000, NULL},
	{"CRC-16/M17", {16, 0x5935, 0xffff, false, false, 0x0000}, 0x772b, 0x0000, NULL},
	{"CRC-16/MAXIM-DOW", {16, 0x8005, 0x0000, true, true, 0xffff}, 0x44c2, 0xb001, "CRC-16/MAXIM"},
	{"CRC-16/MCRF4XX", {16, 0x1021, 0xffff, true, true, 0x0000}, 0x6f91, 0x0000, NULL},
	{"CRC-16/MODBUS", {16, 0x8005, 0xffff, true, true, 0x0000}, 0x4b37, 0x0000, "MODBUS"},
	{"CRC-16/NRSC-5", {16, 0x080b, 0xffff, true, true, 0x0000}, 0xa066, 0x0000, NULL},
	{"CRC-16/OPENSAFETY-A", {16, 0x5935, 0x0000, false, false, 0x0000}, 0x5d38, 0x0000, NULL},
	{"CRC-16/OPENSAFETY-B", {16, 0x755b, 0x0000, false, false, 0x0000}, 0x20fe, 0x0000, NULL},
	{"CRC-16/PROFIBUS", {16, 0x1dcf, 0xffff, false, false, 0xffff}, 0xa819, 0xe394, "CRC-16/IEC-61158-2"},
	{"CRC-16/RIELLO", {16, 0x1021, 0xb2aa, true, true, 0x0000}, 0x63d0, 0x0000, NULL},
	{"CRC-16/SPI-FUJITSU", {16, 0x1021, 0x1d0f, false, false, 0x0000}, 0xe5cc, 0x0000, "CRC-16/AUG-CCITT"},
	{"CRC-16/T10-DIF", {16, 0x8bb7, 0x0000, false, false, 0x0000}, 0xd0db, 0x0000, NULL},
	{"CRC-16/TELEDISK", {16, 0xa097, 0x0000, false, false, 0x0000}, 0x0fb3, 0x0000, NULL},
	{"CRC-16/TMS37157", {16, 0x1021, 0x89ec, true, true, 0x0000}, 0x26b1, 0x0000, NULL},
	{"CRC-16/UMTS", {16, 0x8005, 0x0000, false, false, 0x0000}, 0xfee8, 0x0000, "CRC-16/BUYPASS CRC-16/VERIFONE"},
	{"CRC-16/USB", {16, 0x8005, 0xffff, true, true, 0xffff}, 0xb4c8, 0xb001, NULL},
	{"CRC-16/XMODEM", {16, 0x1021, 0x0000, false, false, 0x0000}, 0x31c3, 0x0000,
	 "CRC-16/ACORN CRC-16/LTE CRC-16/V-41-MSB XMODEM ZMODEM"},
	{"CRC-17/CAN-FD", {17, 0x1685b, 0x00000, false, false, 0x00000}, 0x04f03, 0x00000, NULL},
	{"CRC-21/CAN-FD", {21, 0x102899, 0x000000, false, false, 0x000000}, 0x0ed841, 0x000000, NULL},
	{"CRC-24/BLE", {24, 0x00065b, 0x555555, true, true, 0x000000}, 0xc25a56, 0x000000, NULL},
	{"CRC-24/FLEXRAY-A", {24, 0x5d6dcb, 0xfedcba, false, false, 0x000000}, 0x7979bd, 0x000000, NULL},
	{"CRC-24/FLEXRAY-B", {24, 0x5d6dcb, 0xabcdef, false, false, 0x000000}, 0x1f23b8, 0x000000, NULL},
	{"CRC-24/INTERLAKEN", {24, 0x328b63, 0xffffff, false, false, 0xffffff}, 0xb4f3e6, 0x144e63, NULL},
	{"CRC-24/LTE-A", {24, 0x864cfb, 0x000000, false, false, 0x000000}, 0xcde703, 0x000000, NULL},
	{"CRC-24/LTE-B", {24, 0x800063, 0x000000, false, false, 0x000000}, 0x23ef52, 0x000000, NULL},
	{"CRC-24/OPENPGP", {24, 0x864cfb, 0xb704ce, false, false, 0x000000}, 0x21cf02, 0x000000, "CRC-24"},
	{"CRC-24/OS-9", {24, 0x800063, 0xffffff, false, false, 0xffffff}, 0x200fa5, 0x800fe3, NULL},
	{"CRC-30/CDMA", {30, 0x2030b9c7, 0x3fffffff, false, false, 0x3fffffff}, 0x04c34abf, 0x34efa55a, NULL},
	{"CRC-31/PHILIPS", {31, 0x04c11db7, 0x7fffffff, false, false, 0x7fffffff}, 0x0ce9e46c, 0x4eaf26f1, NULL},
	{"CRC-32/AIXM", {32, 0x814141ab, 0x00000000, false, false, 0x00000000}, 0x3010bf7f, 0x00000000, "CRC-32Q"},
	{"CRC-32/AUTOSAR", {32, 0xf4acfb13, 0xffffffff, true, true, 0xffffffff}, 0x1697d06a, 0x904cddbf, NULL},
	{"CRC-32/BASE91-D", {32, 0xa833982b, 0xffffffff, true, true, 0xffffffff}, 0x87315576, 0x45270551, "CRC-32D"},
	{"CRC-32/BZIP2", {32, 0x04c11db7, 0xffffffff, false, false, 0xffffffff}, 0xfc891918, 0xc704dd7b,
	 "CRC-32/AAL5 CRC-32/DECT-B B-CRC-32"},
	{"CRC-32/CD-ROM-EDC", {32, 0x8001801b, 0x00000000, true, true, 0x00000000}, 0x6ec2edc4, 0x00000000, NULL},
	{"CRC-32/CKSUM", {32, 0x04c11db7, 0x00000000, false, false, 0xffffffff}, 0x765e7680, 0xc704dd7b, "CKSUM CRC-32/POSIX"},
	{"CRC-32/ISCSI", {32, 0x1edc6f41, 0xffffffff, true, true, 0xffffffff}, 0xe3069283, 0xb798b438,
	 "CRC-32/BASE91-C CRC-32/CASTAGNOLI CRC-32/INTERLAKEN CRC-32/NVME CRC-32C"},
	{"CRC-32/ISO-HDLC", {32, 0x04c11db7, 0xffffffff, true, true, 0xffffffff}, 0xcbf43926, 0xdebb20e3,
	 "CRC-32 CRC-32/ADCCP CRC-32/V-42 CRC-32/XZ PKZIP"},
	{"CRC-32/JAMCRC", {32, 0x04c11db7, 0xffffffff, true, true, 0x00000000}, 0x340bc6d9, 0x00000000, "JAMCRC"},
	{"CRC-32/MEF", {32, 0x741b8cd7, 0xffffffff, true, true, 0x00000000}, 0xd2c22f51, 0x00000000, NULL},
	{"CRC-32/MPEG-2", {32, 0x04c11db7, 0xffffffff, false, false, 0x00000000}, 0x0376e6e7, 0x00000000, NULL},
	{"CRC-32/XFER", {32, 0x000000af, 0x00000000, false, false, 0x00000000}, 0xbd0be338, 0x00000000, "XFER"},
	{"CRC-40/GSM", {40, 0x0004820009, 0x0000000000, false, false, 0xffffffffff}, 0xd4164fc646, 0xc4ff8071ff, NULL},
	{"CRC-64/ECMA-182", {64, 0x42f0e1eba9ea3693, 0x0000000000000000, false, false, 0x0000000000000000},
	 0x6c40df5f0b497347, 0x0000000000000000, "CRC-64"},
	{"CRC-64/GO-ISO", {64, 0x000000000000001b, 0xffffffffffffffff, true, true, 0xffffffffffffffff},
	 0xb90956c775a41001, 0x5300000000000000, NULL},
	{"CRC-64/MS", {64, 0x259c84cba6426349, 0xffffffffffffffff, true, true, 0x0000000000000000},
	 0x75d4b74f024eceea, 0x0000000000000000, NULL},
	{"CRC-64/NVME", {64, 0xad93d23594c93659, 0xffffffffffffffff, true, true, 0xffffffffffffffff},
	 0xae8b14860a799888, 0xf310303b2b6f6e42, NULL},
	{"CRC-64/REDIS", {64, 0xad93d23594c935a9, 0x0000000000000000, true, true, 0x0000000000000000},
	 0xe9c6d914c4b8d9ca, 0x0000000000000000, NULL},
	{"CRC-64/WE", {64, 0x42f0e1eba9ea3693, 0xffffffffffffffff, false, false, 0xffffffffffffffff},
	 0x62ec59e3f1a4f00a, 0xfcacbebd5931a992, NULL},
	{"CRC-64/XZ", {64, 0x42f0e1eba9ea3693, 0xffffffffffffffff, true, true, 0xffffffffffffffff},
	 0x995dc9bbdf1939fa, 0x49958c9abd7d353f, "CRC-64/GO-ECMA"},
#if CRC_WIDTH_MAX > 64
	{"CRC-82/DARC", {82, (crc_word)0x308c << 64 | 0x0111011401440411, 0, true, true, 0},
	 (crc_word)0x9ea8 << 64 | 0x3f625023801fd612, 0, NULL},
#endif
	{NULL, {0, 0, 0, false, false, 0}, 0, 0, NULL},
	/* clang-format on */
};

/* Is it one of these words? */
static bool among(const char *words, const char *name)
{
	size_t n = strlen(name);
	for (const char *w = words; w && *w; w += strcspn(w, " "), w += *w == ' ')
		if (strcspn(w, " ") == n && strncasecmp(w, name, n) == 0)
			return true;
	return false;
}

const struct crc_entry *crc_find(const char *name)
{
	for (const struct crc_entry *c = crc_catalog; c->name; c++)
		if (strcasecmp(c->name, name) == 0)
			return c;
	for (const struct crc_entry *c = crc_catalog; c->name; c++)
		if (among(c->aliases, name))
			return c;
	return NULL;
}

const struct crc_entry *crc_same(const struct crc_params *p)
{
	for (const struct crc_entry *c = crc_catalog; c->name; c++)
		if (c->p.width == p->width && c->p.poly == p->poly && c->p.init == p->init && c->p.refin == p->refin &&
		    c->p.refout == p->refout && c->p.xorout == p->xorout)
			return c;
	return NULL;
}

enum { BARE_MAX = 40 };

/* Letters in upper case and digits, the rest left out: "crc 32" is CRC-32. */
static size_t bare(const char *s, size_t n, char out[BARE_MAX + 1])
{
	size_t m = 0;
	for (size_t i = 0; i < n && m < BARE_MAX; i++)
		if ((s[i] >= '0' && s[i] <= '9') || ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z'))
			out[m++] = (char)(s[i] >= 'a' ? s[i] - 'a' + 'A' : s[i]);
	out[m] = '\0';
	return m;
}

/* The edits between a and b: V. I. Levenshtein, 1966. */
static unsigned edits(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned row[BARE_MAX + 1];
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned diagonal = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned change = diagonal + (a[i - 1] != b[j - 1]), least = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			diagonal = row[j];
			row[j] = change < least ? change : least;
		}
	}
	return row[nb];
}

/* How far a name is from what was asked for: the edits between them, or between that and its part behind CRC-WIDTH. */
static unsigned distance(const char *asked, size_t n, const char *name, size_t len)
{
	char b[BARE_MAX + 1];
	const char *slash = memchr(name, '/', len);
	size_t m = bare(name, len, b);
	unsigned d = edits(asked, n, b, m), part = d;
	if (slash) {
		m = bare(slash, len - (size_t)(slash - name), b);
		part = edits(asked, n, b, m) + (n != m || memcmp(asked, b, n) != 0);
	}
	return part < d ? part : d;
}

int crc_near(const char *name, const char *near[CRC_NEAR])
{
	char asked[BARE_MAX + 1];
	unsigned best[CRC_NEAR];
	int count = 0;
	size_t n = bare(name, strlen(name), asked);
	for (const struct crc_entry *c = crc_catalog; c->name && n; c++) {
		unsigned d = distance(asked, n, c->name, strlen(c->name));
		for (const char *w = c->aliases; w && *w; w += strcspn(w, " "), w += *w == ' ') {
			unsigned other = distance(asked, n, w, strcspn(w, " "));
			d = other < d ? other : d;
		}
		int at = count;
		while (at > 0 && best[at - 1] > d)
			at--;
		if (3 * d > n || at == CRC_NEAR)
			continue;
		count += count < CRC_NEAR;
		for (int i = count - 1; i > at; i--) {
			best[i] = best[i - 1];
			near[i] = near[i - 1];
		}
		best[at] = d;
		near[at] = c->name;
	}
	return count;
}
