import {commit as ownCommit} from '../../commands/commit.ts';
import {cp as own} from '../../commands/cp.ts';
import {usageError} from '../../options/usage-error.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {containerOf} from '../parts/project-of.ts';
import {indexOption} from '../parts/shared-options.ts';

/** `tsbox compose cp`. */
export const cp = defineComposeVerb({
	name: 'cp',
	describe: 'Copy files between a container of a service and the host',
	examples: [
		['tsbox compose cp web:/etc/hosts .', 'a file to the host'],
		['tsbox compose cp ./site web:/srv', 'a folder, to /srv/site'],
	],
	options: {...own.options, ...indexOption},
	refused: {
		all: {
			kind: 'flag',
			why: 'containers of `compose run` have names of their own',
			hint: 'copy with the name that `tsbox compose ps` shows: `tsbox cp FILE NAME:PATH`',
		},
	},
	dry: 'none',
	positionals: [
		{name: 'SOURCE', describe: 'Path, SERVICE:PATH, or - for a tar', required: true, completes: 'file'},
		{name: 'TARGET', describe: 'Path, SERVICE:PATH, or - for a tar', required: true, completes: 'file'},
	],
	async run({values, positionals}, context) {
		const places: string[] = [];
		for (const word of positionals) {
			const [, service, path] = /^([^/.:][^/:]*):(.*)$/s.exec(word) ?? [];
			if (service === undefined || path === undefined) places.push(word);
			else places.push(`${(await containerOf(context, service, values.index)).container.name}:${path}`);
		}
		return own.run({values, positionals: places, rest: undefined}, context);
	},
});

/** `tsbox compose export`. */
export const exportFiles = defineComposeVerb({
	name: 'export',
	describe: 'Write the files of a container as a tar',
	examples: [['tsbox compose export web > web.tar', 'to standard output']],
	options: indexOption,
	refused: {
		output: {
			kind: 'text',
			short: 'o',
			why: 'the shell can do that',
			hint: 'redirect the output: `tsbox compose export SERVICE > FILE`',
		},
	},
	dry: 'none',
	positionals: [{name: 'SERVICE', describe: 'Service', required: true, completes: 'service'}],
	async run({values, positionals: [service = '']}, context) {
		const {container} = await containerOf(context, service, values.index);
		const options = {archive: false, 'follow-link': false};
		// `/.` leaves the name of the folder out, as `docker export` does.
		return own.run({values: options, positionals: [`${container.name}:/.`, '-'], rest: undefined}, context);
	},
});

/** `tsbox compose commit`. */
export const commit = defineComposeVerb({
	name: 'commit',
	describe: 'Make an image of what a container of a service changed',
	examples: [['tsbox compose commit web web:fixed', 'prints the digest of the image']],
	options: {
		...ownCommit.options,
		...indexOption,
		pause: {
			kind: 'text',
			short: 'p',
			value: 'BOOL',
			choices: ['true', 'false'],
			describe: 'Freeze the container while its files are read; default true',
		},
	},
	dry: 'none',
	positionals: [
		{name: 'SERVICE', describe: 'Service', required: true, completes: 'service'},
		{name: 'NAME[:TAG]', describe: 'Name of the image; default none', completes: 'image'},
	],
	async run({values, positionals: [service = '', name]}, context) {
		if (values.pause === 'true' && values['no-pause'])
			throw usageError('--pause and --no-pause cannot be combined', undefined, 'compose commit');
		const {container} = await containerOf(context, service, values.index);
		const all = {...values, pause: values.pause === 'true', 'no-pause': values['no-pause'] || values.pause === 'false'};
		const positionals = [container.name, ...(name === undefined ? [] : [name])];
		return ownCommit.run({values: all, positionals, rest: undefined}, context);
	},
});
