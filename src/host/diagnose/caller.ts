import type {HostFacts, IdRange} from '../facts.ts';
import type {Finding} from './finding.ts';
import {installCommand} from './install.ts';

/** Who runs tsbox, and may that user make containers. */
export function callerFindings(facts: HostFacts): readonly Finding[] {
	const who = facts.user.uid === 0 ? rootFinding(facts) : ordinaryFinding(facts);
	return [
		...appArmorFindings(facts),
		{id: 'caller', area: 'caller', subject: 'the user', ...who},
		...userNamespaceFindings(facts),
	];
}

type Who = Pick<Finding, 'state' | 'found' | 'without' | 'hint'>;

function rootFinding({user}: HostFacts): Who {
	const admin = user.capabilities.includes('CAP_SYS_ADMIN');
	return {
		state: admin ? 'ok' : 'missing',
		found: admin ? 'root' : 'root, without CAP_SYS_ADMIN',
		without: 'namespaces, mounts and cgroups cannot be made',
		hint: null,
	};
}

/** A user other than root makes everything in a user namespace, and nothing where there can be none. */
function ordinaryFinding({user, namespaces, userNamespace, overlay}: HostFacts): Who {
	const {max, unprivileged, apparmorRestricted} = userNamespace;
	// Where a profile lets unshare(1) make one nevertheless, an overlay could be tried in it.
	const forbidden = apparmorRestricted && !overlay.tmpfs;
	const able = namespaces.includes('user') && max !== 0 && unprivileged && !forbidden;
	return {
		state: able ? 'warn' : 'missing',
		found: `user ${user.uid}, ${able ? 'rootless' : 'who can make no user namespace'}`,
		without: able
			? 'containers run in a user namespace: no limits, `pause` or `update` unless systemd delegates a cgroup v2, and no container, image or volume of root'
			: 'namespaces, mounts and cgroups cannot be made',
		hint: 'sudo tsbox doctor',
	};
}

/** Ubuntu 23.10 and later let only programs with an AppArmor profile that says so make user namespaces. */
function appArmorFindings({userNamespace, tools}: HostFacts): readonly Finding[] {
	if (!userNamespace.apparmorRestricted) return [];
	return [
		{
			id: 'userns.apparmor',
			area: 'caller',
			subject: 'AppArmor and user namespaces',
			state: 'warn',
			found: 'kernel.apparmor_restrict_unprivileged_userns = 1',
			without: 'a user other than root cannot make a user namespace',
			hint: appArmorProfile(tools.unshare?.path ?? '/usr/bin/unshare'),
		},
	];
}

function appArmorProfile(unshare: string): string {
	return `cat > /etc/apparmor.d/tsbox-unshare <<'END' && apparmor_parser --replace /etc/apparmor.d/tsbox-unshare
abi <abi/4.0>,
include <tunables/global>

profile tsbox-unshare ${unshare} flags=(unconfined) {
  userns,
  include if exists <local/tsbox-unshare>
}
END`;
}

function userNamespaceFindings({
	namespaces,
	userNamespace,
	user,
	tools,
	packageManager,
}: HostFacts): readonly Finding[] {
	if (!namespaces.includes('user')) return [];
	const {max, unprivileged, subuids, subgids} = userNamespace;
	const without = 'a container cannot have users of its own (`namespaces: [user]`)';
	const closed = max === 0 || (user.uid !== 0 && !unprivileged);
	const limit: Finding = {
		id: 'userns.max',
		area: 'caller',
		subject: 'user namespaces',
		state: closed ? 'warn' : 'ok',
		found: closed ? 'turned off' : `up to ${max}`,
		without,
		hint: closed
			? `sysctl -w ${max === 0 ? 'user.max_user_namespaces=15000' : 'kernel.unprivileged_userns_clone=1'}`
			: null,
	};
	const sum = (ranges: readonly IdRange[]): number => ranges.reduce((all, {count}) => all + count, 0);
	const [users, groups] = [sum(subuids), sum(subgids)];
	const mapped = tools.newuidmap !== null && tools.newgidmap !== null;
	const ranges: Finding = {
		id: 'userns.ranges',
		area: 'caller',
		subject: 'subordinate ids',
		state: mapped && users > 0 && groups > 0 ? 'ok' : 'warn',
		found: `${users} users, ${groups} groups`,
		without:
			user.uid === 0
				? 'root can give containers no users of their own (`userns_mode: auto`)'
				: 'a user namespace can hold one user only',
		hint: null,
	};
	if (ranges.state === 'ok') return [limit, ranges, ...sharedFindings(userNamespace.sharers)];
	const name = user.uid === 0 ? 'root' : `"$(id -nu ${user.uid})"`;
	const add = `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${name}`;
	return [limit, {...ranges, hint: mapped ? add : installCommand('newuidmap', packageManager)}];
}

/** Ids that two have are no boundary between them. */
function sharedFindings(sharers: readonly string[]): readonly Finding[] {
	if (sharers.length === 0) return [];
	return [
		{
			id: 'userns.shared',
			area: 'caller',
			subject: 'subordinate ids of others',
			state: 'warn',
			found: `${sharers.join(', ')} ${sharers.length === 1 ? 'has' : 'have'} some of the same`,
			without: 'what a container owns belongs to them too, and theirs to the container',
			hint: 'give each a range of its own in /etc/subuid and /etc/subgid',
		},
	];
}
