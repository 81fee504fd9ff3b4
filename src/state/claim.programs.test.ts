import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {realHost} from '../host/programs/real-host.ts';
import {claimName, nameInUse, releaseName} from './claim.ts';
import {containerFolder, readRecord} from './record.ts';
import {bundledDriver} from '../../test/support/driver.ts';
import {sampleRecord} from '../../test/support/sample-record.ts';

const host = realHost();
let state = '';
beforeEach(() => {
	state = mkdtempSync(join(tmpdir(), 'claim-'));
});
afterEach(() => {
	rmSync(state, {recursive: true});
});

test('a name can be claimed once, and again after its release', () => {
	const other = {...sampleRecord, owner: {pid: 2, startTime: '2'}};
	expect(claimName(host, state, sampleRecord)).toBe(true);
	expect(claimName(host, state, other)).toBe(false);
	expect(readRecord(host, containerFolder(state, 'demo'))).toEqual(sampleRecord);
	releaseName(host, state, 'demo');
	expect(claimName(host, state, other)).toBe(true);
	expect(readdirSync(join(state, 'containers'))).toEqual(['demo']);
});

test('a release removes everything stored under the name; a second release, or one of an unclaimed name, is fine', () => {
	claimName(host, state, sampleRecord);
	const folder = containerFolder(state, 'demo');
	mkdirSync(`${folder}/tools/bin`, {recursive: true});
	writeFileSync(`${folder}/tools/bin/mount`, '');
	releaseName(host, state, 'demo');
	releaseName(host, state, 'demo');
	expect(readdirSync(join(state, 'containers'))).toEqual([]);
});

test('leftovers of an earlier process with the same pid do not block a claim', () => {
	const left = join(state, 'containers', `.new-${sampleRecord.owner.pid}-demo`);
	mkdirSync(left, {recursive: true});
	writeFileSync(join(left, 'record.json'), '{');
	expect(claimName(host, state, sampleRecord)).toBe(true);
	// What was left is no part of the claim; `gc` removes it.
	expect(readdirSync(join(state, 'containers/demo'))).toEqual(['record.json']);
});

test('one of several processes that claim a name at once gets it', async () => {
	const names = Array.from({length: 40}, (_, at) => `box${at}`);
	const script = `
		import {claimName} from './claim.ts';
		import {realHost} from '../host/programs/real-host.ts';
		const record = ${JSON.stringify(sampleRecord)};
		process.stdin.once('data', () => {
			const won = ${JSON.stringify(names)}.filter(name =>
				claimName(realHost(), process.argv[2], {...record, name, owner: {pid: process.pid, startTime: '1'}}));
			console.log(JSON.stringify(won));
			process.exit();
		});
		console.log('ready');`;
	const driver = bundledDriver({folder: import.meta.dirname, text: script});
	const racers = Array.from({length: 4}, () =>
		spawn(process.execPath, [driver, state], {stdio: ['pipe', 'pipe', 'inherit']}),
	);
	const said = racers.map(racer => {
		let text = '';
		racer.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
		return () => text;
	});
	await Promise.all(racers.map(racer => once(racer.stdout, 'data')));
	for (const racer of racers) racer.stdin.write('go\n');
	await Promise.all(racers.map(racer => once(racer, 'close')));
	const won = said.flatMap(text => JSON.parse(text().replace('ready\n', '')) as string[]);
	expect(won.toSorted()).toEqual(names.toSorted());
	expect(readdirSync(join(state, 'containers')).toSorted()).toEqual(names.toSorted());
}, 30_000);

test('the error for a taken name says how to free it', () => {
	expect(nameInUse(host, state, 'demo')).toMatchObject({
		code: 'E_NAME_IN_USE',
		hint: expect.stringContaining('`down()`'),
	});
});

test("a container's files are readable by their owner only, whatever the umask", () => {
	const before = process.umask(0);
	try {
		claimName(host, state, sampleRecord);
	} finally {
		process.umask(before);
	}
	const folder = containerFolder(state, 'demo');
	const modes = [join(state, 'containers'), folder, `${folder}/record.json`].map(path => statSync(path).mode & 0o777);
	expect(modes.map(mode => mode.toString(8))).toEqual(['700', '700', '600']);
});
