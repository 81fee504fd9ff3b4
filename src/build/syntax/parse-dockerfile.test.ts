import {expect, test} from 'vitest';
import {parseDockerfile} from './parse-dockerfile.ts';

const parse = (text: string) => parseDockerfile({file: '/h/Dockerfile', shown: 'Dockerfile', text});
/** Keyword and the rest of each instruction. */
const instructions = (text: string) => parse(text).instructions.map(({keyword, rest}) => `${keyword}|${rest}`);

test('a line is an instruction, whatever the case of its keyword and the blanks before it', () => {
	expect(instructions('FROM a\n\n  run  echo  hi \n# comment\n\tCmd x\n')).toEqual(['FROM|a', 'RUN|echo  hi', 'CMD|x']);
});

test('a byte order mark and carriage returns do not count', () => {
	expect(instructions('\u{feff}FROM a\r\nRUN b \\\r\n  c\r\n')).toEqual(['FROM|a', 'RUN|b   c']);
});

test('comment lines and empty lines inside a continuation are dropped, with a warning for empty ones', () => {
	const parsed = parse(
		'FROM a\nRUN apt-get update \\\n  # why\n# why \\\n\n  && apt-get install x \\\n  # last\n  y\nUSER z',
	);
	expect(parsed.instructions.map(({rest}) => rest)).toEqual(['a', 'apt-get update   && apt-get install x   y', 'z']);
	expect(parsed.warnings).toEqual(['Dockerfile:5: an empty line stands inside an instruction; remove it']);
	expect(parsed.instructions.map(({line, endLine}) => [line, endLine])).toEqual([
		[1, 1],
		[2, 8],
		[9, 9],
	]);
});

test('a number sign inside a line is no comment', () => {
	expect(instructions('FROM a\nRUN echo # b\n')).toEqual(['FROM|a', 'RUN|echo # b']);
});

test('an escaped escape character does not continue a line', () => {
	expect(instructions('FROM a\nRUN echo \\\\\nRUN c\n')).toEqual(['FROM|a', 'RUN|echo \\\\', 'RUN|c']);
});

test('a file may end in a continuation', () => {
	expect(instructions('FROM a\nRUN b \\\n')).toEqual(['FROM|a', 'RUN|b']);
});

test('a line of an escape character alone begins nothing', () => {
	const [, run] = parse('FROM a\n \\\n  RUN b\n').instructions;
	expect(run).toMatchObject({keyword: 'RUN', rest: 'b', line: 3});
});

test('the escape character of the file continues lines', () => {
	const parsed = parse('# syntax=docker/dockerfile:1.7\n# escape=`\n\nFROM a\nCOPY x c:\\\nRUN b `\n  c');
	expect(parsed.syntax).toBe('docker/dockerfile:1.7');
	expect(parsed.instructions.map(({rest}) => rest)).toEqual(['a', 'x c:\\', 'b   c']);
});

test('directives stand at the top only', () => {
	expect(parse('# hello\n# escape=`\nFROM a').escape).toBe('\\');
	expect(parse('\n# escape=`\nFROM a').escape).toBe('\\');
	expect(parse('FROM a\n# syntax=x/y').syntax).toBeUndefined();
	expect(parse('#!/usr/bin/env build\n# ESCAPE = `\nFROM a').escape).toBe('`');
});

test.each([
	['# escape=x\nFROM a', 'Dockerfile:1:1: the escape character is a backslash or a backtick, not `x`'],
	['# escape=`\n# escape=`\nFROM a', 'Dockerfile:2:1: the directive `escape` is given twice'],
	['# syntax=example.com/other:1\nFROM a', 'Dockerfile:1:1: the frontend `example.com/other:1`'],
	['# syntax=docker/dockerfile:2\nFROM a', 'Dockerfile:1:1: the frontend `docker/dockerfile:2`'],
	['', 'Dockerfile:1:1: the file has no instruction'],
	['# only a comment\n', 'Dockerfile:1:1: the file has no instruction'],
	['FROM a\nRUN <<EOF\nx\n', 'Dockerfile:2:7: no line `EOF` ends the here-document'],
])('%j is refused', (text, message) => {
	expect(() => parse(text)).toThrow(message);
});

test.each([
	'docker/dockerfile',
	'docker/dockerfile:1',
	'docker.io/docker/dockerfile:1.4-labs',
	'docker/dockerfile-upstream:master',
])('the frontend %s is read', syntax => {
	expect(parse(`# syntax=${syntax}\nFROM a`).syntax).toBe(syntax);
});

test('a here-document is not read as instructions', () => {
	const [, run, user] = parse('FROM a\nRUN <<EOF\n# shell comment\nUSER b \\\n\nEOF\nUSER c\n').instructions;
	expect(run?.heredocs).toEqual([
		{
			name: 'EOF',
			content: '# shell comment\nUSER b \\\n\n',
			written: '# shell comment\nUSER b \\\n\n',
			expands: true,
		},
	]);
	expect(user?.line).toBe(7);
});

test('quotes around its word keep its variables, a dash drops leading tabs', () => {
	const [, copy] = parse('FROM a\nCOPY <<-"ONE" <<TWO /x/\n\ta $b\n\tONE\n\tc\nTWO\n').instructions;
	expect(copy?.heredocs).toEqual([
		{name: 'ONE', content: 'a $b\n', written: '\ta $b\n', expands: false},
		{name: 'TWO', content: '\tc\n', written: '\tc\n', expands: true},
	]);
});

test('what only looks like a here-document is none', () => {
	expect(
		instructions('FROM a\nRUN ["x", "<<EOF"]\nRUN echo $((1<<2)) && cat <<< word\nCMD <<EOF\nENV a=<<EOF\n'),
	).toEqual(['FROM|a', 'RUN|["x", "<<EOF"]', 'RUN|echo $((1<<2)) && cat <<< word', 'CMD|<<EOF', 'ENV|a=<<EOF']);
});

test('an instruction behind ONBUILD may have one', () => {
	const [, onbuild] = parse('FROM a\nONBUILD RUN <<EOF\nx\nEOF\n').instructions;
	expect(onbuild?.heredocs[0]?.content).toBe('x\n');
});

test('options stand before the rest; quotes in them group', () => {
	const [, run] = parse('FROM a\nRUN --mount=type=bind,target="/a b" --network=none -- --x y\n').instructions;
	expect(run?.flags.map(({name, value}) => [name, value])).toEqual([
		['mount', 'type=bind,target=/a b'],
		['network', 'none'],
	]);
	expect(run?.rest).toBe('--x y');
});
