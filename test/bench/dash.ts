import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {firstFrame} from './dash-first-frame.ts';
import {leaveStatsPeers, peerShares} from './dash-peers.ts';
import {dashboard, shareOf} from './dash-screen.ts';
import {table} from './measure.ts';
import {cleanUp, rootfs, scratch, tsbox} from './scale-setup.ts';

/*
 * npm run bench:dash [CONTAINERS [SECONDS [PEERS]]]: what the dashboard costs on a machine with this many containers (50), each number over so
 * many seconds (20); what other programs that show use of containers or processes cost at the same time of the day. `none` leaves them out.
 */
const containers = Number(process.argv[2] ?? 50);
const seconds = Number(process.argv[3] ?? 20);
const withPeers = process.argv[4] !== 'none';

/** One of them prints without end when it is told to; the others sleep. */
const spec = `name: many
services:
  loud:
    rootfs: ${rootfs}
    network_mode: none
    command: [sh, -c, 'mkfifo /tmp/go; read go < /tmp/go; exec yes this is a line of a container that never stops to print']
    logging: {options: {max-size: 20m}}
  quiet:
    rootfs: ${rootfs}
    network_mode: none
    scale: ${containers - 1}
    command: [sh, -c, 'echo ready; exec sleep 100000']
`;

type Row = readonly [what: string, value: string, limit: string];

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** A dashboard of its own for each: what one leaves in memory is no part of the next. */
async function shares(): Promise<readonly Row[]> {
	await using logs = await dashboard();
	await logs.screen.shows('ready');
	const withLogs = await shareOf(logs.pid, seconds);
	await logs.screen.keys('3');
	await logs.screen.shows('the last 1 min');
	const withStats = await shareOf(logs.pid, seconds);
	const memory = logs.memory();
	await logs.screen.keys('j', 'e');
	await logs.screen.shows(/^[/~] #/m);
	const hidden = await shareOf(logs.pid, seconds);
	await logs.screen.type('exit');
	await logs.screen.keys('Enter');
	await logs.screen.shows('many-loud');
	await logs.screen.keys('k', '1');
	await logs.screen.shows('ready');
	tsbox('exec', 'many-loud', '--', 'sh', '-c', 'echo > /tmp/go');
	await logs.screen.shows('never stops');
	const flooded = await shareOf(logs.pid, seconds);
	const memoryAfter = logs.memory();
	return [
		['overview and logs, nobody prints: processor, of a core', percent(withLogs), '3 %'],
		['overview and stats', percent(withStats), '3 %'],
		['behind a shell in a container (`e`)', percent(hidden), '1 %'],
		['overview and logs while a container floods (`yes`)', percent(flooded), '–'],
		['memory (VmRSS)', `${memory.toFixed(0)} MiB`, '–'],
		['memory after the flood', `${memoryAfter.toFixed(0)} MiB`, '–'],
	];
}

writeFileSync(join(scratch, 'many.yaml'), spec);
const rows: Row[] = [];
try {
	tsbox('up', '-d', join(scratch, 'many.yaml'));
	const {dash, node} = await firstFrame(11);
	rows.push([
		'the first frame with containers, beyond `node -e 0`',
		`${(dash - node).toFixed(0)} ms (${dash.toFixed(0)} - ${node.toFixed(0)})`,
		'150 ms',
	]);
	rows.push(...(await shares()));
	tsbox('down', '-t', '0', 'many');
	if (withPeers)
		rows.push(...(await peerShares(containers, seconds)).map(([what, share]): Row => [what, percent(share), '–']));
} finally {
	await leaveStatsPeers();
	cleanUp();
}
console.log(`${containers} containers, each number over ${seconds} s\n`);
console.log(table(['what', 'measured', 'limit'], rows));
