/* Tries the calls that escapes began with, and says how each ended. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *what, long back) {
	printf("%s %s\n", what, back >= 0 ? "ok" : strerrorname_np(errno));
	fflush(stdout);
}

int main(void) {
	say("socket-alg", socket(AF_ALG, SOCK_SEQPACKET, 0));
	say("socket-vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
	say("socket-packet", socket(AF_PACKET, SOCK_RAW, 0));
	say("socket-netfilter", socket(AF_NETLINK, SOCK_RAW, 12));
	say("socket-inet", socket(AF_INET, SOCK_STREAM, 0));
	say("fsopen", syscall(SYS_fsopen, "ext4", 0));
	say("unshare-user", unshare(CLONE_NEWUSER));
	say("bpf", syscall(SYS_bpf, 0, 0, 0));
	say("io_uring", syscall(SYS_io_uring_setup, 1, 0));
	say("keyctl", syscall(SYS_keyctl, 0, 0, 0, 0, 0));
	say("userfaultfd", syscall(SYS_userfaultfd, 0));
	say("perf", syscall(SYS_perf_event_open, 0, 0, -1, -1, 0));
	const char byte = 'x';
	for (int fd = 0; fd < 3; fd++) {
		say("tiocsti", ioctl(fd, 0x5412UL, &byte));
		say("tiocsti-high", syscall(SYS_ioctl, fd, 0x5412UL | 1UL << 32, &byte));
		say("tioclinux", ioctl(fd, 0x541CUL, &byte));
	}
	return 0;
}
