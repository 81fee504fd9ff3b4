import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {planContainer} from '../../src/plan/plan-container.ts';
import {extrasOf} from '../../src/oci/extras.ts';
import {toOciConfig} from '../../src/oci/lower.ts';
import {machines, sampleInput, savedFacts} from '../support/sample-input.ts';
import {loadProject} from '../../src/spec/project/load.ts';
import {budget, mutated, orRefused, patience} from './budget.ts';

const folder = join(import.meta.dirname, '../../config/examples');
const examples = readdirSync(folder, {recursive: true, encoding: 'utf8'})
	.filter(name => name.endsWith('.yaml'))
	.map(name => readFileSync(join(folder, name), 'utf8'));
const hostile =
	'&a [*a]|*x|!!binary|!x|<<: *a|---|...|? [a]|{|[|"|\'|>|\t|\0|\r|1e999|-0|0x7fffffffffffffff|99999999999999999999|.nan|.inf|null|~|true|2026-01-01|${|${A|${A:-${B}}|$$|${A?}|--help|-|../..|/|__proto__: {}|constructor: 1|\u202e'.split(
		'|',
	);
const load = (text: string) =>
	loadProject({
		file: 'box.yaml',
		cwd: '/h',
		env: {HOME: '/h'},
		readText: path => (path === '/h/box.yaml' ? text : undefined),
		kindOf: () => 'file',
	});

test(
	'a damaged spec is read, the same each time, or refused by an error of ours',
	() => {
		fc.assert(
			fc.property(mutated(examples, hostile), text => {
				expect(orRefused(() => load(text))).toEqual(orRefused(() => load(text)));
			}),
			budget,
		);
	},
	patience,
);

/** Each word that the plan hands to a tool as one of its arguments. */
function wordsOf(evil: string, machine: (typeof machines)[number]): readonly string[] {
	const text = JSON.stringify({
		rootfs: 'host',
		name: 'demo',
		command: [evil, evil],
		environment: {A: evil},
		labels: {a: evil},
		working_dir: `/${evil}`,
		tmpfs: [`/t/${evil}`],
		volumes: [{type: 'bind', source: `/h/${evil}`, target: `/v/${evil}`}],
		security_opt: [`apparmor=${evil}`],
	});
	const [service] = orRefused(() => load(text))?.services ?? [];
	if (service === undefined) return [];
	const sources = Object.fromEntries(
		service.volumes.flatMap(volume =>
			volume.type === 'bind'
				? [[volume.source, {real: volume.source, kind: 'folder' as const, submounts: [], locked: []}]]
				: [],
		),
	);
	const input = sampleInput({facts: savedFacts(machine), image: {kind: 'host'}, sources, bestEffort: true});
	const plan = orRefused(() =>
		planContainer({...input, extras: extrasOf(service, undefined), config: toOciConfig(service, '/')}),
	);
	return (plan?.steps ?? []).flatMap(({action}) => {
		if (action.kind === 'run' || action.kind === 'dropPrivileges') return action.args;
		if (action.kind !== 'mountTable') return [];
		return action.rows.flatMap(({source, target, options}) => [source, target, ...options]);
	});
}

test(
	'no value of a spec becomes an option of a tool',
	() => {
		const value = fc.oneof(
			fc.constantFrom('--help', '-rf', '-', '-o,suid', '--bind', '-n\n--x', '--target=1', 'x,suid'),
			fc.string({minLength: 1, maxLength: 8}).map(text => `-${text}`),
		);
		expect(wordsOf('plain', 'v2-bookworm')).toContain('/v/plain');
		fc.assert(
			fc.property(value, fc.constantFrom(...machines), (evil, machine) => {
				expect(wordsOf(evil, machine).filter(word => word === evil || word === 'suid')).toEqual([]);
			}),
			budget,
		);
	},
	patience,
);
