import {defineCommand} from '../verb/command.ts';

/** `tsbox supervise`: what `up -d` leaves running. */
export const supervise = defineCommand({
	name: 'supervise',
	describe: 'Supervise a project in the background; `up -d` starts this',
	examples: [['tsbox supervise shop', 'take over its running containers']],
	options: {},
	positionals: [{name: 'PROJECT', describe: 'Project', required: true, completes: 'project'}],
	async run({positionals: [name = '']}, {engine, folders}) {
		// A terminal that closes, or a shell that ends, is nothing to the containers.
		process.on('SIGHUP', () => {});
		process.on('SIGINT', () => {});
		try {
			await engine.supervise(await engine.openMachine(folders), name);
			return 0;
		} finally {
			// Whatever waits still after a failure: as long as this process is there, no other one looks after the project.
			setTimeout(() => process.exit(), 100).unref();
		}
	},
});
