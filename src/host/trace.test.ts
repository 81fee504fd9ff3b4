import {expect, test} from 'vitest';
import {traced, tracer, traceWords} from './trace.ts';

function linesOf(value: string | undefined, act: (trace: ReturnType<typeof tracer>) => void): readonly string[] {
	const lines: string[] = [];
	act(tracer(value, line => lines.push(line)));
	return lines.map(line => line.replace(/^ *[\d.]+ ms/, 'TIME'));
}

test('prints only enabled categories, and creates no text for others', () => {
	const lines = linesOf('steps, gate', trace => {
		trace('steps', () => 'begin rootfs.layer');
		trace('cgroup', () => expect.unreachable());
	});
	expect(lines).toEqual(['TIME  steps       begin rootfs.layer\n']);
});

test('`all` enables every category, and an empty value none', () => {
	expect(linesOf('all', trace => trace('images', () => 'a'))).toEqual(['TIME  images      a\n']);
	expect(linesOf('', trace => trace('images', () => expect.unreachable()))).toEqual([]);
	expect(linesOf(undefined, trace => trace('images', () => expect.unreachable()))).toEqual([]);
});

test('a line stays one line, moves no cursor, and is truncated', () => {
	const lines = linesOf('all', trace => {
		trace('programs', () => 'sh -c a\nb\u001b[2J');
		trace('programs', () => 'x'.repeat(2000));
	});
	expect(lines[0]).toBe('TIME  programs    sh -c a\\nb\\x1b[2J\n');
	expect(lines[1]).toBe(`TIME  programs    ${'x'.repeat(1000)}… (2000 characters)\n`);
});

test('words are separated by commas', () => {
	expect(traceWords(' steps,,gate ')).toEqual(['steps', 'gate']);
	expect(traceWords(undefined)).toEqual([]);
});

test('traced returns the result or throws the error', () => {
	expect(
		traced(
			'cgroup',
			() => 'write',
			() => 7,
		),
	).toBe(7);
	const fail = (): never => {
		throw new Error('no');
	};
	expect(() => traced('cgroup', () => 'write', fail)).toThrow('no');
});
