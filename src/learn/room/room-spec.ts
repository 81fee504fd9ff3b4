import type {HostFacts} from '../../host/facts.ts';
import type {SpecObject} from '../../library/load.ts';
import {present} from '../../spec/syntax/pick.ts';
import {labFolder} from './room-script.ts';

/** Whether root of a room can make cgroups below that of the room. */
export function hasCgroups({cgroup}: Pick<HostFacts, 'cgroup'>): boolean {
	return cgroup.layout !== 'none' && (cgroup.writable || cgroup.delegated !== null);
}

/** What the shell of a room knows of its surroundings. */
interface RoomSurroundings {
	/** The kind of terminal. */
	readonly term: string;
	readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The spec of a room: the machine's own files below a writable layer, all namespaces, and everything allowed that a learner
 * tries. The user namespace keeps the room's root from the machine. /proc has no mask, because the kernel lets a user
 * namespace mount a proc filesystem only where it sees a whole one.
 */
export function roomSpec(
	{user, cgroup}: Pick<HostFacts, 'user' | 'cgroup'>,
	command: readonly string[],
	{term, env}: RoomSurroundings,
): SpecObject {
	return {
		name: 'learn',
		rootfs: 'host',
		hostname: 'room',
		...(user.uid === 0 ? {userns_mode: 'auto'} : {}),
		cap_add: ['ALL'],
		security_opt: [
			'seccomp=unconfined',
			'no-new-privileges:false',
			'systempaths=unconfined',
			...(hasCgroups({cgroup}) ? ['writable-cgroups=true'] : []),
		],
		working_dir: labFolder,
		tmpfs: [`${labFolder}:exec,suid,mode=755`],
		environment: {
			TERM: term,
			LANG: 'C.UTF-8',
			HOME: '/root',
			...present({COLORTERM: env['COLORTERM'], NO_COLOR: env['NO_COLOR']}),
		},
		command,
		stop_grace_period: '0s',
	};
}
