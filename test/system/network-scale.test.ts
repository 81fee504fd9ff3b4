import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {tableOf} from '../../src/plan/network/nft-text.ts';
import {hostsFile} from '../../src/state/network-names.ts';
import {containerFolder} from '../../src/state/record.ts';
import {testBox} from './box.ts';
import {bringUp, fetched, isAble, left, serves, sleeps, stack} from './network-stack.ts';
import {until} from './until.ts';

/* Many containers on one network, and many ports. */

/** The first of as many ports in a row that nobody has now. */
async function portsInRow(count: number): Promise<number> {
	for (let first = 20_000; first < 30_000; first += count) {
		const taken = await Promise.all(Array.from({length: count}, async (_, at) => isTaken(first + at)));
		if (!taken.includes(true)) return first;
	}
	throw new Error('no ports are free');
}

async function isTaken(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const server = createServer();
		server.once('error', () => resolve(true));
		server.listen(port, '0.0.0.0', () => server.close(() => resolve(false)));
	});
}

describe.runIf(isAble)('many', () => {
	test('fifty containers that start at once find each other', async () => {
		await using box = await testBox();
		const spec = stack(box, {job: sleeps, web: `${serves}scale: 50\n`}, 'networks: {default: {}}\n');
		await bringUp(box, spec);
		const leases = readdirSync(join(box.folder, `state/networks/${box.name}_default/leases`));
		expect(leases.length).toBe(51);
		// Each of fifty answers by its own name, and has all others in its file.
		const names = Array.from({length: 50}, (_, at) => `${box.name}-web-${at + 1}`);
		const script = `for name in ${names.join(' ')}; do curl -sS -m 5 --retry 9 --retry-connrefused http://$name/; done`;
		const {out} = await box.tsbox(['exec', `${box.name}-job-1`, '--', 'sh', '-c', script]);
		expect(out.split('\n').slice(0, -1)).toEqual(names);
		const known = names.map(name => join(containerFolder(join(box.folder, 'state'), name), hostsFile));
		expect(new Set(known.map(path => readFileSync(path, 'utf8').match(/ web /g)?.length))).toEqual(new Set([50]));
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});

	test('two hundred ports are published, and taken back', async () => {
		await using box = await testBox();
		const first = await portsInRow(200);
		const range = `ports: ["${first}-${first + 199}:1000-1199"]\n`;
		// Port 80 is not published: what answers listens at the first, the middle, and the last.
		const listens = [1000, 1100, 1199].map(port => `busybox httpd -f -p ${port} -h /tmp/w &`).join(' ');
		const command = `command: [sh, -c, "mkdir /tmp/w; hostname > /tmp/w/index.html; ${listens} wait"]\n`;
		const spec = stack(box, {web: `${command}${range}`});
		await bringUp(box, spec);
		for (const port of [first, first + 100, first + 199])
			await until(`port ${port} answers`, () => {
				try {
					return fetched(`http://localhost:${port}/`) === `${box.name}-web-1\n`;
				} catch {
					return false;
				}
			});
		const [family = '', table = ''] = tableOf(join(box.folder, 'state')).split(' ');
		const map = execFileSync('nft', ['list', 'map', family, table, 'ports4'], {encoding: 'utf8'});
		expect(map.match(/ \. \d+ : /g)?.length).toBe(200);
		await box.tsbox(['down', '-t', '0', box.name]);
		expect(left(box)).toEqual([]);
	});
});
