import {defineCommand} from '../verb/command.ts';
import {exitStatus} from '../options/exit-status.ts';
import {runProgress} from '../up/run-progress.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {plainOption} from '../options/arguments.ts';

/** `tsbox replay`: repeats a recorded run from its record alone. */
export const replay = defineCommand({
	name: 'replay',
	describe: 'Repeat a recorded run, and record it too',
	examples: [
		['tsbox replay 20261127t015033-1f0a9c', 'a run of `tsbox runs ls`; a prefix of its id is enough'],
		['tsbox replay ./20261127t015033-1f0a9c.tar.gz', 'a file from `tsbox runs export`'],
	],
	options: plainOption,
	positionals: [
		{name: 'RUN', describe: 'Run id or a prefix, folder, or exported file', required: true, completes: 'run'},
	],
	async run({values, positionals: [word = '']}, {io, engine, folders}) {
		const stop = stopSignals(io, 'the start');
		const view = runProgress(values.plain ? 'plain' : 'quiet', io, stop.signal);
		try {
			const end = await engine.replay(await engine.openMachine(folders), word, {
				cwd: io.cwd,
				env: io.env,
				stdio: {stdin: 0, stdout: 1, stderr: 2},
				signal: stop.signal,
				force: stop.force,
				emit: view.emit,
			});
			return exitStatus(end);
		} finally {
			await view.close();
			stop.close();
		}
	},
});
