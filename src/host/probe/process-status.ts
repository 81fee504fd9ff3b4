/** Parses the fields of /proc/PID/status, proc_pid_status(5): `Uid` is `0\t0\t0\t0`. */
export function statusFields(text: string): Readonly<Record<string, string>> {
	return Object.fromEntries(
		text.split('\n').flatMap(line => {
			const colon = line.indexOf(':');
			return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
		}),
	);
}

/** Parses /proc/PID/cgroup: the controllers of each hierarchy and the process's path in it; cgroups(7). */
export function processCgroups(
	text: string,
): readonly {readonly controllers: readonly string[]; readonly path: string}[] {
	return text
		.split('\n')
		.filter(line => line !== '')
		.map(line => {
			const [, controllers = '', ...path] = line.split(':');
			return {controllers: controllers.split(','), path: path.join(':')};
		});
}
