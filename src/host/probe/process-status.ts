/** The fields of a /proc/PID/status text, proc_pid_status(5): `Uid` is `0\t0\t0\t0`. */
export function statusFields(text: string): Readonly<Record<string, string>> {
	return Object.fromEntries(
		text.split('\n').flatMap(line => {
			const colon = line.indexOf(':');
			return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
		}),
	);
}
