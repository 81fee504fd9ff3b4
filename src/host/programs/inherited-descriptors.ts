import {closeSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';

/** O_CLOEXEC in /proc/PID/fdinfo, in octal; proc_pid_fdinfo(5), open(2). */
const closeOnExec = 0o2000000;

/**
 * The open descriptors above 2 that every started program would inherit, ascending: those without O_CLOEXEC.
 * Node opens its own with the flag. At its start it sets the flag on 0 to 15 and on later ones up to the first gap (libuv,
 * uv_disable_stdio_inheritance). The rest was leaked by the program that started tsbox. An inherited descriptor of a host folder would
 * be a way out of a container (CVE-2024-21626).
 */
function inheritedDescriptors(): readonly number[] {
	return readdirSync('/proc/self/fd')
		.map(Number)
		.filter(fd => fd > 2 && isInherited(fd))
		.sort((a, b) => a - b);
}

/** Whether they were closed. Descriptors that Node opens later have the flag. */
let closed = false;

/**
 * The leaked descriptors that a program started now would inherit: {@link inheritedDescriptors}, empty once they were closed. The
 * shortcut saves a process with many open descriptors from checking all of them at every start.
 */
export function leakedDescriptors(): readonly number[] {
	return closed ? [] : inheritedDescriptors();
}

/**
 * Closes the inherited descriptors. Only for a program that owns its process, as its first act: in a library, native code of the
 * host process may use them.
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
		// The descriptor of the directory listing is closed by now.
		return false;
	}
}

/**
 * The descriptors from 3 on that the caller of this process gave it, undefined for each that it did not give. The lowest one that was free
 * became Node's event queue, which is the first thing that Node opens.
 */
export function givenDescriptors(count: number): readonly (number | undefined)[] {
	const given = Array.from({length: count}, (_, at) => (isOpen(3 + at) ? 3 + at : undefined));
	const free = given.indexOf(undefined);
	return free === -1 ? given : given.map((fd, at) => (at < free ? fd : undefined));
}

function isOpen(fd: number): boolean {
	try {
		return readlinkSync(`/proc/self/fd/${fd}`) !== 'anon_inode:[eventpoll]';
	} catch {
		return false;
	}
}
