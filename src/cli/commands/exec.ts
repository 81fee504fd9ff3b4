import {defineCommand} from '../verb/command.ts';
import {exitStatus} from '../options/exit-status.ts';
import {commandOptions, executorOf, executorOptions} from '../options/run-options.ts';
import {present} from '../../spec/syntax/pick.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {wantsTty} from '../options/wants-tty.ts';

/** `tsbox exec`: runs a command in a running container. */
export const exec = defineCommand({
	name: 'exec',
	describe: 'Run a command in a running container',
	examples: [
		['tsbox exec demo -- ps aux', 'list its processes'],
		['tsbox exec -it demo -- sh', 'a shell'],
		['tsbox exec shop web ls', 'in a service of a project, as in Compose'],
		['tsbox exec -u nobody -w /tmp demo -- id', 'as another user in another folder'],
	],
	options: {
		...commandOptions,
		executor: {...executorOptions.executor, describe: 'Enter by commands or by system calls; default auto'},
	},
	positionals: [
		{name: 'NAME', describe: 'Container, or a project followed by a SERVICE', required: true, completes: 'container'},
	],
	rest: {required: true},
	async run({values, positionals: [name = ''], rest = []}, {io, engine, folders}) {
		const tty = wantsTty(values, io);
		const stop = stopSignals(io, 'the start');
		try {
			const machine = await engine.openMachine(folders);
			const found = await engine.findService(machine, name, rest);
			const end = await engine.execIn(machine, found.name, {
				args: found.command,
				env: values.env,
				tty,
				stdio: {stdin: 0, stdout: 1, stderr: 2},
				signal: stop.signal,
				force: stop.force,
				...executorOf(values),
				...present({user: values.user, workdir: values.workdir}),
			});
			return exitStatus(end);
		} finally {
			stop.close();
		}
	},
});
