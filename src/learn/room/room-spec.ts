import type {SpecObject} from '../../library/load.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {HostFacts} from '../../host/facts.ts';
import {rangeMapOf} from '../../host/id-map.ts';
import {labFolder} from './room-script.ts';

/**
 * What root of a room without a user namespace must not do, since it would reach beyond the room: load modules, set the clock,
 * touch hardware, read the kernel's log, and change rules of security modules.
 */
const beyondRoom = [
	'SYS_MODULE',
	'SYS_TIME',
	'SYS_BOOT',
	'SYS_RAWIO',
	'SYSLOG',
	'MAC_ADMIN',
	'MAC_OVERRIDE',
	'AUDIT_CONTROL',
	'WAKE_ALARM',
];

/** What the shell of a room knows of its surroundings. */
interface RoomSurroundings {
	/** The kind of terminal. */
	readonly term: string;
	readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The spec of a room: the machine's own files below a writable layer, all namespaces, and everything allowed that a learner
 * tries. An ordinary user, and root with subordinate ids, get a user namespace: then the kernel itself keeps the room's root
 * from the machine. There /proc has no mask, because the kernel lets a user namespace mount a proc filesystem only where it
 * sees a whole one. Root without subordinate ids gets the mask instead, and fewer capabilities.
 */
export function roomSpec(facts: HostFacts, command: readonly string[], {term, env}: RoomSurroundings): SpecObject {
	const isRoot = facts.user.uid === 0;
	const hasIds = rangeMapOf(facts) !== undefined && facts.tools.newuidmap !== null && facts.tools.newgidmap !== null;
	const mapped = !isRoot || hasIds;
	return {
		name: 'learn',
		rootfs: 'host',
		hostname: 'room',
		...(isRoot ? {userns_mode: hasIds ? 'auto' : 'host'} : {}),
		cap_add: ['ALL'],
		...(mapped ? {} : {cap_drop: beyondRoom}),
		security_opt: ['seccomp=unconfined', 'no-new-privileges:false', ...(mapped ? ['systempaths=unconfined'] : [])],
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
