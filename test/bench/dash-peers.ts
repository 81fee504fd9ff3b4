import {setTimeout as delay} from 'node:timers/promises';
import {tmuxScreen} from '../tui/tmux.ts';
import {pidsOf, processorTime} from './kept-memory.ts';
import {leavePeers, peers, removeAll, runningOf} from './scale-peers.ts';
import {eightAtOnce} from './scale-setup.ts';

/** The part of a core that a program on a terminal uses, with those that work for it. */
async function share(
	line: string,
	seconds: number,
	shows: RegExp,
	serves: (words: string) => boolean,
): Promise<number> {
	await using screen = await tmuxScreen(`exec ${line}`, {columns: 160, rows: 50, env: {TERM: 'xterm-256color'}});
	await screen.shows(shows);
	await delay(4000);
	const pids = [await screen.pid(), ...pidsOf(serves)];
	const used = (): number => pids.reduce((sum, pid) => sum + processorTime(pid, true), 0);
	const [begun, before] = [performance.now(), used()];
	await delay(seconds * 1000);
	return ((used() - before) * 1000) / (performance.now() - begun);
}

/** What other programs that show use cost: `stats` of the engines that are installed with as many containers, and top(1). */
export async function peerShares(
	containers: number,
	seconds: number,
): Promise<readonly (readonly [what: string, share: number])[]> {
	const rows: (readonly [string, number])[] = [
		['`top -d 1`', await share('top -d 1', seconds, /load average/, () => false)],
	];
	for (const peer of peers) {
		eightAtOnce(containers, `${peer.run} -d ${peer.image} sleep 100000 >/dev/null 2>&1`);
		const shown = await share(`${peer.client} stats`, seconds, /\d\.\d\d%/, peer.servesAll);
		if (runningOf(peer) === containers)
			rows.push([`\`${peer.name} stats\`${peer.name === 'docker' ? ', its engine too' : ''}`, shown]);
		removeAll(peer);
	}
	return rows;
}

/** Takes away what is left of theirs. */
export const leaveStatsPeers = leavePeers;
