import {removeOwned} from '../../host/files/remove-owned.ts';
import {sealTools} from '../../host/programs/sealed-tools.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {startJailed} from '../../image/archive/jailed-program.ts';
import {mergedRoot} from '../../image/archive/merged-root.ts';
import {hold} from '../../image/store/hold.ts';
import type {Machine} from '../machine/machine.ts';
import {findOciImage} from './find-image.ts';
import {storedLayers} from './stored-layers.ts';
import {type OutputPlace, writeOut} from './write-out.ts';

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

/**
 * Writes the files of an image, all layers together, as a tar. A jailed tar reads them through an overlay.
 *
 * @param cwd - where relative paths begin
 * @throws TsboxError E_IMAGE_NOT_FOUND, E_USAGE, E_COPY_PATH, E_STEP_FAILED, E_HOST_UNSUPPORTED, E_INTERRUPTED.
 */
export async function exportImage(
	machine: Machine,
	word: string,
	place: OutputPlace,
	{cwd, signal}: {readonly cwd: string; readonly signal?: AbortSignal | undefined},
): Promise<void> {
	const {
		host,
		facts,
		dirs: {store},
	} = machine;
	const {image} = findOciImage(machine, word, cwd);
	const layers = image.layers.map(({diffId}) => diffId);
	const work = hold(host, store, {blobs: image.layers.map(({digest}) => digest), layers});
	try {
		const lowers = await storedLayers(machine, image, signal);
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
			await writeOut(host, checked(reader, word), place, {work, signal});
		} finally {
			reader.kill();
			await reader.ended;
			signal?.removeEventListener('abort', kill);
		}
	} finally {
		await removeOwned(host, facts, work);
	}
}

/** The tar, with the error of the reader at its end. */
async function* checked(reader: ReturnType<typeof startJailed>, word: string): AsyncIterable<Buffer> {
	for await (const chunk of reader.stdout) yield chunk as Buffer;
	const status = await reader.ended;
	if (status === 0) return;
	throw new TsboxError('E_STEP_FAILED', `the files of ${word} cannot be read`, {
		command: reader.command,
		output: reader.messages(),
	});
}
