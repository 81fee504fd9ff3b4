/* A library that writes down whoever loads it, with its powers: gcc -shared. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void loaded(void) {
	char line[4096], out[4200];
	FILE *status = fopen("/proc/self/status", "r");
	if (status == NULL) return;
	while (fgets(line, sizeof line, status) != NULL && strncmp(line, "CapEff:", 7) != 0) continue;
	fclose(status);
	int length = snprintf(out, sizeof out, "pid %d %s", getpid(), line);
	int fd = open("/loaded", O_WRONLY | O_CREAT | O_APPEND, 0666);
	if (fd >= 0 && write(fd, out, length) < 0) return;
}
