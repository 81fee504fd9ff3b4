import type {Readable} from 'node:stream';
import type {RunningProgram} from '../host/host.ts';
import {saysKilled} from './status-pipe.ts';

/**
 * How the command ended, corrected for unshare(1) by {@link saysKilled}. Reads `status` to its end for unshare's last
 * message. Never rejects.
 */
export async function commandEnd(program: RunningProgram, status: Readable): RunningProgram['ended'] {
	let last = '';
	status.on('data', (text: string) => (last = (last + text).slice(-1000)));
	status.on('error', () => {});
	const over = new Promise<void>(resolve => void status.once('close', resolve).once('end', resolve));
	const ended = await program.ended;
	if (ended.exitCode === 1) await over;
	return ended.exitCode === 1 && saysKilled(last) ? {...ended, exitCode: undefined, signal: 'SIGKILL'} : ended;
}
