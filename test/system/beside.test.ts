import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {firstProcess} from '../../src/step/verbs/run.ts';
import type {Plan, StepBeside} from '../../src/step/verbs/step.ts';
import {besideStep, withBeside} from '../support/with-beside.ts';
import {compiled} from './compiled-script.ts';

/** A folder that a tool of the host makes and another one takes back. */
function madeFolder(id: string, path: string): StepBeside {
	const undo = {kind: 'runWhileThere', path, tool: 'rmdir', args: [path]} as const;
	return besideStep(id, {kind: 'runOnHost', tool: 'mkdir', args: [path]}, undo);
}

describe.runIf(process.getuid?.() === 0).each(['calls', 'commands'] as const)('a step beside, with %s,', executor => {
	let folder = '';
	let count = 0;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'beside-'));
	});
	afterAll(() => {
		rmSync(folder, {recursive: true});
	});

	const [first, last] = ['first', 'last'] as const;

	/** A container that tells its hostname and what is in the folder, with a step at each place where the process can wait. */
	async function box(change: (plan: Plan) => Plan = plan => plan) {
		count += 1;
		const spec = `hostname: planned\nvolumes: ["${folder}:/seen:ro"]\ncommand: [sh, -c, "hostname; ls /seen"]\n`;
		const rename = ['--target', firstProcess, '--uts', 'hostname', 'renamed'];
		const withSteps = (plan: Plan): Plan =>
			change(
				[
					[madeFolder('beside.first', join(folder, first))] as const,
					[
						besideStep('beside.name', {kind: 'runOnHost', tool: 'nsenter', args: rename}),
						'process.privileges',
					] as const,
					[madeFolder('beside.last', join(folder, last)), 'process.exec'] as const,
				].reduce((changed, [step, id]) => withBeside(changed, step, id), plan),
			);
		return await compiled(`beside-${process.pid}-${count}`, spec, {change: withSteps, executor});
	}

	const left = (): readonly string[] => [first, last].filter(name => existsSync(join(folder, name)));

	test('is done while the process waits, and taken back at its end', async () => {
		const made = await box();
		expect(await made.up()).toEqual({exitCode: 0, signal: null, stdout: 'renamed\nfirst\nlast\n'});
		expect([...left(), ...made.leftovers()]).toEqual([]);
		made.remove();
	});

	test('is done by a compiled script as well', async () => {
		const made = await box();
		expect(await made.start().ended).toEqual({status: 0, signal: null, stdout: 'renamed\nfirst\nlast\n', stderr: ''});
		expect([...left(), ...made.leftovers()]).toEqual([]);
		made.remove();
	});

	test('that fails keeps the command from being run, and everything is taken back', async () => {
		const failing = besideStep('beside.fails', {kind: 'runOnHost', tool: 'rmdir', args: [join(folder, 'nowhere')]});
		const made = await box(plan => withBeside(plan, failing, 'process.exec'));
		await expect(made.up()).rejects.toMatchObject({
			code: 'E_STEP_FAILED',
			step: 'do beside.fails',
			command: expect.stringMatching(/rmdir \S*\/nowhere$/) as string,
			output: expect.stringContaining('No such file or directory') as string,
		});
		expect([...left(), ...made.leftovers()]).toEqual([]);
		expect(await made.start().ended).toMatchObject({
			status: 125,
			stdout: '',
			stderr: expect.stringMatching(/rmdir: [^\n]*\nerror: could not do beside\.fails\n(?![^]*output)/) as string,
		});
		expect([...left(), ...made.leftovers()]).toEqual([]);
		made.remove();
	});
});
