import type {Writable} from 'node:stream';
import {leaveGroup} from '../../container/machine/leave-group.ts';
import {startWords} from '../../host/programs/start-words.ts';
import type {Machine} from '../../container/machine/machine.ts';

/**
 * Sees to it that nothing is left when this process is killed with SIGKILL: a shell waits for the end of this process, and runs
 * `tsbox gc` unless it was told that all is well. A container's own guard only ends its processes.
 *
 * @param program - the path of the tsbox program
 * @returns a function that tells that nothing is left
 */
export function cleanAfter(machine: Machine, program: string): () => void {
	const {host, dirs, facts} = machine;
	// The shell stays in the cgroup where it starts, and one with processes hands no controllers to that of a room.
	leaveGroup(machine);
	const clean = [...startWords(program), '--store', dirs.store, '--state', dirs.state, 'gc'];
	const script = 'trap \'\' HUP INT QUIT TERM; read -r word || exec "$@"';
	const {pipes} = host.start([facts.tools.sh?.path ?? '/bin/sh', '-c', script, 'sh', ...clean], {
		stdio: ['pipe', 'ignore', 'ignore'],
	});
	const [end] = pipes as readonly [Writable | undefined];
	end?.on('error', () => {});
	return () => void end?.end('done\n');
}
