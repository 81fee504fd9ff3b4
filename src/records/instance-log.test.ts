import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {realHost} from '../host/programs/real-host.ts';
import {keepInstanceLog, type InstanceLog} from './instance-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsbox-life-log-'));
afterAll(() => rmSync(folder, {recursive: true}));
const file = (name: string): string => readFileSync(join(folder, 'work', name), 'utf8');

interface Span {
	readonly from: number;
	readonly until: number;
	readonly cut?: number;
}

function keep(
	stdout: Span,
	stderr: Span,
	marks: readonly (readonly [at: number, stdout: number, stderr: number])[],
): InstanceLog {
	rmSync(join(folder, 'work'), {recursive: true, force: true});
	mkdirSync(join(folder, 'work'));
	const output = {
		folder,
		stdout: {cut: 0, ...stdout},
		stderr: {cut: 0, ...stderr},
		marks: marks.map(([at, out, err]) => ({at, stdout: out, stderr: err})),
	};
	return keepInstanceLog(realHost(), join(folder, 'work'), output, 900);
}

test('the output of one run is kept with the times of its marks', () => {
	writeFileSync(join(folder, 'stdout'), 'before\none\ntwo\nlast\n');
	writeFileSync(join(folder, 'stderr'), 'oops\n');
	const marks = [
		[100, 7, 0],
		[200, 11, 5],
		[300, 15, 5],
	] as const;
	expect(keep({from: 7, until: 20}, {from: 0, until: 5}, marks)).toEqual({lost: 0, warnings: []});
	expect({stdout: file('stdout'), stderr: file('stderr')}).toEqual({stdout: 'one\ntwo\nlast\n', stderr: 'oops\n'});
	expect(file('log-times')).toBe('200 o 4\n200 e 5\n300 o 4\n900 o 5\n');
});

test('lost and excess output is reported', () => {
	const size = 17 * 1024 * 1024;
	writeFileSync(join(folder, 'stdout'), Buffer.alloc(size, 'x'));
	writeFileSync(join(folder, 'stderr'), '0123456789');
	const {warnings} = keep({from: 0, until: size}, {from: 4, until: 10, cut: 3}, []);
	expect(warnings).toEqual([
		'the first 1048576 bytes of stdout were rotated away before they were recorded',
		'the first 3 bytes of stderr were rotated away before they were recorded',
	]);
	expect(statSync(join(folder, 'work/stdout')).size).toBe(16 * 1024 * 1024);
	expect(file('stderr')).toBe('456789');
});

test('missing files count as empty', () => {
	rmSync(join(folder, 'stdout'));
	expect(keep({from: 0, until: 5}, {from: 0, until: 0}, [])).toEqual({lost: 0, warnings: []});
	expect(file('stdout')).toBe('');
});
