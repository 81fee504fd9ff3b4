import {cpSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {debianFixture} from '../../fixtures/debian.ts';
import {type TestBox, testBox} from './box.ts';
import {asks, bringUp, fetched, isAble, left, unusedPort} from './network-stack.ts';
import {rows, until} from './project.ts';

/* The stacks of config/examples/stacks with real servers: packages of Debian in images that are built here. */

const debian = await debianFixture();
const canBuild = isAble && 'path' in debian;

/** All packages are fetched and installed once, into the store of this box. */
let box: TestBox;

/** Puts an example in a folder that names its project, as `name` of a box is in use once. Returns the path of its file. */
function example(name: string): string {
	const folder = join(box.folder, project(name));
	cpSync(join(import.meta.dirname, '../../config/examples/stacks', name), folder, {recursive: true});
	return join(folder, 'compose.yaml');
}

const project = (name: string): string => `${box.name}${name}`;
/** The box as helpers for one project see it. */
const boxOf = (name: string): TestBox => ({...box, name: project(name)});

async function shell(container: string, script: string): Promise<string> {
	const {out, err, status} = await box.tsbox(['exec', container, '--', 'sh', '-c', script]);
	return status === 0 ? out : `${status}: ${err}`;
}

describe.runIf(canBuild)('stacks', () => {
	beforeAll(async () => {
		box = await testBox();
		if (!('path' in debian)) throw new Error(debian.missing);
		const {status, err} = await box.tsbox(['images', 'import', debian.path, 'debian:12']);
		if (status !== 0) throw new Error(err);
	});
	afterAll(async () => box[Symbol.asyncDispose]());

	test('a shop: nginx at a port of the host, an application, and PostgreSQL', {timeout: 400_000}, async () => {
		const [file, port] = [example('shop'), await unusedPort()];
		const env = {SHOP_PORT: String(port)};
		const at = boxOf('shop');
		const [proxy, db] = [`${at.name}-proxy`, `${at.name}-db`];
		const up = async (): Promise<void> => {
			expect(await box.tsbox(['up', '-d', file], {env})).toMatchObject({status: 0});
		};
		await up();
		const url = `http://localhost:${port}/`;
		const ordered = (): string => fetched('-XPOST', url).split(',')[0] ?? '';
		expect([ordered(), ordered()]).toEqual(['1 orders', '2 orders']);
		expect(fetched(url)).toMatch(/^2 orders, asked by \d/);
		// Only the application reaches the database.
		expect(await asks(at, 'app', 'telnet://db:5432')).toMatch(/^28: /);
		expect(await shell(proxy, 'getent hosts app')).toMatch(/^\d/);
		expect(await shell(proxy, 'getent hosts db')).toBe('2: ');
		const address = (await shell(db, 'hostname -I')).trim();
		const reach = `perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(PeerAddr => "${address}:5432", Timeout => 2) ? "reached" : "not reached"'`;
		expect(await shell(proxy, reach)).toBe('not reached');
		// The volume keeps what was ordered.
		expect(await box.tsbox(['down', at.name])).toMatchObject({status: 0});
		expect(left(at)).toEqual([expect.stringMatching(/\/volumes\/\w+shop_data$/)]);
		await up();
		expect(ordered()).toBe('3 orders');
		expect(await box.tsbox(['down', '-v', at.name])).toMatchObject({status: 0});
		expect(left(at)).toEqual([]);
	});

	test('a queue: workers come, go, and are killed while jobs run, and none is lost', {timeout: 400_000}, async () => {
		const file = example('queue');
		const at = boxOf('queue');
		await bringUp(at, file);
		const redis = async (words: string): Promise<string> =>
			(await shell(`${at.name}-redis`, `redis-cli --raw ${words}`)).trim();
		const jobs = 400;
		await shell(`${at.name}-redis`, `seq ${jobs} | sed 's/^/lpush jobs /' | redis-cli >/dev/null`);
		const isBelow = (count: number) => async (): Promise<boolean> => Number(await redis('llen jobs')) < count;
		await until('they work', isBelow(jobs - 20));
		await bringUp(at, file, '--scale', 'worker=8');
		await until('they work on', isBelow(Number(await redis('llen jobs')) - 20));
		expect(await box.tsbox(['kill', `${at.name}-worker-2`])).toMatchObject({status: 0});
		await bringUp(at, file, '--scale', 'worker=3');
		const working = Object.values(await rows(at, 'name')).filter(
			({service, state}) => service === 'worker' && state === 'running',
		);
		expect(working.length).toBe(3);
		await until('all is done', async () => Number(await redis('llen done')) >= jobs);
		const done = (await redis('lrange done 0 -1')).split('\n').map(line => line.split(' '));
		expect(done.map(([job]) => Number(job)).sort((a, b) => a - b)).toEqual(Array.from({length: jobs}, (_, i) => i + 1));
		expect(new Set(done.map(([, worker]) => worker)).size).toBeGreaterThanOrEqual(8);
		await box.tsbox(['down', at.name]);
		expect(left(at)).toEqual([]);
	});

	test('two networks: who is on one reaches nobody on the other', {timeout: 400_000}, async () => {
		const at = boxOf('apart');
		await bringUp(at, example('apart'));
		await until('it serves', async () => (await asks(at, 'web', 'http://api/')) === `${at.name}-api\n`);
		expect(await asks(at, 'api', 'http://store/')).toBe(`${at.name}-store\n`);
		expect(await asks(at, 'web', 'http://store/')).toMatch(/^6: .*resolve/);
		const address = (await shell(`${at.name}-store`, 'hostname -I')).trim();
		expect(await asks(at, 'web', `http://${address}/`)).toMatch(/^(?:7|28): /);
		expect(await shell(`${at.name}-store`, 'ip route 2>/dev/null; cut -f 2 /proc/net/route')).not.toContain(
			'00000000\n',
		);
		await box.tsbox(['down', '-t', '0', at.name]);
		expect(left(at)).toEqual([]);
	});
});
