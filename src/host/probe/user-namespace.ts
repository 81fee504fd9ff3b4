import type {HostFacts, IdRange} from '../facts.ts';
import type {Host} from '../host.ts';

/** The sysctls that may forbid user namespaces, user_namespaces(7), and the caller's subordinate ids, subuid(5). */
export function readUserNamespace(host: Host, uid: number): HostFacts['userNamespace'] {
	const setting = (key: string): string | undefined => host.readText(`/proc/sys/${key}`)?.trim();
	const passwd = host.readText('/etc/passwd') ?? '';
	const user = passwd
		.split('\n')
		.find(line => line.split(':')[2] === String(uid))
		?.split(':')[0];
	const owners = [String(uid), ...(user === undefined ? [] : [user])];
	const subuid = host.readText('/etc/subuid') ?? '';
	const subuids = idRanges(subuid, owners);
	return {
		max: Number(setting('user/max_user_namespaces') ?? 0),
		unprivileged: setting('kernel/unprivileged_userns_clone') !== '0',
		apparmorRestricted: setting('kernel/apparmor_restrict_unprivileged_userns') === '1',
		sharers: sharers(subuids[0], subuid, passwd, owners),
		subuids,
		subgids: idRanges(host.readText('/etc/subgid') ?? '', owners),
	};
}

/** The ranges that a subuid(5) text gives to one of the owners (a login name or a uid). Skips malformed lines. */
export function idRanges(text: string, owners: readonly string[]): readonly IdRange[] {
	return text
		.split('\n')
		.map(line => line.split(':'))
		.filter(
			([owner = '', start = '', count = '']) => owners.includes(owner) && /^\d+$/.test(start) && /^\d+$/.test(count),
		)
		.map(([, start, count]) => ({start: Number(start), count: Number(count)}))
		.filter(({count}) => count > 0);
}

/** Other users with an id in the range. They could access the container's files, and the container theirs. */
function sharers(
	range: IdRange | undefined,
	subuid: string,
	passwd: string,
	owners: readonly string[],
): readonly string[] {
	if (range === undefined) return [];
	const overlaps = ({start, count}: IdRange): boolean =>
		start < range.start + range.count && range.start < start + count;
	const others = subuid.split('\n').map(line => line.split(':')[0] ?? '');
	const delegated = others.filter(name => !owners.includes(name) && idRanges(subuid, [name]).some(overlaps));
	const accounts = passwd
		.split('\n')
		.map(line => line.split(':'))
		.filter(([, , id = '']) => /^\d+$/.test(id) && overlaps({start: Number(id), count: 1}))
		.map(([name = '']) => name);
	return [...new Set([...delegated, ...accounts])].sort();
}
