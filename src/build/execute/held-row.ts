import {keepNewImage} from '../../image/create/keep-new-image.ts';
import {namePath} from '../../image/store/images.ts';
import {newWorkPath} from '../../image/store/store.ts';
import {forgetImage} from '../../image/store/remove.ts';
import {exitedFolder} from '../../state/exited.ts';
import type {BuildRow, StagePlan} from '../plan/build-plan.ts';
import type {RowWork} from './row-work.ts';

/** A row that waits until someone has decided about it. */
export interface HeldRow {
	readonly row: BuildRow;
	/** The stage that it belongs to. */
	readonly stage: StagePlan;
	/**
	 * Makes an image of the files as they are before this row, for as long as `work` takes; false when there are none yet.
	 *
	 * @param work - gets the path of a spec with a shell that sees the files as the command of the row would
	 */
	readonly look: (work: (spec: string) => Promise<void>) => Promise<boolean>;
}

/** Decides about a row before it is made; throws to end the build. */
export type HoldRow = (held: HeldRow) => Promise<void>;

/** A name that no build gives. */
const lookName = (key: string): string => `localhost/tsbox/step-${key.slice(0, 12)}:latest`;

/** Holds a row. */
export function heldRow(row: BuildRow, stage: StagePlan, rows: RowWork): HeldRow {
	const {host, store} = rows.work;
	return {
		row,
		stage,
		look: async work => {
			const layers = rows.layersOf(row.stage);
			if (row.kind === 'base' || layers.length === 0) return false;
			const name = lookName(row.cacheKey);
			const config = {
				architecture: stage.platform.arch,
				os: 'linux',
				config: {},
				rootfs: {type: 'layers', diff_ids: layers.map(({diffId}) => diffId)},
				history: [],
			};
			const image = keepNewImage(host, store, {names: [name], config, layers});
			const {env = {}, workingDir = '/', user} = row.kind === 'run' ? row.run : {};
			const folder = newWorkPath(host, store);
			const container = `build-look-${row.cacheKey.slice(0, 12)}`;
			try {
				host.mkdir(folder, 0o700);
				const spec = {
					name: container,
					image: name,
					pull_policy: 'never',
					environment: env,
					working_dir: workingDir,
					...(user === undefined ? {} : {user}),
					command: ['/bin/sh'],
				};
				host.writeWhole(`${folder}/shell.json`, JSON.stringify(spec), 0o600);
				await work(`${folder}/shell.json`);
			} finally {
				host.removeTree(folder);
				// Nobody waits for it.
				host.removeTree(`${exitedFolder(rows.machine.dirs.state)}/${container}`);
				host.removeTree(namePath(store, name));
				forgetImage(host, store, {schema: 1, ...image, layers, created: 0}, () => false);
			}
			return true;
		},
	};
}
