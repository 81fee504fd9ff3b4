import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type Ended, type TestBox, type TestUser, testBox} from './box.ts';

/*
 * The lessons, each typed into a real room: its own solution, and scripts that almost do it. The screen is tested in
 * test/tui/learn.test.ts.
 */
const root = process.getuid?.() === 0;
const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const somebody: TestUser = {uid: 61_235, gid: 61_235};

/** As much of the report as is compared. */
interface Report {
	readonly right: boolean;
	readonly missing?: string;
	readonly stages: readonly {readonly title: string; readonly reached: boolean}[];
	readonly stuck?: {readonly line: number; readonly ended: boolean};
}

/** Runs tsbox with text as its input. */
async function tsbox(box: TestBox, args: readonly string[], input = ''): Promise<Ended> {
	const ended = await box.tsbox(args, {input, env: {XDG_STATE_HOME: box.folder}});
	return {...ended, out: Buffer.from(ended.out, 'latin1').toString()};
}

async function check(box: TestBox, number: number, lines: string, ...more: readonly string[]) {
	const {status, out, err} = await tsbox(box, ['learn', '--check', ...more, '--json', String(number)], lines);
	expect(err).toBe('');
	return {status, report: JSON.parse(out) as Report};
}

/** What the built-in solution of a lesson does not reach. */
async function unsolved(box: TestBox, number: number) {
	const {out: solution} = await tsbox(box, ['learn', '--solution', String(number)]);
	const {status, report} = await check(box, number, solution);
	return {
		status,
		missed: report.stages.filter(({reached}) => !reached).map(({title}) => title),
		missing: report.missing,
		left: box.leftovers(),
	};
}

const solved = {status: 0, missed: [], missing: undefined, left: []};

describe.skipIf(!root)('the built-in solution does the lesson, breaks what is to be broken, and answers', () => {
	test.each(numbers)('%i, as root', async number => {
		await using box = await testBox();
		expect(await unsolved(box, number)).toEqual(solved);
	});

	test.each(numbers)('%i, as an ordinary user', async number => {
		await using box = await testBox(somebody);
		expect(await unsolved(box, number)).toEqual(solved);
	});
});

const nearMisses: readonly (readonly [number: number, what: string, lines: readonly string[], missing: string])[] = [
	[
		1,
		'another file system on /proc',
		['chroot rootfs sh', 'mount -t tmpfs proc /proc'],
		'/proc is a tmpfs and not a proc',
	],
	[2, 'a mount namespace, but no pid namespace', ['unshare -f -m chroot rootfs sh'], 'shares the pid namespace'],
	[
		3,
		'in the namespaces, but not in the root',
		['unshare -p -f -u --mount-proc=rootfs/proc chroot rootfs sleep 1000 &', 'nsenter -t $(pidof sleep) -p -m -u sh'],
		"the shell's root is not that of the container",
	],
	[
		4,
		'a mount that can be written',
		['mkdir readonlyfiles', 'echo hello > readonlyfiles/hi.txt', 'mount --bind readonlyfiles rootfs/var/readonlyfiles'],
		'mounted without ro',
	],
	[
		6,
		'chroot and not pivot_root',
		['unshare -p -f -m sh', 'mount --bind rootfs rootfs', 'chroot rootfs sh', 'mount -t proc proc /proc'],
		'nothing is mounted on /old',
	],
	[7, 'nobody is mapped', ['unshare -U sh', 'id', 'exit', 'unshare -U sh'], 'nobody is mapped'],
	[
		8,
		'the inheritable set alone',
		['grep Cap /proc/self/status', 'setpriv --inh-caps -all sh'],
		'set of the shell has',
	],
	[9, 'a filter of other calls', ['./filter reboot -- sh', 'mkdir x'], 'try to make a folder'],
	[
		10,
		'changes below the overlay',
		[
			'mkdir upper work merged',
			'mount -t overlay overlay -o lowerdir=rootfs,upperdir=upper,workdir=work merged',
			'chroot rootfs sh',
			'echo hello > /new',
			'rm /etc/passwd',
		],
		'upper/new does not say "hello"',
	],
	[
		11,
		'both ends in the room',
		[
			'unshare -n -p -f --mount-proc=rootfs/proc chroot rootfs sleep 1000 &',
			'ip link add room0 type veth peer name box0',
		],
		'the container has no interface box0',
	],
];

describe.skipIf(!root)('a script that almost does it is told what is missing', () => {
	test.each(nearMisses)('%i: %s', async (number, _, lines, missing) => {
		await using box = await testBox();
		const {status, report} = await check(box, number, lines.join('\n'));
		expect({status, right: report.right, missing: report.missing}).toEqual({
			status: 1,
			right: false,
			missing: expect.stringContaining(missing),
		});
		expect(box.leftovers()).toEqual([]);
	});

	test.each(numbers)('%i: nothing at all', async number => {
		await using box = await testBox();
		expect(await check(box, number, 'true\n')).toMatchObject({status: 1, report: {right: false}});
	});

	test('5 and 12: the last lines are missing', async () => {
		await using box = await testBox();
		for (const number of [5, 12]) {
			const {out} = await tsbox(box, ['learn', '--solution', String(number)]);
			const some = out.split('\n').slice(0, 8).join('\n');
			expect(await check(box, number, some)).toMatchObject({status: 1, report: {right: false}});
		}
		expect(box.leftovers()).toEqual([]);
	});
});

describe.skipIf(!root)('a script that does not come back', () => {
	test.each([
		['waits for ever', 'sleep 1000', false],
		['is not finished', 'echo "a', false],
		['ends the room', 'exit', true],
	])('%s', async (_, line, ended) => {
		await using box = await testBox();
		const {status, report} = await check(box, 1, `ls\n${line}\nchroot rootfs sh\n`, '--timeout', '2');
		expect({status, stuck: report.stuck}).toMatchObject({status: 1, stuck: {line: 2, ended}});
		expect(box.leftovers()).toEqual([]);
	});

	test('is said in words, too', async () => {
		await using box = await testBox();
		const {out} = await tsbox(box, ['learn', '--check', '1', '--timeout', '2'], 'ls\ncat\n');
		expect(out).toContain('line 2 did not come back to a prompt: cat');
	});
});

describe.skipIf(!root)('--plain', () => {
	const plain = (box: TestBox, lines: readonly string[], more: readonly string[] = []): Promise<Ended> =>
		tsbox(box, ['learn', '--plain', ...more], `${lines.join('\n')}\n`);

	test('tells the task, takes words, and says what was reached', async () => {
		await using box = await testBox();
		const {status, out, err} = await plain(box, ['hint', 'hint', 'hint', 'why', 'chroot rootfs sh', 'answer 1'], ['1']);
		expect({status, err}).toEqual({status: 0, err: ''});
		expect(out).toContain('tsbox: Lesson 1. chroot: another root\n');
		expect(out).toContain('tsbox: hint 3 of 3, the full line:\ntsbox:     chroot rootfs sh\n');
		expect(out).toContain('tsbox: ✔ Change the root\n');
		expect(out).toContain('tsbox: There is no question yet.\n');
		expect(out).not.toMatch(/[\r\u001b]/);
		expect(box.leftovers()).toEqual([]);
	});

	test('does it all when asked to, keeps what was done, and goes on with the next lesson', async () => {
		await using box = await testBox();
		const {out} = await plain(box, ['doit', 'doit', 'breakit', 'breakit', 'doit', 'next', 'leave'], ['1']);
		expect(out).toContain('tsbox: Lesson 1 is done.');
		expect(out).toContain('tsbox: Lesson 2. unshare: namespaces');
		const list = await tsbox(box, ['learn', '--list']);
		expect(list.out).toContain('✔  1  chroot: another root\n   2');
		await tsbox(box, ['learn', '--reset']);
		expect((await tsbox(box, ['learn', '--list'])).out).not.toContain('✔');
		expect(box.leftovers()).toEqual([]);
	});

	test('a damaged file of progress is none', async () => {
		await using box = await testBox();
		await tsbox(box, ['learn', '--reset']);
		const file = join(box.folder, 'tsbox/learn.json');
		expect(existsSync(file)).toBe(true);
		writeFileSync(file, '{"done": [');
		const {status, out} = await tsbox(box, ['learn', '--list']);
		expect({status, first: out.slice(0, 6)}).toEqual({status: 0, first: '   1  '});
	});
});

test.each([
	[['learn', '13'], 'there is no lesson 13; there are lessons 1 to 12'],
	[['learn', 'x'], 'there is no lesson x'],
	[['learn', '--check'], '--check needs the number of a lesson'],
	[['learn', '--list', '--reset'], '--list and --reset cannot be combined'],
	[['learn', '1', 'script.sh'], 'script.sh is for --check'],
	[['learn', '--check', '1', '/nonexistent.sh'], 'cannot read the script /nonexistent.sh'],
	[['learn', '--check', '--timeout', '0', '1'], '--timeout is at least 1 second'],
])('%j is refused', async (args, message) => {
	await using box = await testBox();
	const {status, err} = await tsbox(box, args);
	expect({status, err}).toEqual({status: 2, err: expect.stringContaining(message)});
});
