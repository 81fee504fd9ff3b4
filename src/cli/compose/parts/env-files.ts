import {resolve} from 'node:path';
import {TsboxError} from '../../../errors/tsbox-error.ts';
import {dotenvLookup, parseDotenv} from '../../../spec/syntax/dotenv.ts';
import type {Io} from '../../verb/io.ts';

/**
 * The variables of files as `NAME=VALUE`.
 *
 * @throws TsboxError E_USAGE for a file that cannot be read.
 */
export async function readEnvFiles(files: readonly string[], io: Io): Promise<readonly string[]> {
	return files.flatMap(file => {
		try {
			const {entries} = parseDotenv(io.readFile(resolve(io.cwd, file)));
			const lookup = dotenvLookup(entries, name => {
				const value = io.env[name];
				return value === undefined ? undefined : {value, from: 'environment'};
			});
			return entries.map(({name, value}) => (value === undefined ? name : `${name}=${lookup(name)?.value ?? ''}`));
		} catch (cause) {
			throw new TsboxError('E_USAGE', `--env-from-file ${file} cannot be read`, {
				cause,
				hint: 'correct the path; it is relative to the working folder',
			});
		}
	});
}
