import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {loadProject} from '../../../src/spec/project/load.ts';

interface Workflow {
	readonly on: readonly string[];
	readonly jobs: Readonly<Record<string, {readonly steps: readonly {readonly run?: string; readonly uses?: string}[]}>>;
}

const text = readFileSync(new URL('github-action.yml', import.meta.url), 'utf8');
const workflow = parse(text) as Workflow;
const scripts = Object.values(workflow.jobs).flatMap(({steps}) => steps.flatMap(({run}) => run ?? []));

test('the workflow is YAML with steps that each run or use something', () => {
	const steps = Object.values(workflow.jobs).flatMap(job => job.steps);
	expect(steps.length).toBeGreaterThan(3);
	expect(steps.filter(({run, uses}) => (run === undefined) === (uses === undefined))).toEqual([]);
	expect(workflow.on).toContain('push');
});

test('bash can read its scripts', () => {
	for (const input of scripts) expect(execFileSync('bash', ['-n'], {input, encoding: 'utf8'})).toBe('');
});

test('the spec that it writes is one', () => {
	const [, spec = ''] = /<<'SPEC'\n([^]*?)\nSPEC\n/.exec(scripts.join('\n')) ?? [];
	const {services} = loadProject({
		file: '/box.yaml',
		cwd: '/',
		env: {},
		readText: path => (path === '/box.yaml' ? spec : undefined),
		kindOf: () => 'file',
	});
	expect(services).toMatchObject([{workingDir: '/work', command: ['npm', 'test'], memLimit: 2_147_483_648}]);
});
