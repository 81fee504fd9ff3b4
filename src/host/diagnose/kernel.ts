import {namespaceKinds} from '../../spec/model/project.ts';
import type {HostFacts} from '../facts.ts';
import type {Finding} from './finding.ts';
import {installCommand} from './install.ts';

/** Findings about namespaces, the overlay filesystem, devices, and hardening. */
export function kernelFindings(facts: HostFacts): readonly Finding[] {
	return [...namespaceFindings(facts), overlayFinding(facts), devicesFinding(facts), ...hardeningFindings(facts)];
}

/** Namespaces that every kernel for containers has. The others are newer or sometimes left out. */
const usual: readonly string[] = ['mount', 'pid', 'uts', 'ipc', 'network'];

function namespaceFindings({namespaces}: HostFacts): readonly Finding[] {
	return namespaceKinds.map(kind => {
		const there = namespaces.includes(kind);
		return {
			id: `namespace.${kind}`,
			area: 'namespaces',
			subject: `${kind} namespace`,
			state: there ? 'ok' : usual.includes(kind) ? 'missing' : 'warn',
			found: there ? 'available' : 'not in this kernel',
			without: `containers share the host's ${kind} namespace: \`namespaces: [${kind}]\` is not possible`,
			hint: null,
		};
	});
}

function overlayFinding({overlay}: HostFacts): Finding {
	const said = overlay.why === null ? '' : `: ${overlay.why}`;
	const works = overlay.store && overlay.hostLower;
	return {
		id: 'overlay',
		area: 'filesystems',
		subject: 'overlay filesystem',
		state: works ? 'ok' : 'warn',
		found: works ? 'works in the store' : `${overlay.tmpfs ? 'works only in memory' : 'does not work'}${said}`,
		without: overlay.store
			? '`rootfs: host` keeps changes in memory'
			: overlay.tmpfs
				? 'the writable layer of a container is in memory'
				: 'each start copies the whole root filesystem, and `rootfs: host` cannot be used',
		hint: overlay.tmpfs ? null : 'modprobe overlay',
	};
}

function devicesFinding({devices}: HostFacts): Finding {
	const there = devices.includes('/dev/null');
	return {
		id: 'devices',
		area: 'filesystems',
		subject: 'devices',
		state: there ? 'ok' : 'missing',
		found: devices.map(path => path.replace('/dev/', '')).join(', ') || 'none',
		without: 'a container has no /dev/null, which most programs need',
		hint: there ? null : 'mount -t devtmpfs devtmpfs /dev',
	};
}

function hardeningFindings({seccomp, lsm, packageManager}: HostFacts): readonly Finding[] {
	const loader = seccomp.loader === null ? 'no loader: neither setpriv --seccomp-filter nor perl' : seccomp.loader;
	return [
		{
			id: 'seccomp',
			area: 'hardening',
			subject: 'system call filter',
			state: seccomp.kernel && seccomp.loader !== null ? 'ok' : 'warn',
			found: seccomp.kernel ? loader : 'not in this kernel',
			without: 'only containers with `seccomp=unconfined` can run',
			hint: seccomp.kernel && seccomp.loader === null ? installCommand('perl', packageManager) : null,
		},
		{
			id: 'lsm',
			area: 'hardening',
			subject: 'security modules',
			state: 'ok',
			found: lsm.join(', ') || 'none visible',
			without: 'nothing: security modules only add restrictions',
			hint: null,
		},
	];
}
