import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {NamespaceKind, Service} from '../model/project.ts';
import type {Mix} from './mixes.ts';

/** Keys that `profile: bare` has no step for. */
const notBare = `
	privileged reproducible read_only keep init devices device_cgroup_rules gpus runtime landlock shm_size ulimits sysctls oom_score_adj hostname domainname
	pid ipc uts cgroup userns_mode group_add tmpfs restart healthcheck networks network_mode mac_address egress extra_hosts dns dns_search
	dns_opt secrets configs volumes_from
`
	.trim()
	.split(/\s+/);

/** Finds values that exclude each other because of `profile: bare`, or of its absence. */
export function bareMixes(service: Service): readonly Mix[] {
	const {profile, namespaces, rootfs, volumes, root, overlay, veth, origins} = service;
	if (profile !== 'bare') {
		return [...(overlay === undefined ? [] : ['overlay']), ...(veth === undefined ? [] : ['veth'])].map(key => ({
			key,
			message: `\`${key}\` belongs to \`profile: bare\``,
			hint: key === 'overlay' ? 'take it out: every other container has a writable layer' : 'take it out',
		}));
	}
	const isWritten = (key: string): boolean =>
		Object.entries(origins).some(
			([path, {kind}]) => kind !== 'default' && kind !== 'image' && (path === key || path.startsWith(`${key}.`)),
		);
	const mixes: Mix[] = [
		...notBare.filter(key => isWritten(key) && !(key === 'healthcheck' && service.healthcheck === undefined)),
		...(volumes.some(({type}) => type !== 'bind') && !isWritten('tmpfs') ? ['volumes'] : []),
	].map(key => ({
		key,
		message: `\`${key}\` and \`profile: bare\` exclude each other`,
		hint: `take out ${key === 'volumes' ? 'the volumes that are no bind mounts' : `\`${key}\``}, or \`profile: bare\``,
	}));
	const lacks = (kind: NamespaceKind) => !namespaces.includes(kind);
	if (rootfs.kind === 'host')
		mixes.push({
			key: 'rootfs',
			message: '`profile: bare` needs a root of its own',
			hint: 'write `rootfs: minimal`, or name an archive or a folder',
		});
	if (lacks('mount') && (volumes.length > 0 || overlay === true))
		mixes.push({
			key: volumes.length > 0 ? 'volumes' : 'overlay',
			message: 'it needs a mount namespace, else the mount would appear on the host',
			hint: 'add `mount` to `namespaces`',
		});
	if (!lacks('mount') && lacks('pid'))
		mixes.push({
			key: 'namespaces',
			message: 'without a pid namespace, what it starts could outlive its mounts',
			hint: 'add `pid` to `namespaces`',
		});
	if (veth !== undefined && lacks('network'))
		mixes.push({key: 'veth', message: '`veth` needs a network namespace', hint: 'add `network` to `namespaces`'});
	if (root === 'chroot' && dropsPrivileges(service))
		mixes.push({
			key: 'root',
			message: 'privileges are dropped by tools of the host, and after `chroot` there are none',
			hint: 'write `root: pivot`',
		});
	return mixes;
}

/** Whether a bare container has to drop privileges: the spec says which. */
export function dropsPrivileges({capAdd, capDrop, user, noNewPrivileges, security}: Service): boolean {
	return (
		[capAdd, capDrop].some(names => names.length > 0) ||
		user !== undefined ||
		noNewPrivileges ||
		security.seccomp.kind !== 'unconfined'
	);
}

const form = /^((?:\d{1,3}\.){3})(\d{1,3})\/30$/;

/** The last number of the other address of a /30, which has two: RFC 950. Undefined for the network's own two addresses. */
function otherEnd(last: number): number | undefined {
	return last % 4 === 1 ? last + 1 : last % 4 === 2 ? last - 1 : undefined;
}

/** Parses an address of `veth`: one of the two addresses of an IPv4 network with the prefix length 30. */
export function parseVethAddress(text: string): Parsed<string> {
	const [, front = '', last = ''] = form.exec(text) ?? [];
	const numbers = [...front.split('.').slice(0, 3), last].map(Number);
	if (front !== '' && numbers.every(number => number <= 255) && otherEnd(Number(last)) !== undefined) return good(text);
	return bad(`has ${quoted(text)}`, 'write one of the two addresses of a network of four, such as `10.9.8.2/30`');
}

/** The address of the host's end for the container's. */
export function vethPeer(address: string): string {
	return address.replace(/\d+\/30$/, text => `${otherEnd(Number.parseInt(text, 10)) ?? 0}/30`);
}
