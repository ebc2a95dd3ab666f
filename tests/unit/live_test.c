/* live_test.c - capture and injection on the loopback interface of a network of its own (lib/live.h).
 *
 * The test makes user and network namespaces for itself, so it needs no privilege where those are
 * allowed, sees no other traffic and leaves nothing behind.
 */
#include "../../lib/live.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/num.h"
#include "test.h"

enum { PORT = 4000, WAIT_MS = 10000, UDP_DATA = 14 + 20 + 8 };

static struct err err;
static int udp = -1;
static bool ready;

static bool set_flags(const char *iface, short flags)
{
	struct ifreq r = {.ifr_flags = flags};
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", iface);
	int ok = ioctl(s, SIOCSIFFLAGS, &r);
	close(s);
	return ok == 0;
}

/* First of all, so that the others run inside. */
TEST(namespaces)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0 && unshare(CLONE_NEWNET) != 0)
		SKIP("no network namespaces for this user");
	CHECK(set_flags("lo", IFF_UP));
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(udp >= 0);
	ready = true;
}

static void datagram(const char *text, int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(sendto(udp, text, strlen(text), 0, (struct sockaddr *)&a, sizeof a) == (ssize_t)strlen(text));
}

/* The next UDP datagram to port (others, such as ICMP's answers, are passed over); false: none came. */
static bool next_to(struct live *l, struct cap_rec *r, int port)
{
	for (;;) {
		struct pollfd p = {.fd = live_fd(l), .events = POLLIN};
		int got = live_next(l, r, &err);
		if (got == 2)
			got = poll(&p, 1, WAIT_MS);
		else if (got == 1 && r->len >= UDP_DATA && r->p[23] == IPPROTO_UDP && be16(r->p + 36) == port)
			return true;
		if (got != 1)
			return false;
	}
}

TEST(capture)
{
	struct cap_rec r;
	if (!ready)
		SKIP("no namespaces");
	struct live *l = live_open("lo", 0, true, &err);
	CHECK(l != NULL);
	CHECK_INT(live_link(l), 1);
	CHECK_INT(live_next(l, &r, &err), 2);
	datagram("hello", PORT);
	datagram("again", PORT);
	CHECK(next_to(l, &r, PORT));
	CHECK_INT(r.len, UDP_DATA + 5);
	CHECK_INT(r.wire, r.len);
	CHECK_INT(r.link, 1);
	CHECK(r.time.set && r.time.sec > 1600000000 && r.time.nsec < 1000000000);
	CHECK_INT(r.time.digits, 9);
	CHECK_MEM(r.p + UDP_DATA, "hello", 5);
	CHECK(next_to(l, &r, PORT));
	CHECK_MEM(r.p + UDP_DATA, "again", 5);
	CHECK_INT(live_drops(l), 0);
	live_close(l);
}

TEST(capture_cuts_at_the_snap_length)
{
	struct cap_rec r;
	if (!ready)
		SKIP("no namespaces");
	struct live *l = live_open("lo", UDP_DATA + 2, false, &err);
	CHECK(l != NULL);
	datagram("hello", PORT);
	CHECK(next_to(l, &r, PORT));
	CHECK_INT(r.len, UDP_DATA + 2);
	CHECK_INT(r.wire, UDP_DATA + 5);
	live_close(l);
}

TEST(kernel_filter)
{
	struct cap_rec r;
	if (!ready)
		SKIP("no namespaces");
	struct live *l = live_open("lo", 0, false, &err);
	CHECK(l != NULL);
	CHECK_INT(live_filter(l, "udp port", &err), -1);
	CHECK(strncmp(err.msg, "filter: ", 8) == 0);
	CHECK_INT(live_filter(l, "udp port 4001", &err), 0);
	datagram("no", PORT);
	datagram("yes", PORT + 1);
	CHECK_INT(poll(&(struct pollfd){.fd = live_fd(l), .events = POLLIN}, 1, WAIT_MS), 1);
	CHECK_INT(live_next(l, &r, &err), 1);
	CHECK_MEM(r.p + UDP_DATA, "yes", 3);
	CHECK_INT(live_next(l, &r, &err), 2);
	live_close(l);
}

TEST(any_is_cooked)
{
	struct cap_rec r;
	if (!ready)
		SKIP("no namespaces");
	struct live *l = live_open("any", 0, true, &err);
	CHECK(l != NULL);
	CHECK(live_link(l) == 276 || live_link(l) == 113);
	CHECK_INT(live_filter(l, "udp port 4000", &err), 0);
	datagram("cooked", PORT);
	CHECK_INT(poll(&(struct pollfd){.fd = live_fd(l), .events = POLLIN}, 1, WAIT_MS), 1);
	CHECK_INT(live_next(l, &r, &err), 1);
	CHECK_INT(r.link, live_link(l));
	CHECK(r.len > 6 && memcmp(r.p + r.len - 6, "cooked", 6) == 0);
	live_close(l);
}

/* A frame that was captured, sent again with another port, comes by. */
TEST(injection)
{
	struct cap_rec r;
	uint8_t frame[UDP_DATA + 5];
	static const uint8_t nothing[1];
	if (!ready)
		SKIP("no namespaces");
	struct live *l = live_open("lo", 0, false, &err);
	CHECK(l != NULL);
	datagram("hello", PORT);
	CHECK(next_to(l, &r, PORT));
	memcpy(frame, r.p, sizeof frame);
	put16(frame + 36, PORT + 7);
	CHECK_INT(live_send(l, frame, sizeof frame, &err), 0);
	CHECK(next_to(l, &r, PORT + 7));
	CHECK_MEM(r.p, frame, sizeof frame);
	CHECK_INT(live_send(l, nothing, PKT_MAX + 1, &err), -1);
	CHECK_INT(live_send(l, frame, 3, &err), -1);
	CHECK(strncmp(err.msg, "lo: a packet of 3 octets: ", 26) == 0);
	live_close(l);
}

/* What is open stays usable, so that tools can drop before they read. */
static int capture_without_privilege(void)
{
	struct cap_rec r;
	struct live *l = live_open("lo", 0, true, &err);
	if (!l || priv_drop(&err) != 0)
		return 1;
	datagram("hello", PORT);
	if (live_filter(l, "udp", &err) != 0 || !next_to(l, &r, PORT))
		return 2;
	live_close(l);
	if (live_open("lo", 0, true, &err))
		return 3;
	return strstr(err.msg, "setcap cap_net_raw+ep /") && strstr(err.msg, "live_test") ? 0 : 4;
}

TEST(capture_goes_on_without_privilege)
{
	int status = 0;
	if (!ready)
		SKIP("no namespaces");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		_exit(capture_without_privilege());
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
}

TEST(no_such_interface)
{
	if (!ready)
		SKIP("no namespaces");
	CHECK(live_open("nowhere0", 0, true, &err) == NULL);
	CHECK_STR(err.msg, "nowhere0: no such interface: pktcat -D lists the interfaces");
}

struct seen {
	bool lo, addr, up;
};

static void see(void *arg, const char *name, const char *desc, const char *addrs, bool is_up)
{
	struct seen *s = arg;
	CHECK(desc != NULL);
	if (strcmp(name, "lo") != 0)
		return;
	s->lo = true;
	s->up = is_up;
	s->addr = strncmp(addrs, "127.0.0.1", 9) == 0 && (addrs[9] == ',' || addrs[9] == '\0');
}

TEST(list)
{
	struct seen s = {false, false, false};
	if (!ready)
		SKIP("no namespaces");
	CHECK_INT(live_list(see, &s, &err), 0);
	CHECK(s.lo && s.addr && s.up);
}

TEST(interface_that_is_down)
{
	if (!ready)
		SKIP("no namespaces");
	CHECK(set_flags("lo", 0));
	CHECK(live_open("lo", 0, true, &err) == NULL);
	CHECK_STR(err.msg, "lo: the interface is down: ip link set lo up");
	CHECK(set_flags("lo", IFF_UP));
}

/* A TAP interface lives as long as its descriptor. */
TEST(interface_that_goes_away)
{
	struct ifreq tap = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	struct cap_rec r;
	int fd = ready ? open("/dev/net/tun", O_RDWR) : -1;
	if (fd < 0 || ioctl(fd, TUNSETIFF, &tap) != 0)
		SKIP("no namespaces or no /dev/net/tun");
	CHECK(set_flags(tap.ifr_name, IFF_UP));
	struct live *l = live_open(tap.ifr_name, 0, true, &err);
	CHECK(l != NULL);
	int got = 2;
	close(fd);
	while (got == 2 || got == 1)  /* the kernel's own greetings first */
		if ((got = live_next(l, &r, &err)) == 2 &&
		    poll(&(struct pollfd){.fd = live_fd(l), .events = POLLIN}, 1, WAIT_MS) != 1)
			break;
	CHECK_INT(got, 0);
	live_close(l);
}

#else

#include "test.h"

TEST(capture)
{
	SKIP("network namespaces are Linux's");
}

#endif

RUN_TESTS
