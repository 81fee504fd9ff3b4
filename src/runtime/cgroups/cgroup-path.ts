import {posix} from 'node:path';
import type {Machine} from '../../container/machine/machine.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {isHostRoot} from '../../host/host-root.ts';
import type {SystemdScope} from '../../oci/extras.ts';

/** The control group that those without `linux.cgroupsPath` are in, by their id, as far as tsbox has one container of it. */
const ownParent = '/tsbox-oci';

/** Where a container's control group is. */
export interface CgroupPlace {
	/** From the root of the hierarchy. */
	readonly path: string;
	/** The unit that systemd is asked to make there; without one it is a folder. */
	readonly scope?: SystemdScope;
}

/**
 * The control group of a container. With `--systemd-cgroup` it is a scope of systemd, which `linux.cgroupsPath` names as `slice:prefix:name`;
 * systemd.slice(5) says where the folder of a slice is.
 *
 * @param asked - `linux.cgroupsPath`
 * @param name - the container's name for tsbox
 * @throws TsboxError E_SPEC_INVALID, E_HOST_UNSUPPORTED.
 */
export function cgroupPlace(
	machine: Machine,
	asked: string,
	{name, id, systemd}: {readonly name: string; readonly id: string; readonly systemd: boolean},
): CgroupPlace {
	if (!systemd)
		return {path: asked === '' ? `${ownParent}/${name === `oci-${id}` ? id : name}` : posix.resolve('/', asked)};
	const words = (asked === '' ? `:tsbox:${id}` : asked).split(':');
	const [slice = '', prefix = '', unit = ''] = words;
	if (words.length !== 3 || unit === '' || words.some(word => !/^[A-Za-z0-9_.@\\-]*$/.test(word)))
		throw new TsboxError('E_SPEC_INVALID', `linux.cgroupsPath is ${asked}`, {
			why: 'with --systemd-cgroup it names a scope of systemd as `slice:prefix:name`',
			hint: 'leave --systemd-cgroup out for the path of a folder',
		});
	if (unit.endsWith('.slice'))
		throw new TsboxError('E_HOST_UNSUPPORTED', `linux.cgroupsPath names the slice ${unit} as the container's own`, {
			why: 'a slice of systemd has no processes',
			hint: 'name the slice first: `slice:prefix:name`',
		});
	const {host, facts} = machine;
	if (host.stat('/run/systemd/system') === undefined)
		throw new TsboxError('E_HOST_UNSUPPORTED', '--systemd-cgroup needs systemd', {
			why: 'this host was not started by it',
			hint: 'leave it out: `"exec-opts": ["native.cgroupdriver=cgroupfs"]` in daemon.json, `--cgroup-manager cgroupfs` of Podman',
		});
	const user = isHostRoot(host, facts.user.uid) ? undefined : managerOf(machine);
	const scope = {
		slice: slice === '' ? (user === undefined ? 'system.slice' : 'user.slice') : slice,
		unit: `${prefix === '' ? '' : `${prefix}-`}${unit}.scope`,
		...(user === undefined ? {} : {ofUser: user.runtimeFolder, controllers: user.controllers}),
	};
	const parts = scope.slice.replace(/\.slice$/, '').split('-');
	const slices = scope.slice === '-.slice' ? [] : parts.map((_, at) => `${parts.slice(0, at + 1).join('-')}.slice`);
	return {path: posix.resolve('/', user?.path ?? '', ...slices, scope.unit), scope};
}

/** The systemd that runs for this user: its control group, as `/user.slice/user-1000.slice/user@1000.service`, and where it listens, and what it may limit. */
function managerOf({host, env, facts}: Machine): {
	readonly path: string;
	readonly runtimeFolder: string;
	readonly controllers: readonly string[];
} {
	const own = host.readText('/proc/self/cgroup') ?? '';
	const [, path, uid] = /^0::(\/(?:[^\n]*\/)?user@(\d+)\.service)(?:\/|$)/m.exec(own) ?? [];
	if (path !== undefined) {
		const given = host.readText(`${facts.cgroup.unified ?? ''}${path}/cgroup.controllers`) ?? '';
		const controllers = given.split(/\s+/).filter(Boolean);
		return {path, runtimeFolder: env?.['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}`, controllers};
	}
	throw new TsboxError('E_HOST_UNSUPPORTED', 'systemd cannot make a control group for this user', {
		why: 'this process is in none of the control groups of version 2 below user@.service, and only root moves it there',
		hint: 'start it by `systemd-run --user --scope -- ...`',
	});
}
