import {resolve} from 'node:path';
import {cannotWrite} from '../output/cannot-write.ts';
import {defineCommand} from '../verb/command.ts';
import {tell} from '../output/tell.ts';

/** `tsbox init`: writes a commented starter spec. */
export const init = defineCommand({
	name: 'init',
	describe: 'Write a commented spec to start from',
	examples: [
		['tsbox init', 'tsbox.yaml in this folder'],
		['tsbox init demo.yaml', 'another file'],
	],
	options: {
		force: {kind: 'flag', short: 'f', describe: 'Replace an existing file'},
	},
	positionals: [{name: 'FILE', describe: 'File to write; default tsbox.yaml', completes: 'file'}],
	async run({values, positionals: [file = 'tsbox.yaml']}, {io}) {
		const path = resolve(io.cwd, file);
		const {starterSpec} = await import('../../spec/project/starter.ts');
		try {
			io.writeFile(path, starterSpec(), values.force);
		} catch (cause) {
			throw cannotWrite(path, cause);
		}
		tell(io, `wrote ${path}; next: tsbox plan ${file}`);
		return 0;
	},
});
