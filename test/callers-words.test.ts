import {expect, test} from 'vitest';
import {allCommands} from '../src/cli/commands.ts';
import {globalOptions} from '../src/cli/verb/command.ts';
import {functions, inCallersWords, options, speakToCommandLine} from '../src/errors/callers-words.ts';
import {shortfalls} from '../src/plan/input/unsupported.ts';
import * as library from '../src/index.ts';

const commands = await allCommands();

/* A process is spoken to as a program until its command line says otherwise: the order of these tests is that of its life. */

const refusal = () => {
	try {
		shortfalls(false).add('no such thing', 'the kernel is old', 'take a newer one');
	} catch (error) {
		return (error as library.TsboxError).hint;
	}
	return undefined;
};

const hints = [
	'set folders with --store and --state',
	'choose another lock file with `--lock FILE`',
	'list all containers with `tsbox ps -a`',
	'remove it with `tsbox down web`, or see `tsbox doctor`',
	'free some space; `tsbox gc` and `tsbox images prune` remove what is not used',
	'start it with `systemd-run --user --scope -p Delegate=yes -- tsbox ...`, or as root',
	'give your user a range of ids: `sudo usermod --add-subuids 100000-165535 $USER`',
];

test('a program is told options and functions of the library, and a command where there is no function', () => {
	expect(hints.map(inCallersWords)).toEqual([
		'set folders with `store` and `state`',
		'choose another lock file with `file`',
		'list all containers with `list()`',
		'remove it with `down()`, or see `tsbox doctor`',
		'free some space; `gc()` and `pruneImages()` remove what is not used',
		...hints.slice(5),
	]);
	expect(refusal()).toBe('take a newer one, or go without with `bestEffort`');
});

test('what is named is there, on both sides', () => {
	expect(library).toMatchObject(
		Object.fromEntries(Object.values(functions).map(call => [call.replace('()', ''), expect.any(Function)])),
	);
	const verbs = commands.map(({name}) => name);
	expect(Object.keys(functions).filter(words => !verbs.includes(words.split(' ')[0] ?? ''))).toEqual([]);
	const known = new Set(
		[globalOptions, ...commands.map(command => command.options)].flatMap(each => Object.keys(each)),
	);
	const names = Object.keys(options).map(option => option.slice('--'.length).split(' ')[0] ?? '');
	expect(names.filter(name => !known.has(name))).toEqual([]);
});

test('a person is told what to type', () => {
	speakToCommandLine();
	expect(hints.map(inCallersWords)).toEqual(hints);
	expect(refusal()).toBe('take a newer one, or go without with --best-effort');
});
