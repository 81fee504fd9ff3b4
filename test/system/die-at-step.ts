import {openMachine, planContainer, upAttached} from '../../src/index.ts';

// Starts a spec and dies by SIGKILL before the step, or fails there: die-at-step.ts FOLDER SPEC STEP kill|fail.
// Without a step it prints the ids of all steps.
const [folder = '', file = '', step, how] = process.argv.slice(2);
const machine = await openMachine({store: `${folder}/store`, state: `${folder}/state`});
const request = {file, cwd: folder, env: {}} as const;

if (step === undefined) {
	const {plan} = await planContainer(machine, request);
	process.stdout.write(JSON.stringify(plan.steps.map(({id}) => id)));
} else {
	const never = new AbortController().signal;
	await upAttached(machine, {
		...request,
		verb: 'up',
		tty: false,
		stdio: {stdin: 0, stdout: 1, stderr: 2},
		signal: never,
		force: never,
		emit: event => {
			if (event.type === step) process.kill(process.pid, 'SIGKILL');
		},
		hold: async ({id}) => {
			if (id !== step) return 'do';
			if (how === 'kill') process.kill(process.pid, 'SIGKILL');
			throw new Error('stopped by the test');
		},
	});
}
