import {closeSync, readdirSync, readFileSync} from 'node:fs';

/** O_CLOEXEC as /proc/PID/fdinfo shows it, in octal; proc_pid_fdinfo(5), open(2). */
const closeOnExec = 0o2000000;

/**
 * The open descriptors above 2 that every program we start would get, ascending: those without O_CLOEXEC.
 * Node opens its own with the flag, and at its start sets it on 0 to 15 and on up to the first gap
 * (libuv, uv_disable_stdio_inheritance): what is left was leaked by the program that started us. One that is an open
 * folder of the host would be a way out of a container (CVE-2024-21626).
 */
function inheritedDescriptors(): readonly number[] {
	return readdirSync('/proc/self/fd')
		.map(Number)
		.filter(fd => fd > 2 && isInherited(fd))
		.sort((a, b) => a - b);
}

/** Whether there were none from some moment on: what Node opens later has the flag. */
let closed = false;

/**
 * What a program that we start now would get beside what it is given: {@link inheritedDescriptors}, and nothing once they
 * were closed. One who starts many has many open, and would look at each of them each time.
 */
export function leakedDescriptors(): readonly number[] {
	return closed ? [] : inheritedDescriptors();
}

/**
 * Closes them. For a program that owns its process, as its first act: in a library the descriptor could be in use by
 * its host's native code.
 */
export function closeInheritedDescriptors(): void {
	for (const fd of inheritedDescriptors()) closeSync(fd);
	closed = true;
}

function isInherited(fd: number): boolean {
	try {
		const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
		return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
	} catch {
		// The descriptor of the listing itself is closed by now.
		return false;
	}
}
