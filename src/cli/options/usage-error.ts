import {didYouMean} from '../../errors/did-you-mean.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';

/** A command line error with exit status 2. The hint names the nearest known word or the help page. */
export function usageError(
	message: string,
	misspelt?: {readonly word: string; readonly known: readonly string[]},
	verb?: string,
): TsboxError {
	const near = misspelt === undefined ? undefined : didYouMean(misspelt.word, misspelt.known);
	const page = verb === undefined || verb === 'tsbox' ? 'tsbox --help' : `tsbox ${verb} --help`;
	return new TsboxError('E_USAGE', message, {hint: near === undefined ? `see ${page}` : `did you mean ${near}?`});
}
