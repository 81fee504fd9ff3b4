import {resolve} from 'node:path';
import {jsonText} from '../../view/text/json.ts';
import {defineCommand} from '../verb/command.ts';
import {planOptions, specRequest} from '../options/run-options.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {usageError} from '../options/usage-error.ts';
import {verifyBuilds} from '../build/verify-builds.ts';
import {jsonOption, optionalSpec, serviceName} from '../options/arguments.ts';

/** `tsbox verify`: checks that repeated runs give the same results. */
export const verify = defineCommand({
	name: 'verify',
	describe: 'Run a container or a build several times and compare the results; exit status 1 if they differ',
	examples: [
		['tsbox verify build.yaml', 'compare the files, output, and exit status of three runs'],
		['tsbox verify build.yaml --output /out', 'compare the files of one folder only'],
		['tsbox verify --build .', 'build the Dockerfile of this folder twice, and compare the images'],
		['tsbox verify build.yaml --keep runs', 'keep the files in runs/run-1, runs/run-2, ...'],
	],
	options: {
		build: {kind: 'flag', describe: 'Compare images that are built: of a folder, or of a spec'},
		runs: {kind: 'number', short: 'n', value: 'N', describe: 'Number of runs; default 3, or 2 with --build'},
		output: {
			kind: 'list',
			value: 'PATH',
			describe: 'Compare only this path in the container; default all written files',
		},
		keep: {kind: 'text', value: 'DIR', describe: 'Keep the files of each run in this new folder'},
		'same-owner': {kind: 'flag', describe: 'Do not vary the owner of the copied checkout'},
		...jsonOption,
		...planOptions,
	},
	positionals: [optionalSpec, {...serviceName, completes: 'none'}],
	async run({values, positionals: [file, service]}, all) {
		const {io, engine, folders} = all;
		if (values.build) {
			if (values.output.length > 0 || values.keep !== undefined || values['same-owner'])
				throw usageError('--build takes no --output, --keep or --same-owner', undefined, 'verify');
			return verifyBuilds(values, [file, service], all);
		}
		const {escapeText} = await import('../../view/text/escape.ts');
		const stop = stopSignals(io, 'the verification');
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
