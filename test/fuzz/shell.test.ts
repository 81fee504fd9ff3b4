import {execFileSync, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {sampleInput, samplePlan, savedFacts} from '../support/sample-input.ts';
import {compileScript} from '../../src/step/compile/compile-script.ts';
import {gateScript} from '../../src/step/script/gate-script.ts';
import {shellCommand} from '../../src/spec/syntax/shell-words.ts';
import {budget, patience} from './budget.ts';

/** Any text but NUL, which no argument can hold. */
const word = fc.string({unit: 'binary', maxLength: 40}).map(text => text.replaceAll('\0', ''));
const words = fc.array(word, {minLength: 1, maxLength: 12});
const name = fc
	.oneof(
		fc.constantFrom('A', '_', 'a.b', '1', '-n', 'IFS', 'PS4', 'ENV', 'OPTIND', 'RANDOM', 'PWD', "it's", 'a b'),
		word,
	)
	.map(text => text.replaceAll('=', ''))
	.filter(text => text !== '' && text !== 'PATH');
const variables = fc.dictionary(name, word, {maxKeys: 6});

const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']];
let folder = '';
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'shell-'));
});
afterAll(() => {
	rmSync(folder, {recursive: true, force: true});
});

const toText = (zeros: string): readonly string[] => zeros.split('\0').slice(0, -1);

describe.each(shells)('%s', (program, ...args) => {
	test(
		'gives back any words as they were',
		() => {
			fc.assert(
				fc.property(words, list => {
					const script = `printf '%s\\0' ${shellCommand(list)}`;
					expect(toText(execFileSync(program ?? '', [...args, '-c', script], {encoding: 'utf8'}))).toEqual(list);
				}),
				budget,
			);
		},
		patience,
	);
});

/* The last words at the gate, with a shell of the host in place of the one that waits: descriptors as it has them. */
function throughTheGate(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string): string {
	const facts = savedFacts('v1-bookworm');
	const script = gateScript(
		{
			kind: 'exec',
			cwd,
			args,
			env: ['PATH=/usr/bin:/bin', ...Object.entries(env).map(([key, value]) => `${key}=${value}`)],
			init: 'none',
		},
		facts,
	);
	const ended = spawnSync(
		'/bin/sh',
		['-c', 'exec 3>/dev/null 4</dev/null 5</dev/null 6>&1 7>&2 8</dev/null; cd /; exec sh -s'],
		{
			encoding: 'utf8',
			input: script,
			// The chain of a container begins with an empty environment.
			env: {},
		},
	);
	if (ended.status !== 0) throw new Error(`${ended.status} ${ended.stderr}\n${script}`);
	return ended.stdout;
}

test(
	'the command gets its arguments through the gate as they were',
	() => {
		fc.assert(
			fc.property(words, list => {
				expect(toText(throughTheGate(['/usr/bin/printf', '%s\\0', ...list], {}, '/'))).toEqual(list);
			}),
			budget,
		);
	},
	patience,
);

test(
	'and the environment of the spec, and no other',
	() => {
		fc.assert(
			fc.property(variables, env => {
				const shown = toText(throughTheGate(['/usr/bin/env', '-0'], env, '/'));
				const wanted = ['PATH=/usr/bin:/bin', ...Object.entries(env).map(([key, value]) => `${key}=${value}`)];
				expect([...shown].sort()).toEqual(wanted.sort());
			}),
			budget,
		);
	},
	patience,
);

test(
	'and its working directory, whatever its name',
	() => {
		fc.assert(
			fc.property(
				word
					.map(text => text.replaceAll('/', '').slice(0, 30))
					.filter(text => text !== '' && text !== '.' && text !== '..'),
				below => {
					const cwd = join(folder, below);
					mkdirSync(cwd, {recursive: true});
					expect(throughTheGate(['/bin/pwd', '-P'], {}, cwd)).toBe(`${cwd}\n`);
				},
			),
			budget,
		);
	},
	patience,
);

test(
	'a compiled script is sound sh, whatever stands in the spec',
	() => {
		fc.assert(
			fc.property(words, variables, word, word, (command, environment, label, hostname) => {
				const service = {command, environment, labels: {label}, hostname};
				const plan = samplePlan({service});
				const script = compileScript({
					plan,
					facts: sampleInput({service}).facts,
					folder: '/run/tsbox/containers/demo',
					record: {schema: 1, name: 'demo', spec: label},
					unpack: [],
					copy: [],
					fill: () => [],
					blanks: [],
					stopSignal: 'SIGTERM',
					stopGraceMs: 1000,
				});
				expect(spawnSync('sh', ['-n'], {input: script, encoding: 'utf8'}).stderr).toBe('');
			}),
			budget,
		);
	},
	patience,
);
