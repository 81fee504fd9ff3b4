/**
 * Lines of sh that learn how far the clocks of the host have come, in whole seconds: unshare(1) takes no fractions. The
 * monotonic clock stands still while a machine sleeps; only root is told of it.
 */
export const clockLines: readonly string[] = [
	'read -r boottime _ < /proc/uptime',
	'boottime=-${boottime%.*} monotonic=',
	'if [ -r /proc/timer_list ]; then',
	'	while read -r now at nanoseconds _; do',
	'		[ "$now $at" != "now at" ] || { monotonic=-${nanoseconds%?????????} && break; }',
	'	done < /proc/timer_list',
	'fi',
	': "${monotonic:=$boottime}"',
];

/** What unshare(1) is told of them, so that both begin anew: time_namespaces(7). */
const clockWords = '--monotonic "$monotonic" --boottime "$boottime"';

/** A line that runs unshare(1), with what it is told of the clocks. */
export function withClocks(line: string, {clocks}: {readonly clocks?: true}): string {
	return clocks === true ? line.replace(' --time ', ` --time ${clockWords} `) : line;
}
