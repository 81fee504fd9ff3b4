/* Exchanges two names as fast as it can until it is killed: swap A B. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>

int main(int count, char **words) {
	if (count != 3) return 2;
	for (;;) renameat2(AT_FDCWD, words[1], AT_FDCWD, words[2], RENAME_EXCHANGE);
}
