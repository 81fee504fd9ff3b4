import {asForeseen} from '../../errors/system-failure.ts';
import {isTsboxError} from '../../errors/tsbox-error.ts';
import {parsePlatform} from '../../spec/image/platform.ts';
import {exitStatus} from '../options/exit-status.ts';
import {usageError} from '../options/usage-error.ts';
import {tell} from '../output/tell.ts';
import {themeOf} from '../output/theme-of.ts';
import type {RunAction} from './action.ts';
import {pullView} from './pull-view.ts';

/** `tsbox images pull`. An error does not keep it from the other images; the first one decides the exit status. */
export const pull: RunAction = async (values, words, {io, engine, folders}) => {
	const platform = values.platform === undefined ? undefined : parsePlatform(values.platform);
	if (platform?.ok === false) throw usageError(`--platform ${platform.problem}`, undefined, 'images');
	const machine = await engine.openMachine(folders);
	const references = [];
	// All names are looked at before the first one is pulled.
	for (const word of words) references.push(await engine.imageReference(machine, word, io.cwd));
	const {imageTitle} = await import('../../view/lists/images-table.ts');
	const over = new AbortController();
	const close = io.onSignal(name => over.abort(name));
	let status = 0;
	try {
		for (const reference of references) {
			if (over.signal.aborted) break;
			const title = imageTitle(reference, true);
			const view = values.quiet ? undefined : pullView(title, io);
			try {
				const {digest, isSame} = await engine.pullNamed(machine, reference, {
					platform: platform?.value,
					signal: over.signal,
					onResolved: view?.begin,
					onProgress: view?.show,
					tell: text => tell(io, text),
				});
				view?.end();
				if (isSame && !values.quiet) io.err(`${title} is up to date\n`);
				io.out(`${values.quiet ? digest : `${title} ${digest}`}\n`);
			} catch (cause) {
				view?.end();
				const error = asForeseen(cause);
				if (!isTsboxError(error)) throw error;
				const {errorText} = await import('../../view/text/error-text.ts');
				io.err(errorText(error, themeOf(io, 'stderr')));
				if (status === 0) status = error.exitStatus;
			}
		}
	} finally {
		close();
	}
	return over.signal.aborted ? exitStatus({exitCode: 0, signal: String(over.signal.reason)}) : status;
};
