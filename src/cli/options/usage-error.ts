import {didYouMean} from '../../errors/did-you-mean.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';

/** An error of the command line, exit status 2; the hint names the nearest known word, or the page to read. */
export function usageError(
	message: string,
	misspelt?: {readonly word: string; readonly known: readonly string[]},
	verb?: string,
): TsboxError {
	const near = misspelt === undefined ? undefined : didYouMean(misspelt.word, misspelt.known);
	const page = verb === undefined || verb === 'tsbox' ? 'tsbox --help' : `tsbox ${verb} --help`;
	return new TsboxError('E_USAGE', message, {hint: near === undefined ? `see ${page}` : `did you mean ${near}?`});
}
