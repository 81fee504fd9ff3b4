import {spawnSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {frontKey} from '../../src/container/plan/kept-plan.ts';
import type {Host} from '../../src/host/host.ts';
import {keepResult} from '../../src/host/inputs/kept-files.ts';
import {recordHost} from '../../src/host/inputs/recorded-host.ts';
import {realHost} from '../../src/host/programs/real-host.ts';
import {systemCalls} from '../../src/step/calls/constants.ts';

/* What bin/front.pl takes for the same, and which files it trusts. What it would start is a program that only ends with a status. */

const bin = join(import.meta.dirname, '../../bin');
const statuses = {front: 42, node: 43};
const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

let dir: string;
let state: string;
let env: Record<string, string>;
beforeEach(() => {
	dir = mkdtempSync(join(realpathSync(tmpdir()), 'tsbox-front-'));
	state = join(dir, 'state');
	for (const folder of ['state', 'files', 'files/folder of ä', 'path']) mkdirSync(join(dir, folder), {mode: 0o700});
	writeFileSync(join(dir, 'path/node'), `#!/bin/sh\necho "$@"; env\nexit ${statuses.node}\n`, {mode: 0o755});
	env = {PATH: `${join(dir, 'path')}:/usr/bin:/bin`, HOME: '/root', WHO: 'ada lovelace %', EMPTY: ''};
	const file = (name: string, text: string | Buffer) => writeFileSync(join(dir, 'files', name), text);
	file('text', 'a: 1\nb: %20 "ä€"\t\n');
	file('empty', '');
	file('bytes', Buffer.from([0, 1, 127, 128, 255, 10, 37]));
	file('folder of ä/b', '');
	file('folder of ä/a c', '');
	chmodSync(join(dir, 'files/text'), 0o604);
	for (const [at, name] of ['text', 'empty', 'bytes'].entries())
		utimesSync(join(dir, 'files', name), 1_700_000_000.123_456 + at / 7, 1_700_000_001.987_654 + at / 7);
	symlinkSync('text', join(dir, 'files/link'));
	symlinkSync('nowhere', join(dir, 'files/dangling'));
	symlinkSync('loop', join(dir, 'files/loop'));
	symlinkSync('folder of ä', join(dir, 'files/to folder'));
});
afterEach(() => rmSync(dir, {recursive: true, force: true}));

const words = () => ['--state', state, 'run', 'spec of ä.yaml'];
const build = readFileSync(join(bin, '../dist/build'), 'utf8').trim();
const key = () => frontKey({cwd: dir, env, words: ['000', ...words()], build}) ?? '';
const keptFile = () => {
	const [name = ''] = readdirSync(join(state, 'kept'));
	return join(state, 'kept', name);
};

/** Says that its command runs, and has ended. */
const program = String.raw`open S, '>&=', 3; open G, '<&=', 4;
sysread G, my $go, 1 or exit 1;
syswrite S, "\@exec\n\@ended ${statuses.front}\n\@undone\n";
`;

function keep(inputs: readonly string[], text = program): void {
	const numbers = Object.entries(systemCalls[arch] ?? {}).map(each => each.join(':'));
	const head = `front 1 ${Buffer.byteLength(text)} 0 0 name=box state=${state} grace=1 numbers=${numbers.join(',')}`;
	rmSync(join(state, 'kept'), {recursive: true, force: true});
	keepResult(realHost(), join(state, 'kept'), key(), {inputs, json: `${head}\n${text}`});
}

/** Who starts the container: `front` or `node`. */
function starter(asked = words(), more: Record<string, string> = {}, cwd = dir): string {
	const {status, stderr} = spawnSync(join(bin, 'tsbox'), asked, {cwd, env: {...env, ...more}, encoding: 'utf8'});
	expect(stderr).toBe('');
	return Object.entries(statuses).find(([, each]) => each === status)?.[0] ?? `status ${status}`;
}

/** Asks everything about everything, and gives the lines of it. */
function everything(): readonly string[] {
	const later: Host = {...realHost(), now: () => Date.now() + 3_600_000};
	const {host, env: asked, inputs} = recordHost(later, env);
	const paths = [
		'text',
		'empty',
		'bytes',
		'link',
		'dangling',
		'loop',
		'to folder',
		'folder of ä',
		'nothing',
		'text/below',
	];
	const all = [...paths.map(name => join(dir, 'files', name)), '/dev/null', '/', '/proc/self/ns', '/etc/passwd'];
	const tried = (ask: () => unknown): void => {
		try {
			ask();
		} catch {
			// An error is an answer too.
		}
	};
	for (const path of all) {
		tried(() => host.readText(path));
		tried(() => host.readBytes(path, 2, 3));
		tried(() => host.realpath(path));
		tried(() => host.readlink(path));
		tried(() => host.list(path));
		tried(() => host.trustedText(path));
		for (const facts of [() => host.stat(path), () => host.lstat(path)]) tried(() => JSON.stringify(facts()));
	}
	for (const path of ['/proc/self/status', '/proc/meminfo', '/proc/self/limits', '/proc/self/mountinfo'])
		tried(() => host.readText(path));
	for (const name of ['WHO', 'EMPTY', 'NOT_SET']) void asked[name];
	return inputs() ?? [];
}

/** Answers for which perl has no word, so that it asks Node: bytes that are no text, errors of tsbox, and what is another one each time. */
const isDoubted = (line: string): boolean => /%EF%BF%BD|!E_CONFIG$|^\w+ \/proc\/self\/ns /.test(line);

/** Files whose times others may change meanwhile. */
const isStill = (line: string): boolean => !/^l?stat (?:\/ |\/dev\/|\/proc\/|\/etc\/)/.test(line);

describe('its answers', () => {
	test('are those of Node, to each kind of question', () => {
		const lines = everything().filter(line => !isDoubted(line));
		const kinds = new Set(lines.map(line => line.split(' ', 1)[0]));
		expect(kinds).toEqual(
			new Set(['bytes', 'env', 'link', 'list', 'lstat', 'real', 'stat', 'text', 'trusted', 'view']),
		);
		keep(lines);
		if (starter() === 'front') return;
		const wrong = lines.filter(line => {
			keep([line]);
			return starter() !== 'front';
		});
		expect(wrong).toEqual([]);
	});

	test('are compared, each of them', () => {
		const lines = everything().filter(isStill);
		expect(lines.length).toBeGreaterThan(60);
		const taken = lines.filter(line => {
			// An answer that is as long.
			keep([line.replace(/(.)$/, last => (last === '7' ? '8' : '7'))]);
			return starter() !== 'node';
		});
		expect(taken).toEqual([]);
	});

	test('an unknown question has none', () => {
		keep(['other /etc =1']);
		expect(starter()).toBe('node');
	});
});

describe('the file', () => {
	beforeEach(() => {
		keep(['env WHO =ada%20lovelace%20%25']);
	});

	test('is used as it is', () => expect(starter()).toBe('front'));

	test.each<[string, () => void]>([
		['is damaged at its end', () => writeFileSync(keptFile(), readFileSync(keptFile(), 'utf8').slice(0, -1))],
		['is longer', () => writeFileSync(keptFile(), `${readFileSync(keptFile(), 'utf8')}\n`)],
		['is empty', () => writeFileSync(keptFile(), '')],
		[
			'has another form',
			() => writeFileSync(keptFile(), readFileSync(keptFile(), 'utf8').replace('front 1', 'front 2')),
		],
		['can be written by the group', () => chmodSync(keptFile(), 0o620)],
		['can be read by all', () => chmodSync(keptFile(), 0o604)],
		['belongs to another user', () => chownSync(keptFile(), 65_534, 0)],
		['is in a folder that others may enter', () => chmodSync(join(state, 'kept'), 0o710)],
		['is in a folder of another user', () => chownSync(join(state, 'kept'), 65_534, 0)],
		[
			'is a symlink',
			() => {
				renameSync(keptFile(), join(dir, 'other'));
				symlinkSync(join(dir, 'other'), join(state, 'kept', key().length > 0 ? nameBefore : ''));
			},
		],
		[
			'is in a symlink',
			() => {
				renameSync(join(state, 'kept'), join(dir, 'kept'));
				symlinkSync(join(dir, 'kept'), join(state, 'kept'));
			},
		],
	])('is not used when it %s', (_, change) => {
		nameBefore = keptFile().split('/').at(-1) ?? '';
		change();
		expect(starter()).toBe('node');
	});

	test('is of one command line, folder, and build', () => {
		for (const asked of [
			[...words(), '--'],
			['--state', `${state}/`, 'run', 'spec of ä.yaml'],
			[...words().slice(0, 3), 'other'],
		])
			expect([asked, starter(asked)]).toEqual([asked, 'node']);
		expect(starter(words(), {}, join(dir, 'files'))).toBe('node');
		expect(starter()).toBe('front');
	});

	test.each(['TSBOX_FRONT', 'TSBOX_DEBUG', 'PERL5OPT', 'PERL5LIB', 'PERL_UNICODE', 'LD_LIBRARY_PATH'])(
		'is not used when %s is set',
		name => {
			expect(starter(words(), {[name]: name === 'TSBOX_FRONT' ? 'off' : '/nothing'})).toBe('node');
		},
	);

	test('is not used when a program in it has a mistake', () => {
		keep(['env WHO =ada%20lovelace%20%25'], 'this is no perl at all (');
		expect(starter()).toBe('node');
	});

	test('nor under nohup(1), which Node is told', () => {
		const under = ['-c', 'trap "" HUP; exec "$@"', 'sh', join(bin, 'tsbox'), ...words()];
		const {status, stdout} = spawnSync('sh', under, {cwd: dir, env, encoding: 'utf8'});
		expect([status, stdout.split('\n').includes('TSBOX_NOHUP=1')]).toEqual([statuses.node, true]);
	});

	test('nor when something of a dead tsbox is there', () => {
		mkdirSync(join(state, 'containers/left'), {recursive: true});
		expect(starter()).toBe('node');
	});

	test('and Node gets the same words and variables', () => {
		env['WHO'] = 'eve';
		const {stdout} = spawnSync(join(bin, 'tsbox'), words(), {cwd: dir, env, encoding: 'utf8'});
		const [line, ...variables] = stdout.trim().split('\n');
		expect(line).toBe(['--', join(bin, 'tsbox'), ...words()].join(' '));
		expect(variables.filter(each => !/^(?:PWD|OLDPWD|SHLVL|_)=/.test(each)).toSorted()).toEqual(
			Object.entries(env)
				.map(each => each.join('='))
				.toSorted(),
		);
	});
});

let nameBefore = '';
