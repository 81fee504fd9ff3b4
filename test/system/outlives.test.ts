import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {bundledDriver} from '../support/driver.ts';
import {type TestBox, testBox} from './box.ts';
import {processesOf} from './leftovers.ts';

const driver = bundledDriver(join(import.meta.dirname, 'die-with-boxes.ts'));
const patience = {timeout: 20_000, interval: 20};

/** Runs the program that ends this way while its containers run; gives its exit status or its signal. */
async function die(box: TestBox, way: string): Promise<unknown> {
	const words = [driver, box.folder, `${box.name}-${way}`, box.rootfs, way];
	const child = spawn(process.execPath, words, {stdio: 'ignore'});
	const [status, signal] = (await once(child, 'exit')) as [number | null, string | null];
	return signal ?? status;
}

async function allEnd(box: TestBox): Promise<void> {
	await vi.waitFor(() => expect(processesOf(box.name, box.folder)).toEqual([]), patience);
}

test('nothing that a program started goes on when that ends, in whichever way', async () => {
	await using box = await testBox();
	const ways = {
		exit: 3,
		throw: 1,
		reject: 1,
		abort: 'SIGABRT',
		handler: 4,
		SIGINT: 'SIGINT',
		SIGTERM: 'SIGTERM',
		SIGHUP: 'SIGHUP',
		SIGKILL: 'SIGKILL',
	};
	const ends = Object.keys(ways).map(async way => [way, await die(box, way)] as const);
	expect(Object.fromEntries(await Promise.all(ends))).toEqual(ways);
	await allEnd(box);
	await box.tsbox(['gc']);
	expect(box.leftovers()).toEqual([]);
}, 300_000);

test('what is to be kept goes on without its program, for its time, and is found and ended', async () => {
	await using box = await testBox();
	expect(await die(box, 'keep')).toBe('SIGKILL');
	const running = async (): Promise<readonly string[]> => {
		await box.tsbox(['gc']);
		return (await box.tsbox(['ps', '-q'])).out.split('\n').filter(name => name !== '');
	};
	const kept = `${box.name}-keep-up`;
	// Its time counts from when its command began, before the program ended.
	await vi.waitFor(async () => expect(await running()).toEqual([kept]), patience);
	expect(await box.tsbox(['exec', kept, 'echo', 'there'])).toMatchObject({out: 'there\n'});
	expect(await box.tsbox(['down', '-t', '0', kept])).toMatchObject({status: 0});
	expect(box.leftovers()).toEqual([]);
});

test.each([
	['with all namespaces', ''],
	['as another user, whose change clears what the kernel was asked for its death', 'user: "1000:1000"\n'],
	['with no namespace of its own', 'root: chroot\nnamespaces: []\n'],
	['with a user namespace', 'userns_mode: auto\n'],
])('a container %s ends when its tsbox is killed', async (_, text) => {
	await using box = await testBox();
	const up = box.start(['up', box.spec(`${text}command: [sh, -c, "echo up; sleep 1000 & wait"]\n`)]);
	await up.says('up\n');
	up.child.kill('SIGKILL');
	await allEnd(box);
	await box.tsbox(['gc']);
	expect(box.leftovers()).toEqual([]);
});

test('a container of an ordinary user, who has no cgroup, ends when its tsbox is killed', async () => {
	await using box = await testBox({uid: 61_235, gid: 61_235});
	const up = box.start(['up', box.spec('command: [sh, -c, "echo up; sleep 1000 & wait"]\n')]);
	await up.says('up\n');
	up.child.kill('SIGKILL');
	await allEnd(box);
	await box.tsbox(['gc']);
	expect(box.leftovers()).toEqual([]);
});

test('what exec runs ends with its tsbox, and the container goes on', async () => {
	await using box = await testBox();
	const up = box.start(['up', box.spec('command: [sleep, "1000"]\n')]);
	await up.says('is running');
	const entered = box.start(['exec', box.name, 'sh', '-c', 'trap "" HUP INT TERM; echo in; sleep 2000']);
	await entered.says('in\n');
	entered.child.kill('SIGKILL');
	const commands = (): readonly string[] => processesOf(box.name, box.folder).map(({command}) => command.trim());
	await vi.waitFor(() => expect(commands().filter(each => each.includes('2000'))).toEqual([]), patience);
	expect(commands()).toContain('sleep 1000');
	up.child.kill('SIGTERM');
	await up.ended;
	expect(box.leftovers()).toEqual([]);
});
