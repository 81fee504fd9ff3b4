import {isError} from '../../errors/is-error.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';

/** The error for an output file that cannot be written. */
export function cannotWrite(path: string, cause: unknown): TsboxError {
	if (isError(cause) && 'code' in cause && cause.code === 'EEXIST')
		return new TsboxError('E_USAGE', `${path} already exists`, {hint: 'add `--force` to replace it', cause});
	return new TsboxError('E_PERMISSION', `cannot write ${path}`, {
		...(isError(cause) ? {why: cause.message} : {}),
		cause,
	});
}
