import {createHash} from 'node:crypto';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** What the checker reads of a manifest. */
interface Manifest {
	readonly config: {readonly digest: string};
	readonly layers: readonly {readonly digest: string}[];
}

/** What the checker reads of the record of an image. */
interface ImageRecord {
	readonly manifest: string;
	readonly config: string;
	readonly layers: readonly {readonly diffId: string; readonly digest: string}[];
}

/** What is not as it should be in the images of a store that nobody works on. Knows its folders, and nothing of tsbox's code. */
export function storeProblems(store: string): readonly string[] {
	const list = (folder: string): readonly string[] =>
		existsSync(join(store, folder)) ? readdirSync(join(store, folder)) : [];
	const json = (file: string): unknown => JSON.parse(readFileSync(join(store, file), 'utf8'));
	const blob = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
	const problems: string[] = [];
	const want = (holds: boolean, what: string): void => void (holds || problems.push(what));

	for (const folder of ['tmp', 'locks', 'layers'])
		for (const name of list(folder)) problems.push(`${folder}/${name} was left`);
	for (const name of list('blobs/sha256')) {
		const sum = createHash('sha256')
			.update(readFileSync(join(store, 'blobs/sha256', name)))
			.digest('hex');
		want(sum === name, `the blob ${name} has the digest ${sum}`);
	}
	for (const name of list('lower')) {
		want(existsSync(join(store, 'lower', name, 'layer.json')), `lower/${name} has no layer.json`);
		want(existsSync(join(store, 'lower', name, 'fs')), `lower/${name} has no files`);
		if (!existsSync(join(store, 'lower', name, 'layer.json'))) continue;
		const {diffId} = json(`lower/${name}/layer.json`) as {readonly diffId: string};
		want(diffId.startsWith(`sha256:${name.slice(0, 16)}`), `lower/${name} is the layer ${diffId}`);
	}
	for (const name of list('manifests')) {
		const {manifest, config, layers} = json(`manifests/${name}`) as ImageRecord;
		want(`${manifest.replace('sha256:', '')}.json` === name, `manifests/${name} is of ${manifest}`);
		const missing = [manifest, config, ...layers.map(({digest}) => digest)].filter(
			digest => !existsSync(join(store, blob(digest))),
		);
		problems.push(...missing.map(digest => `${manifest} has no blob ${digest}`));
		if (missing.length > 0) continue;
		const written = json(blob(manifest)) as Manifest;
		want(written.config.digest === config, `${manifest} has the configuration ${written.config.digest}, not ${config}`);
		const {rootfs} = json(blob(config)) as {readonly rootfs: {readonly diff_ids: readonly string[]}};
		want(rootfs.diff_ids.join() === layers.map(({diffId}) => diffId).join(), `${config} has other layers`);
		want(
			written.layers.map(({digest}) => digest).join() === layers.map(({digest}) => digest).join(),
			`${manifest} has other layers`,
		);
		for (const {diffId} of layers)
			want(
				existsSync(join(store, 'lower', diffId.slice(7, 23), 'layer.json')),
				`${manifest} has no unpacked layer ${diffId}`,
			);
	}
	for (const file of list('names')) {
		const {name, manifest} = json(`names/${file}`) as {readonly name: string; readonly manifest: string};
		want(
			existsSync(join(store, 'manifests', `${manifest.slice(7)}.json`)),
			`${name} points to ${manifest}, which is not there`,
		);
	}
	return problems;
}
