import {resolve} from 'node:path';
import {jsonText} from '../../view/text/json.ts';
import {defineCommand} from '../verb/command.ts';
import {planOptions, specRequest} from '../options/run-options.ts';
import {stopSignals} from '../options/stop-signals.ts';

/** `tsbox verify`: whether a container makes the same each time. */
export const verify = defineCommand({
	name: 'verify',
	describe: 'Run a container several times and compare what it makes; exit status 1 if that differs',
	examples: [
		['tsbox verify build.yaml', 'three runs; all files that they write, what they print, how they end'],
		['tsbox verify build.yaml --output /out', 'of the files those in one folder alone'],
		['tsbox verify build.yaml --keep runs', 'what each run made stays in runs/run-1, runs/run-2, ...'],
	],
	options: {
		runs: {kind: 'number', short: 'n', value: 'N', describe: 'How often it is run; 3 by default'},
		output: {kind: 'list', value: 'PATH', describe: 'Compare this path of the container; all that it wrote by default'},
		keep: {kind: 'text', value: 'DIR', describe: 'Keep what each run made in this new folder'},
		'same-owner': {kind: 'flag', describe: 'Leave the copied checkout to its owner in every run'},
		json: {kind: 'flag', describe: 'As JSON'},
		...planOptions,
	},
	positionals: [
		{name: 'SPEC', describe: 'Spec file; without it tsbox.yaml of this folder or one above', completes: 'file'},
		{name: 'SERVICE', describe: 'Entry of services: in the spec', completes: 'none'},
	],
	async run({values, positionals: [file, service]}, {io, engine, folders}) {
		const {escapeText} = await import('../../view/text/escape.ts');
		const stop = stopSignals(io, 'it');
		try {
			const found = await engine.verify(await engine.openMachine(folders), {
				...specRequest(io, values, {file, service}),
				runs: values.runs ?? 3,
				outputs: values.output.map(path => resolve('/', path)),
				sameOwner: values['same-owner'],
				signal: stop.signal,
				force: stop.force,
				tell: text => io.err(`${escapeText(text)}\n`),
				...(values.keep === undefined ? {} : {keep: resolve(io.cwd, values.keep)}),
			});
			if (values.json) io.out(jsonText(found, 2));
			else {
				const {verificationText} = await import('../../view/lists/verification.ts');
				io.out(verificationText(found));
			}
			return found.reproducible ? 0 : 1;
		} finally {
			stop.close();
		}
	},
});
