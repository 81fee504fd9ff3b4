import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import {initScripts, skipAnswer} from './init-script.ts';
import {lookupFunction} from '../verbs/lookup-user.ts';
import type {InsideAction} from '../verbs/action.ts';
import {shellCommand} from '../../spec/syntax/shell-words.ts';
import type {Step} from '../verbs/step.ts';

const facts = loadFacts(
	readFileSync(new URL('../../../test/facts/v2-bookworm.json', import.meta.url), 'utf8'),
	'v2-bookworm.json',
);

function step(id: string, action: InsideAction): Step {
	const undo = {kind: 'none', reason: 'a test'} as const;
	return {id, phase: 'mounts', side: 'inside', title: id, why: '', man: '', object: null, action, undo, checks: []};
}

const pivot = step('root.pivot', {
	kind: 'pivotRoot',
	newRoot: '/r',
	toolbox: '/r/dev/.box/tools',
	putOld: '/r/dev/.box',
});
const drop = step('process.privileges', {
	kind: 'dropPrivileges',
	keepGroups: false,
	landlock: [],
	filter: null,
	args: ['--inh-caps=-all'],
	ids: {uid: 1, gid: 2, groups: [2, 3]},
});

test('every step is announced before it is done, and a failure ends the script', () => {
	const {init, inside} = initScripts(
		[
			step('a.touch', {kind: 'touch', paths: ['/r/x y']}),
			step('b.run', {kind: 'run', tool: 'cp', args: ['-P', '/a'], place: 'host'}),
		],
		'/conf',
		facts,
	);
	expect(inside).toBeNull();
	expect(init.slice(init.indexOf('# a.touch'))).toBe(
		"# a.touch\nbegin a.touch\n: > '/r/x y' || fail $?\n\n# b.run\nbegin b.run\ncp -P /a || fail $?\n",
	);
});

test('after the pivot, tools run only from the toolbox, which is the working directory', () => {
	const {init} = initScripts([pivot, drop], '/conf', facts);
	const after = init.slice(init.indexOf('PATH=/nowhere'));
	const commands = after.match(/^\w+\(\) \{ (\S+)/gm) ?? [];
	expect(commands.length).toBeGreaterThan(3);
	expect(commands.filter(line => !line.includes('{ ./'))).toEqual([]);
	expect(after).toMatch(/exec \.\/\S+ .*setpriv --inh-caps=-all --reuid 1 --regid 2 --groups 2,3 \.\/.* -s <&4\n$/);
});

test('the steps after chroot are a separate script', () => {
	const chroot = step('root.chroot', {kind: 'chroot', newRoot: '/r', toolbox: '/dev/.box/tools'});
	const {init, inside} = initScripts([chroot, drop], '/conf', facts);
	expect(init).toMatch(/exec \/\S+chroot \/r \/dev\/\.box\/tools\/\S+ .*\/dev\/\.box\/conf\/inside\.sh\n$/);
	expect(init).not.toContain('setpriv');
	expect(inside).toMatch(/cd \/dev\/\.box\/tools \|\| fail \$\?\n[^]*setpriv/);
});

test('with `hold`, each step waits for a line from the gate', () => {
	const held = initScripts([step('a.touch', {kind: 'touch', paths: ['/x']})], '/conf', facts, true).init;
	expect(held).toContain('begin a.touch\nread -r answer <&4\n');
});

test('with `hold`, a step that may be skipped is left out for that answer', () => {
	const folder = mkdtempSync(join(tmpdir(), 'held-'));
	const path = join(folder, 'name');
	writeFileSync(path, 'old\n');
	const steps = [step('uts.hostname', {kind: 'write', path, value: 'new'})];
	const {init} = initScripts(steps, '/conf', facts, true);
	const after = (answer: string) => {
		spawnSync('sh', ['-c', `exec 4<&0; ${init}`], {input: `${answer}\n`});
		return readFileSync(path, 'utf8');
	};
	expect(after(skipAnswer)).toBe('old\n');
	expect(after('')).toBe('new\n');
	expect(initScripts(steps, '/conf', facts).init).not.toContain(skipAnswer);
	rmSync(folder, {recursive: true});
});

// Bind mounts over /etc need root.
describe.skipIf(process.getuid?.() !== 0)('lookupFunction', () => {
	let folder = '';
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'lookup-'));
	});
	afterAll(() => {
		rmSync(folder, {recursive: true});
	});

	/** Runs the lookup in a mount namespace in which these two files replace /etc/passwd and /etc/group. */
	function lookup(passwd: string, group: string, words: readonly string[]) {
		writeFileSync(join(folder, 'passwd'), passwd);
		writeFileSync(join(folder, 'group'), group);
		const script = `mount --bind ${folder}/passwd /etc/passwd && mount --bind ${folder}/group /etc/group || exit 9
fail() { exit 125; }
${lookupFunction}
lookup ${shellCommand(words)}`;
		const {status, stdout} = spawnSync('unshare', ['--mount', '--propagation', 'private', 'dash', '-c', script], {
			encoding: 'utf8',
		});
		return status === 0 ? stdout.trimEnd() : `${status} ${stdout.trimEnd()}`;
	}

	const passwd =
		'root:x:0:0:root:/root:/bin/sh\nwww:x:33:34:web:/var/www:/bin/sh\n12:x:7:7::/seven:\nodd:x:40:41\nnone:x::5::/:\n';
	const group = 'root:x:0:\nwww:x:34:\naudio:x:29:www,root\nvideo:x:44:other,www\nwwwx:x:50:wwwx\nbad:x:nan:www\n';

	test.each([
		[['root'], '@ids 0 0 0,29 /root'],
		[['www'], '@ids 33 34 34,29,44 /var/www'],
		[['33'], '@ids 33 34 34,29,44 /var/www'],
		[['www:audio'], '@ids 33 29 29 /var/www'],
		[['www:7'], '@ids 33 7 7 /var/www'],
		[['1000'], '@ids 1000 0 0 /'],
		[['1000:www', 'audio', '99'], '@ids 1000 34 34,29,99 /'],
		[['12'], '@ids 7 7 7 /seven'],
		[['odd'], '@ids 40 41 41 /'],
		[['nobody'], "125 there is no user nobody in the container's /etc/passwd"],
		[['none'], "125 there is no user none in the container's /etc/passwd"],
		[['www:nobody'], "125 there is no group nobody in the container's /etc/group"],
		[['www', 'bad'], "125 there is no group bad in the container's /etc/group"],
		[['w.w'], "125 there is no user w.w in the container's /etc/passwd"],
	])('%j is %s', (words, said) => {
		expect(lookup(passwd, group, words)).toBe(said);
	});

	test('no line of an image makes the lookup print anything but numbers and a path', () => {
		const odd = fc.oneof(
			fc.constantFrom(
				'END',
				'\tEND',
				'$(id)',
				'`id`',
				"'",
				'"',
				'\\',
				'*',
				'/',
				'x',
				'0',
				'4294967295',
				'99999999999',
				'-1',
				'',
				'www',
				'${n}',
			),
			fc.string({unit: 'binary', maxLength: 6}).map(text => text.replaceAll(/[\0\n:]/g, '')),
		);
		const line = fc.array(odd, {maxLength: 8}).map(fields => fields.join(':'));
		const file = fc
			.array(fc.oneof(line, fc.constant('www:x:33:34::/w:')), {maxLength: 6})
			.map(lines => lines.join('\n'));
		fc.assert(
			fc.property(file, file, (users, groups) => {
				const said = lookup(users, groups, ['www']);
				const isPlain = users.split('\n').find(each => each.split(':')[0] === 'www') === 'www:x:33:34::/w:';
				expect(said).toMatch(
					isPlain
						? /^@ids 33 34 34(,\d{1,10})* \/w$/
						: /^(@ids \d{1,10} \d{1,10} \d{1,10}(,\d{1,10})* \/.*|125 there is no user www in .*)$/,
				);
			}),
			{numRuns: 80},
		);
	});
});

test('mount(8) and umount(8) run no helper, because after the pivot /sbin/mount.TYPE is a file of the image', () => {
	const table = step('mounts.after', {kind: 'mountTable', name: 'after', place: 'toolbox', rows: []});
	const {init} = initScripts([pivot, table, drop], '/conf', facts);
	const calls = init.split('\n').filter(line => /^u?mount /.test(line));
	expect(calls.length).toBeGreaterThan(0);
	expect(calls.filter(line => !/^u?mount -i /.test(line))).toEqual([]);
});
