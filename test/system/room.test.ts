import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {randomBytes} from 'node:crypto';
import {stripVTControlCharacters} from 'node:util';
import {expect, test} from 'vitest';
import {openMachine} from '../../src/index.ts';
import {rootfsLines} from '../../src/learn/room/room-script.ts';
import {openRoom, type Room} from '../../src/learn/room/room.ts';
import {testBox} from './box.ts';
import {leftovers} from './leftovers.ts';
import {until} from './until.ts';

/** A room with what its terminal has shown. */
interface TestRoom extends AsyncDisposable {
	readonly room: Room;
	readonly words: readonly string[];
	/** Types a command line, and gives what it printed once the next prompt is there. */
	readonly runs: (line: string) => Promise<string>;
	readonly leftovers: () => readonly string[];
}

async function testRoom(): Promise<TestRoom> {
	const box = await testBox();
	const machine = await openMachine({store: `${box.folder}/store`, state: `${box.folder}/state`});
	const room = await openRoom(machine, {
		columns: 400,
		rows: 50,
		signal: new AbortController().signal,
		prepare: rootfsLines,
	});
	let shown = '';
	let prompts = 0;
	const words: string[] = [];
	room.onOutput(bytes => (shown += bytes.toString()));
	room.onWord((word, args) => words.push([word, ...args].join(' ')));
	room.onPrompt(() => (prompts += 1));
	await until('the first prompt', () => prompts > 0);
	return {
		room,
		words,
		runs: async line => {
			const mark = randomBytes(4).toString('hex');
			shown = '';
			// A quote splits the mark on the line that the terminal echoes.
			room.type(`${line}; echo end'-'${mark}\n`);
			await until(`the end of ${line} in ${shown}`, () => shown.includes(`end-${mark}`));
			return stripVTControlCharacters(shown).replaceAll('\r', '').replace(/^.*\n/, '').split(`end-${mark}`)[0] ?? '';
		},
		leftovers: () => leftovers(room.name, box.folder),
		[Symbol.asyncDispose]: async () => {
			await room.close();
			await box[Symbol.asyncDispose]();
		},
	};
}

test('what the lessons teach works in a room', async () => {
	await using at = await testRoom();
	const {runs} = at;
	expect(await runs('chroot rootfs ls /')).toMatch(/^bin\s+dev/);
	expect(await runs('unshare -pf --mount-proc=rootfs/proc chroot rootfs ps')).toMatch(/\n\s+1 \S+\s+ps\n/);
	expect(await runs('unshare -u sh -c "hostname box; hostname"; hostname')).toBe('box\nroom\n');
	expect(await runs('unshare -n ip -br link')).toMatch(/^lo\s+DOWN/);
	expect(await runs('unshare -pf --mount-proc ps ax')).toMatch(/\n\s+1 .* ps ax/);
	expect(
		await runs('mkdir ro; mount --bind -o ro ro rootfs/var/readonlyfiles; touch rootfs/var/readonlyfiles/x'),
	).toContain('Read-only file system');
	expect(
		await runs(
			'unshare -m sh -c "mount --bind rootfs rootfs; cd rootfs; mkdir old; pivot_root . old; umount -l /old; ls /"',
		),
	).toMatch(/^bin\s+dev/);
	expect(await runs("unshare -Ur sh -c 'cat /proc/self/uid_map'")).toMatch(/^\s+0\s+0\s+1\n/);
	expect(await runs('capsh --drop=cap_sys_chroot -- -c "chroot rootfs true"')).toContain('Operation not permitted');
	expect(
		await runs(
			'mkdir up work all; mount -t overlay x -o lowerdir=rootfs,upperdir=up,workdir=work all; touch all/new; ls up',
		),
	).toBe('new\n');
	expect(
		await runs(
			'ip link add v0 type veth peer name v1; ip addr add 10.9.8.1/24 dev v0; ip link set v0 up; ip -br addr show v0',
		),
	).toContain('10.9.8.1/24');
	const group = existsSync('/sys/fs/cgroup/memory') ? '/sys/fs/cgroup/memory/demo' : '/sys/fs/cgroup/demo';
	expect(
		await runs(
			`mkdir ${group}; sh -c 'echo $$ > ${group}/cgroup.procs; grep -c demo /proc/self/cgroup'; rmdir ${group}`,
		),
	).toBe('1\n');
});

test('words are programs, in every root; the shell follows, and has the size of the screen', async () => {
	await using at = await testRoom();
	const {room, runs} = at;
	await runs('hint; answer 42 "a b"');
	await runs('chroot rootfs sh -c why');
	expect(at.words).toEqual(['hint', 'answer 42 a b', 'why']);
	await room.resize(90, 30);
	expect(await runs('stty size')).toBe('30 90\n');
	const outer = room.foreground();
	room.type('unshare -n chroot rootfs sh\n');
	await until('another shell in front', () => room.foreground() !== outer && room.foreground() !== undefined);
	expect(await runs('ls -d /bin')).toContain('/bin\n');
	room.type('exit\n');
	await until('the outer shell in front', () => room.foreground() === outer);
	room.type('exit\n');
	await room.ended;
	expect(at.leftovers()).toEqual([]);
});

test('nothing is left of what was done in it', async () => {
	await using at = await testRoom();
	const link = `v${randomBytes(4).toString('hex')}`;
	await at.runs(
		`mkdir m; mount -t tmpfs x m; ip link add ${link} type veth peer name w${link.slice(1)}; unshare -n setsid sleep 4242 & (setsid sh -c "trap : TERM HUP; sleep 4243; sleep 4244" &)`,
	);
	await until('all run', () => at.room.processes().length > 4);
	await at.room.close();
	expect(at.leftovers()).toEqual([]);
	expect(execFileSync('ip', ['-br', 'link'], {encoding: 'utf8'})).not.toContain(link);
});
