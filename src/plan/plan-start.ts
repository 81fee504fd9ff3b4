import {TsboxError} from '../errors/tsbox-error.ts';
import {mapArguments} from '../host/id-map.ts';
import type {NamespaceKind} from '../spec/project.ts';
import type {Step} from '../step/step.ts';
import type {PlanInput} from './input.ts';
import type {CgroupPlan} from './plan-cgroup.ts';

/** unshare(1)'s option for each kind, and what having it to oneself means. */
const kinds: Readonly<Record<NamespaceKind, {readonly option: string; readonly meaning: string}>> = {
	mount: {option: '--mount', meaning: 'its own mounts'},
	pid: {option: '--pid', meaning: 'its own process numbers'},
	uts: {option: '--uts', meaning: 'its own hostname'},
	ipc: {option: '--ipc', meaning: 'its own shared memory and message queues'},
	network: {option: '--net', meaning: 'its own network'},
	cgroup: {option: '--cgroup', meaning: 'its own view of cgroups'},
	time: {option: '--time', meaning: 'its own clocks'},
	user: {option: '--user', meaning: 'its own user ids'},
};

/**
 * The namespaces phase: one step, because unshare(1) makes them all at once.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED for a kind that the kernel or unshare(1) lacks.
 */
export function planStart(input: PlanInput, cgroup: CgroupPlan): Step {
	const {facts, service} = input;
	const wanted = service.namespaces;
	for (const kind of wanted) {
		const {option} = kinds[kind];
		if (kind === 'user' && input.map === null)
			throw new TsboxError('E_HOST_UNSUPPORTED', 'a container of root has no ids of its own to be mapped to', {
				why: 'its root is root of the host; only a container that an ordinary user starts has a user namespace',
				hint: 'start it as an ordinary user, or take `user` out of `namespaces`',
			});
		if (!facts.namespaces.includes(kind)) {
			throw new TsboxError('E_HOST_UNSUPPORTED', `this kernel has no ${kind} namespaces`, {
				hint: `take \`${kind}\` out of \`namespaces\``,
			});
		}
		if (facts.tools.unshare?.flags.includes(option.slice(2)) !== true) {
			throw new TsboxError('E_HOST_UNSUPPORTED', `this host's unshare has no ${option}`, {
				hint: 'install util-linux 2.36 or newer',
			});
		}
	}
	const flags = wanted.filter(kind => kind !== 'user').map(kind => kinds[kind].option);
	// Propagation private: what is mounted inside must not appear on the host, whose / systemd makes shared.
	const unshare =
		wanted.length === 0
			? []
			: [...flags, '--fork', '--kill-child', ...(wanted.includes('mount') ? ['--propagation', 'private'] : [])];
	const meanings = wanted.map(kind => kinds[kind].meaning).join(', ');
	return {
		id: 'namespaces.start',
		phase: 'namespaces',
		side: 'host',
		title:
			wanted.length === 0
				? 'start the first process'
				: `start the first process in new ${wanted.join(', ')} namespaces`,
		why: `${cgroup.members.length > 0 ? 'It joins its cgroup before anything else, so that nothing it starts is outside. ' : ''}${wanted.length > 0 ? `A process in new namespaces has ${meanings}.` : 'It has no namespace of its own: it sees what every process of the host sees.'}`,
		man: wanted.length === 0 ? 'sh(1)' : 'unshare(1)',
		object: wanted.length === 0 ? 'process' : `process, ${wanted.map(kind => `${kind} namespace`).join(', ')}`,
		action: {
			kind: 'start',
			// A v1 hierarchy takes the writer alone, by `tasks`, without the wait for an RCU grace period (4 to 15 ms) that moving
			// a whole process costs: cgroup_procs_write_start in kernel/cgroup/cgroup.c. sh is a single thread: it is the same.
			cgroups: cgroup.members.map(member => `${member.path}/${member.controller === '' ? 'cgroup.procs' : 'tasks'}`),
			users: input.map === null ? [] : mapArguments(input.map),
			unshare,
			tty: input.tty,
		},
		undo: {kind: 'stop', kill: cgroup.kill},
		checks: [
			...(wanted.length > 0 ? [{kind: 'namespaces' as const, kinds: wanted}] : []),
			...(input.map === null ? [] : [{kind: 'idMap' as const, uids: input.map.uids, gids: input.map.gids}]),
			...(cgroup.members.length > 0 ? [{kind: 'cgroups' as const, members: cgroup.members}] : []),
		],
	};
}
