import {namespaceKinds} from '../../spec/model/project.ts';
import type {HostFacts} from '../facts.ts';
import type {Finding} from './finding.ts';
import {installCommand} from './install.ts';

/** A line for each kind of namespace, the overlay filesystem, the devices, and what hardens a container. */
export function kernelFindings(facts: HostFacts): readonly Finding[] {
	return [...namespaceFindings(facts), overlayFinding(facts), devicesFinding(facts), ...hardeningFindings(facts)];
}

/** Every kernel with containers in mind has these; the others came later or are left out at times. */
const usual: readonly string[] = ['mount', 'pid', 'uts', 'ipc', 'network'];

function namespaceFindings({namespaces}: HostFacts): readonly Finding[] {
	return namespaceKinds.map(kind => {
		const there = namespaces.includes(kind);
		return {
			id: `namespace.${kind}`,
			area: 'namespaces',
			subject: `${kind} namespace`,
			state: there ? 'ok' : usual.includes(kind) ? 'missing' : 'warn',
			found: there ? 'there' : 'not in this kernel',
			without: `a container shares the host's: \`namespaces: [${kind}]\` cannot be had`,
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
		found: works ? 'works in the store' : `${overlay.tmpfs ? 'works in memory only' : 'does not work'}${said}`,
		without: overlay.store
			? '`rootfs: host` keeps its changes in memory'
			: overlay.tmpfs
				? 'what a container writes is kept in memory'
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
			without: 'only containers that ask for `seccomp=unconfined` are run without a filter',
			hint: seccomp.kernel && seccomp.loader === null ? installCommand('perl', packageManager) : null,
		},
		{
			id: 'lsm',
			area: 'hardening',
			subject: 'security modules',
			state: 'ok',
			found: lsm.join(', ') || 'none that can be seen',
			without: 'nothing: they add to what a container is denied',
			hint: null,
		},
	];
}
