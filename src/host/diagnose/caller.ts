import type {HostFacts, IdRange} from '../facts.ts';
import type {Finding} from './finding.ts';
import {installCommand} from './install.ts';

/** Findings about the user who runs tsbox, and whether that user can create containers. */
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
		without: 'namespaces, mounts, and cgroups cannot be created',
		hint: null,
	};
}

/** Unprivileged users create everything in a user namespace, so they need one. */
function ordinaryFinding({user, namespaces, userNamespace, overlay}: HostFacts): Who {
	const {max, unprivileged, apparmorRestricted} = userNamespace;
	// An AppArmor profile may still allow unshare(1). The overlay trial shows it, because it needs a user namespace.
	const forbidden = apparmorRestricted && !overlay.tmpfs;
	const able = namespaces.includes('user') && max !== 0 && unprivileged && !forbidden;
	return {
		state: able ? 'warn' : 'missing',
		found: `user ${user.uid}, ${able ? 'rootless' : 'cannot create user namespaces'}`,
		without: able
			? 'containers run in a user namespace: no limits, `pause`, or `update` unless systemd delegates a cgroup v2; containers, images, and volumes of root are out of reach'
			: 'namespaces, mounts, and cgroups cannot be created',
		hint: 'sudo tsbox doctor',
	};
}

/** Ubuntu 23.10 and later allow user namespaces only to programs whose AppArmor profile says so. */
function appArmorFindings({userNamespace, tools}: HostFacts): readonly Finding[] {
	if (!userNamespace.apparmorRestricted) return [];
	return [
		{
			id: 'userns.apparmor',
			area: 'caller',
			subject: 'AppArmor and user namespaces',
			state: 'warn',
			found: 'kernel.apparmor_restrict_unprivileged_userns = 1',
			without: 'only root can create user namespaces',
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
	const without = 'containers cannot have their own users (`namespaces: [user]`)';
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
	const isRoot = user.uid === 0;
	const own = users > 0 && groups > 0;
	const ranges: Finding = {
		id: 'userns.ranges',
		area: 'caller',
		subject: 'subordinate ids',
		state: isRoot || (mapped && own) ? 'ok' : 'warn',
		found:
			isRoot && !own
				? 'none of root, so 65536 that systemd reserves for containers'
				: `${users} users, ${groups} groups`,
		without: 'a user namespace has a single user',
		hint: null,
	};
	if (ranges.state === 'ok') return [limit, ranges, ...sharedFindings(userNamespace.sharers)];
	const add = `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$(id -nu ${user.uid})"`;
	return [limit, {...ranges, hint: mapped ? add : installCommand('newuidmap', packageManager)}];
}

/** Subordinate ids that two users share do not isolate them from each other. */
function sharedFindings(sharers: readonly string[]): readonly Finding[] {
	if (sharers.length === 0) return [];
	return [
		{
			id: 'userns.shared',
			area: 'caller',
			subject: 'shared subordinate ids',
			state: 'warn',
			found: `${sharers.join(', ')} ${sharers.length === 1 ? 'shares' : 'share'} some of these ids`,
			without: "those users own the containers' files, and the containers own theirs",
			hint: 'give each user its own range in /etc/subuid and /etc/subgid',
		},
	];
}
