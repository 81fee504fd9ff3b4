import {portWords} from '../values/port-words.ts';
import {parseName} from '../values/container-name.ts';
import {volumeWord} from '../values/shown-values.ts';
import {parseVolumesFrom, volumesFromWord} from '../volumes/volumes-from.ts';
import type {GivenFile} from '../model/given-file.ts';
import {flag, key, keyReadBy, numbered, row, type Shown} from './key.ts';

/** Keys for mounts and ports. */
export const fileKeys = {
	volumes: row({
		example: ['./data:/data:ro'],
		about: 'Folders and files of the host, named volumes, and tmpfs, that are mounted.',
		also: ['mounts', 'mount', 'binds', 'bind', 'bind_mounts'],
		written: w => w.list(w.volume),
		recorded: {volumes: r => r.array(r.volume)},
		show: ({volumes = []}) => numbered(volumes.map(volumeWord)),
	}),
	volumes_from: key('volumesFrom', {
		example: ['db:ro'],
		about:
			'Others whose volumes and folders of the host it has too, at the same places: `SERVICE` or `container:NAME`, each with `:ro` behind it or not. What it mounts itself comes first.',
		also: ['volumes-from'],
		written: w => w.list(w.parsedBy(w.text, parseVolumesFrom)),
		recorded: r =>
			r.array(
				r.union([
					r.object({service: r.withoutNul, readOnly: r.boolean()}),
					r.object({container: r.parsedAs(r.text, parseName), readOnly: r.boolean()}),
				]),
			),
		show: list => numbered(list.map(volumesFromWord)),
	}),
	tmpfs: row({
		example: ['/run:size=16m,mode=755'],
		about: 'Empty file systems in memory: `/run` or `/run:size=64m,mode=755`.',
		written: w => w.tmpfs,
	}),
	secrets: row({
		example: ['password'],
		about:
			'Secrets of the file, below /run/secrets: a list of their names, or of maps. A `file` is mounted read-only; a variable is written to a file of tsbox that only the container sees.',
		written: w => w.givenSecrets,
		recorded: {given: r => r.optional(r.array(r.givenFile))},
		show: ({given = []}) => showGiven(given, 'secret'),
		value: ({given = []}) => given.filter(({kind}) => kind === 'secret'),
	}),
	configs: row({
		example: [{source: 'app', target: '/etc/app.conf'}],
		about: 'Configs of the file, at /NAME or `target`: a list of their names, or of maps.',
		also: ['config_files'],
		written: w => w.givenConfigs,
		show: ({given = []}) => showGiven(given, 'config'),
		value: ({given = []}) => given.filter(({kind}) => kind === 'config'),
	}),
	ports: keyReadBy('ports', {
		example: ['8080:80'],
		about:
			'Ports of the host that lead into the container, for root. With the network of the host (no `network` in `namespaces`) the command listens on the host itself.',
		also: ['publish', 'port_mappings'],
		written: w => w.list(w.port),
		recorded: r => r.array(r.port),
		show: list => numbered(list.map(portWords)),
		fallback: [],
		// A range yields several ports.
		read: (written, name, {picker}) => picker.pick(name, written, []).flat(),
	}),
	read_only: key('readOnly', {
		...flag,
		example: true,
		about: 'Mount the root read-only.',
		also: ['ro', 'readonly_rootfs'],
		fallback: false,
	}),
};

function showGiven(given: readonly GivenFile[], asked: GivenFile['kind']): Shown {
	return numbered(given.filter(({kind}) => kind === asked).map(({name, target}) => `${name}:${target}`));
}
