import {pipeline} from 'node:stream/promises';
import {isError} from '../../errors/is-error.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {HostFacts} from '../../host/facts.ts';
import {type RangeMap, userMapOf} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import type {JailedTool} from '../archive/jail.ts';
import {startJailed} from '../archive/jailed-program.ts';
import {noSpace, saysDiskFull, tarFailed} from '../archive/unpack-error.ts';

/** What a jailed tar unpacks, and where. */
export interface TarFeed {
	readonly host: Host;
	readonly facts: HostFacts;
	readonly store: string;
	/** The folder with the copied tools. */
	readonly toolbox: string;
	/** The archive's path or the layer's name, for messages. */
	readonly title: string;
	readonly tool: JailedTool;
	/** The folder that becomes tar's root. */
	readonly tree: string;
	readonly ids?: RangeMap | undefined;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Feeds a plain tar to a jailed tar. Always returns or throws after tar has ended.
 *
 * @param source - the tar; an error of it ends tar
 * @throws TsboxError E_NO_SPACE, E_INTERRUPTED, E_STEP_FAILED; whatever `source` throws.
 */
export async function feedTar(feed: TarFeed, source: AsyncIterable<Buffer>): Promise<void> {
	const {host, facts, store, toolbox, title, tool, tree, ids, signal} = feed;
	let full = false;
	const tar = startJailed(host, facts, tool, tree, {
		toolbox,
		ids,
		onMessage: text => {
			if (full || !saysDiskFull(text)) return;
			// GNU tar would continue and fail on every other entry.
			full = true;
			tar.kill();
		},
	});
	const kill = (): void => tar.kill();
	signal?.addEventListener('abort', kill);
	const failure: unknown = await pipeline(source, tar.stdin).then(
		() => undefined,
		(error: unknown) => {
			// A broken pipe means that tar gave up by itself and will report why. After any other error tar must be killed.
			if (!isBrokenPipe(error)) tar.kill();
			return error;
		},
	);
	const status = await tar.ended;
	signal?.removeEventListener('abort', kill);
	if (full) throw noSpace(title, store);
	if (signal?.aborted === true)
		throw new TsboxError('E_INTERRUPTED', `unpacking ${title} was interrupted`, {cause: signal.reason});
	if (failure !== undefined && !isBrokenPipe(failure)) throw failure;
	if (failure !== undefined || status !== 0)
		throw tarFailed(title, tar, ids ?? (facts.user.uid === 0 ? undefined : userMapOf(facts)));
}

function isBrokenPipe(error: unknown): boolean {
	return (
		isError(error) &&
		'code' in error &&
		['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))
	);
}
