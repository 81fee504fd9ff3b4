import {StringDecoder} from 'node:string_decoder';
import {makeFifos} from '../../execute/fifos.ts';
import {closeDescriptor, openFifo} from '../../host/programs/stdio.ts';
import {keepLayer} from '../../image/layer/keep-layer.ts';
import {type PackedNotes, packUpper} from '../../image/layer/pack-upper.ts';
import type {OciImage} from '../../image/store/facts.ts';
import type {LayerRecord} from '../../image/store/images.ts';
import {lowerTree} from '../../image/store/lower.ts';
import {adoptLower} from '../../image/unpack/adopt-lower.ts';
import {present} from '../../spec/syntax/pick.ts';
import type {BuildRow, FileSource} from '../plan/build-plan.ts';
import type {CopyFrom} from './copy-layer.ts';
import {leftByMounts} from './left-by-mounts.ts';
import type {MergedTree} from './merged-tree.ts';
import {layersKey, type RowWork} from './row-work.ts';
import {runInContainer} from './run-container.ts';
import {prepareMounts} from './run-mounts.ts';

/**
 * Runs a RUN, and makes its writable layer one of the image; undefined when it changed no file.
 *
 * @param tree - the files that it runs on
 * @param folder - an empty folder on the disk of the store
 * @throws TsboxError E_BUILD when the command fails; as `up` when the container does not start.
 */
export async function runRow(
	row: Extract<BuildRow, {kind: 'run'}>,
	tree: MergedTree,
	folder: string,
	rows: RowWork,
): Promise<LayerRecord | undefined> {
	const {machine, request, work} = rows;
	const {host, store, toolbox, latest, signal} = work;
	const gifts = {
		secrets: request.secrets ?? {},
		ssh: request.ssh ?? {},
		filesOf: async (source: FileSource): Promise<CopyFrom> => rows.filesOf(row, source),
	};
	const mounts = await prepareMounts(row.run, row.place, folder, gifts, work);
	const upper = `${folder}/upper`;
	const points = await withOutput(row, folder, rows, async output =>
		runInContainer(machine, {
			run: row.run,
			place: row.place,
			command: row.command,
			image: imageOf(rows.layersOf(row.stage), store),
			tree,
			mounts,
			common: request.run ?? {},
			...present({latest}),
			folder,
			upper,
			output,
			signal: request.signal,
			force: request.force,
			emit: event => {
				if (event.type === 'warning') request.emit({type: 'build.warning', text: `${row.place}: ${event.text}`});
			},
		}),
	);
	const left = leftByMounts(host, tree, upper, [...points]);
	const notes: PackedNotes = {entries: 0, opaque: [], isChanged: false};
	const packed = packUpper(
		{folder: upper, title: 'the writable layer', left, latest},
		{host, facts: work.facts, toolbox, signal},
		notes,
	);
	const layer = await keepLayer(host, store, packed);
	if (layer === undefined) return undefined;
	const {entries, opaque, isChanged} = notes;
	// The writable layer has the form of a lower layer already. Only one that differs from its tar must be unpacked from that.
	if (isChanged) await rows.unpack(row, layer);
	else await adoptLower({diffId: layer.diffId, folder: upper, entries, bytes: layer.size, opaque}, work);
	return layer;
}

/** Runs a command with a descriptor for what it prints; for events it is a FIFO, and all is heard when `work` has ended. */
async function withOutput<T>(
	row: BuildRow,
	folder: string,
	{request: {emit, output}, work: {host}}: RowWork,
	work: (output: number) => Promise<T>,
): Promise<T> {
	if (output !== 'events') return work(output);
	const path = `${folder}/output`;
	await makeFifos(host, '600', [path]);
	const {stream, theirs} = await openFifo(path, 'read');
	const decoder = new StringDecoder('utf8');
	stream.on('data', (bytes: Buffer) => emit({type: 'row.output', row, text: decoder.write(bytes)}));
	const over = new Promise<void>(resolve => stream.once('close', () => resolve()));
	try {
		return await work(theirs);
	} finally {
		closeDescriptor(theirs);
		await over;
	}
}

/** The layers so far as an image, which a container gets as its root. */
function imageOf(layers: readonly LayerRecord[], store: string): OciImage {
	const id = `sha256:${layersKey(layers)}`;
	return {
		kind: 'image',
		reference: 'localhost/build:latest',
		digest: id,
		manifest: id,
		config: id,
		layers: layers.map(layer => ({...layer, path: lowerTree(store, {diffId: layer.diffId}), stored: true})),
		stored: true,
		bytes: layers.reduce((all, {size}) => all + size, 0),
		source: '',
	};
}
