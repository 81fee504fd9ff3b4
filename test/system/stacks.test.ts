import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFailed, test} from 'vitest';
import {debianFixture} from '../../fixtures/debian.ts';
import {type TestBox, testBox} from './box.ts';
import {isAble, left} from './network-stack.ts';
import {until} from './project.ts';
import {added, snapshot} from './snapshot.ts';
import {ownChecks} from './stack-own.ts';
import {type Ports, stackProject, stacksFolder, works} from './stack-project.ts';
import {type StackRow, stackRows} from './stack-rows.ts';

/* The stacks of config/examples/stacks with real servers: packages of Debian in images that are built here. */

const debian = await debianFixture();
const canBuild = isAble && 'path' in debian;

/** All packages are fetched and installed once, into the store of this box. */
let box: TestBox;

/** Waits for the answer of a stack. */
async function reached({name, reach, answers}: StackRow, ports: Ports, expected = answers): Promise<void> {
	let last = '';
	const asked = until(`${name} answers`, async () => {
		try {
			last = await reach(ports);
		} catch (error) {
			last = String(error);
		}
		return expected.test(last);
	});
	// What it said last says more than that it was waited for.
	await asked.catch(() => {});
	expect(last).toMatch(expected);
}

/** What stays by design: images and layers, the exits that `tsbox wait` tells of, and locks and folders that the first project makes. */
const kept = /^file (?:store|state\/exited|state\/(?:containers|lock|networks|networks\/\.lock|projects)$)/;

const machine = (at: TestBox): readonly string[] =>
	snapshot(at.name, box.folder, {processes: true}).filter(line => !kept.test(line));

describe.runIf(canBuild)('stacks', () => {
	beforeAll(async () => {
		box = await testBox();
		if (!('path' in debian)) throw new Error(debian.missing);
		await works(box, 'images', 'import', debian.path, 'debian:bookworm');
		await works(box, 'build', join(stacksFolder, 'images/compose.yaml'));
		// Has the packages that the Dockerfiles of stacks ask for, so that these fetch nothing.
		await works(box, 'images', 'tag', 'python:3.11', 'debian:12');
	}, 600_000);
	afterAll(async () => box[Symbol.asyncDispose]());

	test.each(stackRows)('$name', {timeout: 300_000}, async row => {
		const at = await stackProject(box, row);
		const before = machine(at.box);
		// The next stack finds the machine as this one did.
		onTestFailed(async () => void (await box.tsbox(['down', '-v', '-t', '0', at.box.name])));
		await at.up('--wait');
		await reached(row, at.ports);

		// Several of one service, beside the others.
		const began = await at.running();
		const count = (await at.containers(row.scale)).length + 2;
		await at.up('--scale', `${row.scale}=${count}`);
		expect((await at.containers(row.scale)).length).toBe(count);
		expect(await at.running()).toMatchObject(began);
		await reached(row, at.ports);
		await at.up();
		expect(await at.running()).toEqual(began);

		await at.works('restart', at.box.name, row.scale);
		const [killed] = await at.containers(row.crash);
		process.kill(killed?.pid ?? 0, 'SIGKILL');
		await until(`${row.crash} is back`, async () => {
			const [now] = await at.containers(row.crash);
			return now?.state === 'running' && now.restarts > (killed?.restarts ?? 0);
		});
		await reached(row, at.ports);
		await ownChecks[row.name]?.(at);

		// A change of one key: what it does not concern goes on as it is.
		const [old, {from, to, anew}] = [await at.running(), row.change];
		const text = readFileSync(at.file, 'utf8');
		expect(text).toContain(from);
		writeFileSync(
			at.file,
			text.replace(from, () => to),
		);
		await at.up('--wait');
		const now = await at.running();
		const changed = new Set(Object.keys(old).filter(name => now[name] !== old[name]));
		const services = (await at.containers()).filter(({name}) => changed.has(name)).map(({service}) => service);
		expect([...new Set(services)].toSorted()).toEqual(anew);
		await reached(row, at.ports, row.afterwards);

		await at.down();
		expect(left(at.box)).toEqual([]);
		expect(added(before, machine(at.box))).toEqual([]);
	});

	test('apart: who is on one network reaches nobody on the other', {timeout: 120_000}, async () => {
		const {box: at, works: run, up, containers, shell} = await stackProject(box, {name: 'apart', ports: []});
		await up();
		const nameOf = async (service: string): Promise<string> => (await containers(service))[0]?.name ?? '';
		const asks = (service: string, url: string): Promise<string> => shell(service, `curl -sS -m 3 ${url}`);
		const api = await nameOf('api');
		await until('it serves', async () => (await asks('web', 'http://api/')) === `${api}\n`);
		expect(await asks('api', 'http://store/')).toBe(`${await nameOf('store')}\n`);
		expect(await asks('web', 'http://store/')).toMatch(/^6: .*resolve/);
		const address = (await shell('store', 'hostname -I')).trim();
		expect(await asks('web', `http://${address}/`)).toMatch(/^(?:7|28): /);
		expect(await shell('store', 'ip route 2>/dev/null; cut -f 2 /proc/net/route')).not.toContain('00000000\n');
		await run('down', '-t', '0', at.name);
		expect(left(at)).toEqual([]);
	});
});
