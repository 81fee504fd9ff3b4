import {didYouMean} from '../../errors/did-you-mean.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {traceCategories, traceWords} from '../../host/trace.ts';

/** @throws TsboxError E_USAGE for an unknown category in TSBOX_DEBUG. */
export function refuseUnknownTrace(env: NodeJS.ProcessEnv): void {
	const words = traceWords(env['TSBOX_DEBUG']);
	if (words.length === 0) return;
	const known = [...Object.keys(traceCategories), 'all'];
	const word = words.find(each => !known.includes(each));
	if (word === undefined) return;
	const near = didYouMean(word, known);
	throw new TsboxError('E_USAGE', `TSBOX_DEBUG has no category "${word}"`, {
		why: `the categories are ${known.join(', ')}`,
		...(near === undefined ? {} : {hint: `did you mean ${near}?`}),
	});
}
