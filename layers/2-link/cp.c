/* cp.c - what the control protocols of PPP have in common (RFC 1661, 5 and 6). */

#include "cp.h"

#include "num.h"

/* RFC 1661, 5; from 8 on only in LCP; 12 and 13: RFC 1570, 2. */
const struct word cp_codes[] = {
	{1, "Configure-Request"}, {2, "Configure-Ack"}, {3, "Configure-Nak"}, {4, "Configure-Reject"}, {5, "Terminate-Request"},
	{6, "Terminate-Ack"}, {7, "Code-Reject"}, {8, "Protocol-Reject"}, {9, "Echo-Request"}, {10, "Echo-Reply"},
	{11, "Discard-Request"}, {12, "Identification"}, {13, "Time-Remaining"}, {0},
};

int cp_size(const uint8_t *h, size_t left, size_t more)
{
	size_t len = be16(h + 2);
	if (len < CP_HLEN)
		return -1;
	if (cp_has_options(h[0]))
		return len <= left ? (int)len : CP_HLEN;
	return CP_HLEN + more <= (len < left ? len : left) ? (int)(CP_HLEN + more) : -1;
}

int cp_build(struct pkt *k, struct layer *l, const struct tlv *t, struct err *e)
{
	const struct var *v = pkt_var(l, "opt");
	if (v && v->n && !cp_has_options(k->own[l->off]))
		return err_set(e, "opt=: codes 1 to 4 have options");
	return tlv_build(k, t, v, UINT16_MAX - CP_HLEN, e);
}

writer cp_print(writer p, const struct tlv *t, const uint8_t *h, size_t hlen)
{
	return cp_has_options(h[0]) ? tlv_write(p, t, h + CP_HLEN, hlen - CP_HLEN) : p;
}
