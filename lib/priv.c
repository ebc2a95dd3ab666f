/* priv.c - giving up privilege: after this, what reads hostile input can do no more than read it. */
#include "live.h"

#ifdef __linux__

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The ambient set empties itself with the permitted one; the bounding set needs no change,
 * since no_new_privs keeps execve(2) from adding anything (capabilities(7)). */
int priv_drop(struct err *e)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_sys(e, "setting no_new_privs");
	if (syscall(SYS_capset, &head, none) != 0)
		return err_sys(e, "dropping capabilities");
	return 0;
}

#else

int priv_drop(struct err *e)
{
	(void)e;
	return 0;
}

#endif
