import {expect, test} from 'vitest';
import {parseRuntime} from './parse-runtime.ts';
import {runtimeCommands} from './runtime-commands.ts';
import {runtimeHelp} from './runtime-help.ts';

const parsed = (line: string) => parseRuntime(line.split(' '));

test('options stand before and after the id, with one dash or two', () => {
	expect(parsed('--root /r --debug update -memory=50M c --pids-limit -1')).toMatchObject({
		verb: 'update',
		globals: {root: ['/r'], debug: ['true']},
		options: {memory: ['50M'], 'pids-limit': ['-1']},
		words: ['c'],
	});
	expect(parsed('kill c -a KILL')).toMatchObject({options: {all: ['true']}, words: ['c', 'KILL']});
});

test.each([
	['exec -e A=b -e C=d c ls -a --help', {env: ['A=b', 'C=d']}, ['c', 'ls', '-a', '--help']],
	['ps c -e -x', {}, ['c', '-e', '-x']],
])('the words of %s are a command line of their own', (line, options, words) => {
	expect(parsed(line)).toMatchObject({options, words, help: false});
});

test.each(['-h', '--help', 'kill -h', 'kill c --help', 'help kill', 'help'])('%s asks for help', line => {
	expect(parsed(line)).toMatchObject({help: true});
});

test.each([
	['dance', "No help topic for 'dance'"],
	['create --wings c', 'flag provided but not defined: -wings'],
	['exec --cwd', 'flag needs an argument: -cwd'],
	['list --format xml', 'invalid format option: "xml"'],
])('%s is refused', (line, message) => {
	expect(() => parsed(line)).toThrow(message);
});

test.each(Object.entries(runtimeCommands))('the help of %s names each of its options', (verb, {options}) => {
	const page = runtimeHelp(verb, 80);
	expect(page).toMatch(new RegExp(`^NAME:\n   tsbox-runtime ${verb}, in place of runc ${verb} - `));
	expect(Object.keys(options).filter(name => !page.includes(`--${name}`))).toEqual([]);
});

test('the help page names each verb', () => {
	const page = runtimeHelp(undefined, 80);
	expect(Object.keys(runtimeCommands).filter(name => !new RegExp(`^  ${name} `, 'm').test(page))).toEqual([]);
});

test('a verb that is refused says why, whatever its options are, and has help', () => {
	expect(() => parsed('checkpoint --image-path /x c')).toThrow('checkpoint is not supported');
	expect(parsed('checkpoint --help')).toMatchObject({verb: 'checkpoint', help: true});
	expect(parsed('help restore')).toMatchObject({verb: 'restore', help: true});
});
