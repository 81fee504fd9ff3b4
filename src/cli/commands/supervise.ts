import {defineCommand} from '../verb/command.ts';

/** `tsbox supervise`: runs the supervisor that `up -d` starts. */
export const supervise = defineCommand({
	name: 'supervise',
	describe: 'Supervise a project in the background; `up -d` starts this',
	examples: [['tsbox supervise shop', 'take over its running containers']],
	options: {},
	positionals: [{name: 'PROJECT', describe: 'Project', required: true, completes: 'project'}],
	async run({positionals: [name = '']}, {engine, folders}) {
		// Containers must survive a closed terminal and the end of the shell.
		process.on('SIGHUP', () => {});
		process.on('SIGINT', () => {});
		try {
			await engine.supervise(await engine.openMachine(folders), name);
			return 0;
		} finally {
			// After a failure, pending work could keep this process alive, and no other supervisor could take over the project.
			setTimeout(() => process.exit(), 100).unref();
		}
	},
});
