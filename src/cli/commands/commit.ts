import {interruptible} from '../images/interruptible.ts';
import {defineCommand} from '../verb/command.ts';

/** `tsbox commit`: makes an image of what a container changed. */
export const commit = defineCommand({
	name: 'commit',
	describe: 'Make an image of what a container changed',
	examples: [
		['tsbox commit demo demo:fixed', 'the files of its image and its own, as an image; prints the digest'],
		[`tsbox commit -m 'with curl' -c 'CMD ["sh"]' demo tools:1`, 'with a line for the history, and another command'],
		['tsbox commit --no-pause demo demo:now', 'its processes go on while its files are read'],
	],
	options: {
		message: {kind: 'text', short: 'm', value: 'TEXT', describe: 'What the history says'},
		author: {kind: 'text', short: 'a', value: 'TEXT', describe: 'Who made the image'},
		change: {
			kind: 'list',
			short: 'c',
			value: 'INSTRUCTION',
			describe: 'Change a setting by an instruction of a Dockerfile, such as CMD ["sh"]',
		},
		pause: {kind: 'flag', short: 'p', describe: 'Freeze the container while its files are read; the default'},
		'no-pause': {kind: 'flag', describe: 'Do not freeze the container'},
	},
	positionals: [
		{name: 'CONTAINER', describe: 'Container, running or stopped', required: true, completes: 'container'},
		{name: 'NAME[:TAG]', describe: 'Name of the image; default none', completes: 'image'},
	],
	async run({values, positionals: [container = '', name]}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		return interruptible(io, async signal => {
			const {digest} = await engine.commitContainer(machine, container, {
				name,
				changes: values.change,
				message: values.message,
				author: values.author,
				pause: values.pause || !values['no-pause'],
				signal,
			});
			io.out(`${digest}\n`);
			return 0;
		});
	},
});
