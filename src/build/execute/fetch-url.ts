import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {fetchProgram} from './fetch-program.ts';

/** A file that was fetched. */
export interface FetchedFile {
	/** SHA-256, hex. */
	readonly digest: string;
	/** When the server says that it was changed, else now; seconds since the epoch. */
	readonly mtime: number;
}

/** The longest time without progress, and for a connection, s. */
const patience = 60;

/**
 * Fetches a file with curl(1), which knows proxies and certificates of the machine.
 *
 * @param to - a path that does not exist
 * @param env - proxies, as curl's variables
 * @param place - `file:line`, for messages
 * @throws TsboxError E_BUILD with curl's own words, or for another checksum; E_HOST_UNSUPPORTED without curl; E_INTERRUPTED.
 */
export async function fetchUrl(
	host: Host,
	{url, checksum}: {readonly url: string; readonly checksum?: string},
	to: string,
	{
		env,
		place,
		signal,
	}: {
		readonly env: Readonly<Record<string, string>>;
		readonly place: string;
		readonly signal?: AbortSignal | undefined;
	},
): Promise<FetchedFile> {
	const words = [
		'curl',
		'--fail',
		'--silent',
		'--show-error',
		'--location',
		// Brackets and braces in a URL are text: `[1-9999]` would be as many requests.
		'--globoff',
		'--proto',
		'=http,https',
		'--max-redirs',
		'10',
		'--retry',
		'3',
		'--connect-timeout',
		String(patience),
		'--speed-time',
		String(patience),
		'--speed-limit',
		'1',
		'--remote-time',
		'--output',
		to,
		'--url',
		url,
	];
	const {exitCode, said} = await fetchProgram(host, words, {env, what: `fetching ${url}`, signal});
	if (exitCode === 127) {
		throw new TsboxError('E_HOST_UNSUPPORTED', `${place}: ADD of a URL needs curl`, {
			why: said,
			hint: 'install curl',
		});
	}
	if (exitCode !== 0) {
		throw new TsboxError('E_BUILD', `${place}: ${url} could not be fetched`, {
			output: said,
			hint: 'open the URL in a browser, or fetch the file yourself and COPY it',
		});
	}
	const hash = createHash('sha256');
	const file = await host.openFile(to);
	try {
		for await (const chunk of file.chunks(signal)) hash.update(chunk);
	} finally {
		await file.close();
	}
	const digest = hash.digest('hex');
	if (checksum !== undefined && checksum !== `sha256:${digest}`) {
		throw new TsboxError('E_BUILD', `${place}: ${url} is not what --checksum says`, {
			why: `its digest is sha256:${digest}`,
			hint: 'look at the file before you change the checksum',
		});
	}
	return {digest, mtime: Math.floor((host.lstat(to)?.mtimeMs ?? host.now()) / 1000)};
}
