import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {arch, tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Call, callRow} from './call.ts';
import {systemCalls} from './constants.ts';
import {callProgram} from './executor.ts';

const machine = {x64: 'x86_64', arm64: 'aarch64'}[arch() as string];
const hasPerl = machine !== undefined && spawnSync('perl', ['-e', '1']).status === 0;

test.skipIf(!hasPerl).each(Object.keys(systemCalls))('the program for %s is perl without a warning', name => {
	const {status, stderr} = spawnSync('perl', ['-wc', '-e', callProgram(name)], {encoding: 'utf8'});
	expect(stderr.replace(/^Name "main::\w+" used only once.*\n/gm, '')).toBe('-e syntax OK\n');
	expect(status).toBe(0);
});

describe.skipIf(!hasPerl)('rows', () => {
	let folder = '';
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'tsbox-calls-'));
		writeFileSync(join(folder, 'program'), callProgram(machine ?? ''));
	});
	afterAll(() => rmSync(folder, {recursive: true}));

	/** What the executor writes to the status pipe for these rows, which end with a program. */
	const told = (...calls: readonly Call[]): string => {
		writeFileSync(
			join(folder, 'rows'),
			[...calls, ['gate', '/bin/echo', 'at the gate'] as const].map(callRow).join(''),
		);
		const words = ['exec 3>&1 4</dev/null; exec perl "$1/program" "$1/rows"', 'sh', folder];
		return spawnSync('sh', ['-c', ...words], {encoding: 'utf8'}).stdout;
	};

	test('a failed call tells its step and what the kernel said, and nothing after it is done', () => {
		const path = join(folder, 'not/there');
		expect(told(['begin', 'one.two'], ['create', path], ['mkdirs', join(folder, 'later')])).toBe(
			`@begin one.two\ncannot create ${path}: No such file or directory\n@fail one.two 1\n`,
		);
		expect(existsSync(join(folder, 'later'))).toBe(false);
	});

	test('quiet, all lines come in the end, those of a failure too', () => {
		expect(told(['quiet'], ['begin', 'one'], ['begin', 'two'], ['rmdir', '/not-there'])).toBe(
			'@begin one\n@begin two\nrmdir: /not-there: No such file or directory\n@fail two 1\n',
		);
	});

	test('text of a row reaches the kernel unchanged', () => {
		const name = 'a\tb\nc %09 "\' $x `y`';
		expect(told(['mkdirs', join(folder, name)])).toBe('at the gate\n');
		expect(lstatSync(join(folder, name)).isDirectory()).toBe(true);
	});

	test('a mount point that is a symlink is refused, and so is a folder for a file', () => {
		symlinkSync('/etc', join(folder, 'link'));
		mkdirSync(join(folder, 'folder'));
		expect(told(['begin', 'p'], ['make_point', 'folder', join(folder, 'link')])).toContain(
			'link is a symlink\n@fail p 1\n',
		);
		expect(told(['begin', 'p'], ['make_point', 'file', join(folder, 'folder')])).toContain(
			'its source is a file\n@fail p 1',
		);
		expect(told(['make_point', 'file', join(folder, 'new/deep/file')])).toBe('at the gate\n');
		expect(lstatSync(join(folder, 'new/deep/file')).isFile()).toBe(true);
	});

	test('a row that nobody knows ends the start', () => {
		expect(told(['begin', 's'], ['format_disk', '/dev/sda'])).toBe('@begin s\nformat_disk is no call\n@fail s 1\n');
	});

	test('no module of perl is loaded', () => {
		const loaded = execFileSync(
			'perl',
			['-e', `${callProgram(machine ?? '').replace('my ($file) = @ARGV;', 'print join " ", keys %INC; exit;')}`],
			{encoding: 'utf8'},
		);
		expect(loaded).toBe('');
	});
});
