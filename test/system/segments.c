/* Leaves a System V segment, semaphores and a message queue of fixed keys, and says which of them were there already. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define KEY 0x7b0c

int main(void) {
	int flags = IPC_CREAT | IPC_EXCL | 0666;
	int segment = shmget(KEY, 4096, flags);
	if (segment == -1) return perror("SEEN shmget"), 1;
	char *text = shmat(segment, NULL, 0);
	if (text == (char *)-1) return perror("SEEN shmat"), 1;
	if (text[0] != 0) printf("SEEN text %s\n", text);
	strcpy(text, "canary");
	if (semget(KEY, 1, flags) == -1) perror("SEEN semget");
	if (msgget(KEY, flags) == -1) perror("SEEN msgget");
	return 0;
}
