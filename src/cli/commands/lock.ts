import {isError} from '../../errors/is-error.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errnoOf} from '../../host/errno.ts';
import type {MadeLock} from '../../lock/lock.ts';
import {shownPath} from '../../spec/syntax/source-text.ts';
import {jsonText} from '../../view/text/json.ts';
import {defineCommand} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';
import {lockProgress} from '../up/lock-progress.ts';
import {present} from '../../spec/syntax/pick.ts';
import {projectOptions, selectedProject} from '../options/project-options.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {usageError} from '../options/usage-error.ts';
import {withFacts} from '../options/with-facts.ts';
import {tell} from '../output/tell.ts';
import {factsOption, optionalSpec} from '../options/arguments.ts';

/** `tsbox lock`: writes the lock file of a spec, or checks it. */
export const lock = defineCommand({
	name: 'lock',
	describe: 'Write the lock file of a spec, for `up --locked`; --check compares',
	examples: [
		['tsbox lock shop.yaml', 'write tsbox.lock next to the spec, for git'],
		['tsbox lock shop.yaml web', 'update the lock of one service'],
		['tsbox lock -f shop.yaml -f more.yaml', 'the lock of two files that are merged'],
		['tsbox lock --check shop.yaml', 'show differences; exit status 1 if there are any'],
		['tsbox lock --update shop.yaml', 'lock the images that tags point to now'],
	],
	options: {
		check: {kind: 'flag', describe: 'Compare without writing; exit status 1 if something differs'},
		update: {
			kind: 'flag',
			describe: 'Ask registries, and lock again the services whose tag points to another image now',
		},
		json: {kind: 'flag', describe: 'Print JSON (with --check or --update)'},
		lock: {kind: 'text', value: 'FILE', describe: 'Lock file; default tsbox.lock next to the spec'},
		...factsOption,
		...projectOptions,
		'best-effort': {kind: 'flag', describe: 'Skip what the host does not support, as up --best-effort does'},
	},
	positionals: [
		optionalSpec,
		{name: 'SERVICE', describe: 'Services in the spec; default all', many: true, completes: 'none'},
	],
	async run({values, positionals}, context) {
		const {io, engine, folders} = context;
		const {target, services, selection} = selectedProject(values, positionals, context);
		if (values.json && !values.check && !values.update)
			throw usageError('--json works only with --check or --update', undefined, 'lock');
		if (values.check && values.update) throw usageError('choose one of --check and --update', undefined, 'lock');
		const machine = await withFacts(await engine.openMachine({...folders, planOnly: true}), values.facts, io);
		const stop = stopSignals(io, 'the lock');
		try {
			const request = {
				spec: {
					cwd: io.cwd,
					env: io.env,
					bestEffort: values['best-effort'],
					...selection,
					...(target === undefined ? {} : {file: target}),
				},
				services,
				update: values.update,
				signal: stop.signal,
				onFile: lockProgress(io),
				...present({file: values.lock}),
			};
			const {imageUpdateLines, lockDifferences, notLockedLines} = await import('../../view/lists/lock-words.ts');
			if (!values.check) {
				const made = await engine.makeLock(machine, request);
				const isSame = values.update && made.services.length === 0;
				if (!isSame) write(io, made);
				io.err(notLockedLines(made.notLocked));
				if (values.json) io.out(jsonText({file: made.file, updates: made.updates}, 2));
				else io.out(imageUpdateLines(made.updates));
				if (isSame) tell(io, `${shownPath(made.file, io.cwd)} stays as it is`);
				else tell(io, `wrote ${shownPath(made.file, io.cwd)}: ${made.services.join(', ')}`);
				return 0;
			}
			const found = await engine.checkLock(machine, request);
			const holds = found.differences.length === 0;
			const file = shownPath(found.file, io.cwd);
			if (values.json) io.out(jsonText({holds, ...found}, 2));
			else {
				io.err(notLockedLines(found.notLocked));
				if (holds) tell(io, `${file} matches: ${found.services.join(', ')}`);
				else io.out(`${lockDifferences({...found, file})}\n`);
			}
			return holds ? 0 : 1;
		} finally {
			stop.close();
		}
	},
});

function write(io: Io, {file, text}: MadeLock): void {
	try {
		io.writeFile(file, text, true);
	} catch (cause) {
		if (!['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errnoOf(cause) ?? '')) throw cause;
		throw new TsboxError('E_USAGE', `cannot write the lock file ${shownPath(file, io.cwd)}`, {
			...(isError(cause) ? {why: cause.message} : {}),
			hint: 'pass a file in an existing folder with `--lock FILE`',
			cause,
		});
	}
}
