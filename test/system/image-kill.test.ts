import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {imageFacts} from '../../src/image/store/facts-of.ts';
import {readRecord} from '../../src/image/store/record.ts';
import {sweepStore} from '../../src/image/store/sweep.ts';
import {bundledDriver} from '../support/driver.ts';
import {type TestStore, testStore} from './image-store.ts';

const root = process.getuid?.() === 0;

let at: TestStore;
beforeEach(async () => {
	at = await testStore();
});
afterEach(() => at.remove());

/** A process that does nothing but unpack, and tells when it starts to. */
const program = bundledDriver({
	folder: import.meta.dirname,
	text: `
import {realHost} from '../../src/host/programs/real-host.ts';
import {unpack} from '../../src/image/unpack/unpack.ts';
const {store, facts, image} = JSON.parse(process.argv[2]);
console.log('starts');
await unpack(realHost(), facts, store, image);
`,
});

test.skipIf(!root)('a kill at any time leaves the whole image or none, and a sweep removes the rest', async () => {
	const {host, store, facts, folder} = at;
	const archive = `${folder}/a.tar.gz`;
	const packed = await host.run([
		'sh',
		'-euc',
		'cd "$1"; mkdir src; cp -a /usr/share/perl src; tar -cf - -C src . | gzip -1 >a.tar.gz; tar -tf a.tar.gz | tail -n 1',
		'sh',
		folder,
	]);
	expect(packed).toMatchObject({exitCode: 0});
	const last = packed.stdout.trim();
	const image = await imageFacts(host, store, {kind: 'archive', path: archive});
	if (image.kind !== 'archive') throw new TypeError('no archive');

	const start = async () => {
		const words = [program, JSON.stringify({store, facts, image})];
		const child = spawn(process.execPath, words, {stdio: ['ignore', 'pipe', 'inherit']});
		const ends = once(child, 'exit').then(([status]) => Promise.reject(new Error(`it ended at once with ${status}`)));
		// When it begins, its end is awaited below.
		ends.catch(() => {});
		await Promise.race([once(child.stdout, 'data'), ends]);
		return child;
	};

	const begin = performance.now();
	const whole = await start();
	const at0 = performance.now();
	const [status] = await once(whole, 'exit');
	expect(status, `after ${performance.now() - begin} ms`).toBe(0);
	const duration = performance.now() - at0;

	let killedEarly = 0;
	for (let part = 0; part <= 10; part++) {
		await host.run(['rm', '-rf', `${store}/images`]);
		const child = await start();
		// The moment is what is tried out here, so a clock it is: every tenth of the time that a whole unpack took.
		const timer = setTimeout(() => child.kill('SIGKILL'), (duration * part) / 10);
		await once(child, 'exit');
		clearTimeout(timer);
		const stored = readRecord(host, store, image) !== undefined;
		if (!stored) killedEarly++;
		// The last file that the archive holds, and all else that makes an image, or nothing.
		expect(host.lstat(`${image.path}/${last}`) !== undefined).toBe(stored);
		await sweepStore(host, facts, store);
		expect(at.contents()).toMatchObject({images: {length: stored ? 1 : 0}, tmp: []});
	}
	// The first kill comes at once; how many more are early depends on what else the machine does.
	expect(killedEarly).toBeGreaterThan(0);
	const mounts = host.readText('/proc/self/mountinfo');
	expect(mounts).not.toContain(folder);
});
