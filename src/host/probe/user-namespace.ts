import type {HostFacts, IdRange} from '../facts.ts';
import type {Host} from '../host.ts';

/** What stands in the way of a new user namespace, user_namespaces(7), and the caller's subordinate ids, subuid(5). */
export function readUserNamespace(host: Host, uid: number): HostFacts['userNamespace'] {
	const setting = (key: string): string | undefined => host.readText(`/proc/sys/${key}`)?.trim();
	const passwd = host.readText('/etc/passwd') ?? '';
	const user = passwd
		.split('\n')
		.find(line => line.split(':')[2] === String(uid))
		?.split(':')[0];
	const owners = [String(uid), ...(user === undefined ? [] : [user])];
	return {
		max: Number(setting('user/max_user_namespaces') ?? 0),
		unprivileged: setting('kernel/unprivileged_userns_clone') !== '0',
		apparmorRestricted: setting('kernel/apparmor_restrict_unprivileged_userns') === '1',
		subuids: idRanges(host.readText('/etc/subuid') ?? '', owners),
		subgids: idRanges(host.readText('/etc/subgid') ?? '', owners),
	};
}

/** The ranges that a subuid(5) text gives to one of the owners (a login name or a number); what is no range is left out. */
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
