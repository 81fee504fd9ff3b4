import {TsboxError} from '../../errors/tsbox-error.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {startJailed} from '../../image/archive/jailed-program.ts';
import {mergedRoot} from '../../image/archive/merged-root.ts';
import type {Machine} from '../machine/machine.ts';

/** Options of tar that read a whole tree with all that images keep of files. */
const readAll = [
	'--numeric-owner',
	'--sparse',
	'--xattrs',
	'--xattrs-include=security.capability',
	'--xattrs-include=user.*',
	'--one-file-system',
	'-C',
	'/',
	'-cf',
	'-',
	'.',
];

/** What {@link mergedTar} reads. */
export interface MergedFiles {
	/** The folders of the layers, topmost first. */
	readonly lowers: readonly string[];
	/** An own folder of the caller's. */
	readonly work: string;
	/** What the files belong to, for messages. */
	readonly title: string;
	readonly signal?: AbortSignal | undefined;
}

/**
 * The files of several layers together as a tar. A jailed tar reads them through an overlay, and is gone when the reader leaves.
 *
 * @throws TsboxError E_STEP_FAILED, E_HOST_UNSUPPORTED.
 */
export async function* mergedTar(
	{host, facts, dirs: {store}}: Machine,
	{lowers, work, title, signal}: MergedFiles,
): AsyncIterable<Buffer> {
	// An overlay needs two layers, and a whiteout of the only one must not be seen.
	const [empty, covered] = [`${work}/empty`, `${work}/covered`];
	for (const folder of [empty, covered]) host.mkdir(folder, 0o755);
	const tool = {
		tool: 'tar',
		args: readAll,
		capabilities: ['dac_read_search'],
		keepFolder: true,
		mounts: [mergedRoot(facts, [...lowers, empty])],
	} as const;
	const reader = startJailed(host, facts, tool, covered, {toolbox: sealTools(host, facts, store)});
	reader.stdin.on('error', () => {});
	reader.stdin.end();
	const kill = (): void => reader.kill();
	signal?.addEventListener('abort', kill, {once: true});
	try {
		for await (const chunk of reader.stdout) yield chunk as Buffer;
		const status = await reader.ended;
		if (status === 0) return;
		throw new TsboxError('E_STEP_FAILED', `the files of ${title} cannot be read`, {
			command: reader.command,
			output: reader.messages(),
		});
	} finally {
		reader.kill();
		await reader.ended;
		signal?.removeEventListener('abort', kill);
	}
}
