import {errnoOf} from '../../host/errno.ts';
import type {Host} from '../../host/host.ts';
import {readSnapshot} from '../../kernel/snapshot.ts';

/** Controllers that the lessons use. */
const used = ['memory', 'pids'];
/** Rounds in which processes that were started meanwhile are moved as well. */
const rounds = 20;

/**
 * Moves the processes of a room into a cgroup `room` below that of the room, and hands controllers down. In the unified
 * hierarchy only a cgroup without processes may do that (cgroup-v2.rst, "No Internal Process Constraint"). It is done from
 * outside, because a process of the room's cgroup is not in its pid namespace.
 */
export function divideCgroup(host: Host, pid: number): void {
	const snapshot = readSnapshot(host, pid);
	const own = snapshot?.cgroups.find(({controller}) => controller === '')?.folder;
	if (snapshot === undefined || own === undefined) return;
	// Only the lessons about limits depend on it.
	unlessRefused(() => {
		const controllers = used.filter(name => host.readText(`${own}/cgroup.controllers`)?.split(/\s+/).includes(name));
		if (controllers.length === 0) return;
		const room = `${own}/room`;
		host.mkdir(room, 0o755);
		const {uid, gid} = snapshot.ids;
		for (const path of [room, `${room}/cgroup.procs`, `${room}/cgroup.threads`]) host.chown(path, uid, gid);
		for (let round = 0; round < rounds; round += 1) {
			const processes = (host.readText(`${own}/cgroup.procs`) ?? '').split('\n').filter(line => line !== '');
			if (processes.length === 0) break;
			// One may have ended meanwhile.
			for (const process of processes) unlessRefused(() => host.writeKernelFile(`${room}/cgroup.procs`, process));
		}
		host.writeKernelFile(`${own}/cgroup.subtree_control`, controllers.map(name => `+${name}`).join(' '));
	});
}

function unlessRefused(act: () => void): void {
	try {
		act();
	} catch (error) {
		if (errnoOf(error) === undefined) throw error;
	}
}
