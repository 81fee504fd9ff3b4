import {anyServices} from '../../options/project-verb.ts';
import {jsonText} from '../../../view/text/json.ts';
import {table} from '../../../view/text/table.ts';
import {composeImageRows} from '../../../view/compose/image-rows.ts';
import {projectStatus} from '../../../view/compose/project-status.ts';
import {rowsBy} from '../../options/format-option.ts';
import {usageError} from '../../options/usage-error.ts';
import {lookOf} from '../../output/look-of.ts';
import type {Io} from '../../verb/io.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {containersOf, nameOf, projectOf} from '../parts/project-of.ts';

type Row = Readonly<Record<string, string | number | null>>;

/** Prints rows as a table of some of their fields, as JSON, or by a template. */
async function print(
	rows: readonly Row[],
	{
		format = 'table',
		columns,
		sample,
	}: {
		readonly format: string | undefined;
		readonly columns: Readonly<Record<string, string>>;
		readonly sample: Row;
	},
	io: Io,
	jsonLines: boolean,
): Promise<void> {
	if (format === 'json') io.out(jsonLines ? rows.map(row => jsonText(row)).join('') : jsonText(rows));
	else if (format === 'table' || format === 'pretty') {
		const {width, fit} = await lookOf(io, 'stdout', rows);
		const cells = rows.map(row => Object.values(columns).map(field => String(row[field] ?? '')));
		io.out(table([Object.keys(columns), ...cells], width, {columns: fit}));
	} else io.out(await rowsBy(format, rows, sample));
}

const formatOption = {
	format: {kind: 'text', value: 'FORMAT', describe: 'table, json, or a template such as {{.Name}}'},
} as const;

/** `tsbox compose ls`. */
export const ls = defineComposeVerb({
	name: 'ls',
	describe: 'List projects',
	examples: [['tsbox compose ls -a', 'also those whose containers are stopped']],
	options: {
		all: {kind: 'flag', short: 'a', describe: 'Also list projects without a running container'},
		filter: {kind: 'list', value: 'name=TEXT', describe: 'List projects whose name has this text'},
		...formatOption,
		quiet: {kind: 'flag', short: 'q', describe: 'Print only names'},
	},
	positionals: [],
	async run({values}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		const wanted = values.filter.map(filter => {
			const [, name] = /^name=(.*)$/.exec(filter) ?? [];
			if (name === undefined) throw usageError(`--filter is name=TEXT, not "${filter}"`, undefined, 'compose ls');
			return name;
		});
		const containers = await engine.listProjectContainers(machine);
		const rows = (await engine.listProjects(machine))
			.filter(({name}) => wanted.every(text => name.includes(text)))
			.map(({name, specs}) => ({
				Name: name,
				Status: projectStatus(containers.filter(({project}) => project === name)),
				ConfigFiles: specs.join(','),
			}))
			.filter(({Status: status}) => values.all || /running|paused|restarting/.test(status));
		if (values.quiet) io.out(rows.map(({Name: name}) => `${name}\n`).join(''));
		else {
			const columns = {NAME: 'Name', STATUS: 'Status', 'CONFIG FILES': 'ConfigFiles'};
			await print(rows, {format: values.format, columns, sample: {Name: '', Status: '', ConfigFiles: ''}}, io, false);
		}
		return 0;
	},
});

/** `tsbox compose images`. */
export const images = defineComposeVerb({
	name: 'images',
	describe: 'List the images of containers',
	examples: [['tsbox compose images --format json', 'with the field names of docker compose']],
	options: {
		...formatOption,
		quiet: {kind: 'flag', short: 'q', describe: 'Print only digests'},
	},
	positionals: [anyServices],
	async run({values, positionals: services}, context) {
		const {io, engine} = context;
		const {machine, containers} = await containersOf(context, services, {oneOff: true});
		const stored = await engine.listImages(machine);
		const rows = composeImageRows(containers, stored, io.now());
		if (values.quiet) {
			io.out([...new Set(rows.map(({ID: id}) => id))].map(id => `${id}\n`).join(''));
			return 0;
		}
		const columns = {
			CONTAINER: 'ContainerName',
			REPOSITORY: 'Repository',
			TAG: 'Tag',
			'IMAGE ID': 'ShortID',
			SIZE: 'HumanSize',
			CREATED: 'Age',
		};
		const shown =
			values.format === 'json'
				? rows.map(({shown: _shown, ...row}) => row)
				: rows.map(({shown: own, ...row}) => ({...row, ...own}));
		const sample = {ID: '', ContainerName: '', Repository: '', Tag: '', Platform: '', Size: 0};
		await print(shown, {format: values.format, columns, sample}, io, false);
		return 0;
	},
});

/** `tsbox compose volumes`. */
export const volumes = defineComposeVerb({
	name: 'volumes',
	describe: 'List the volumes of the project',
	examples: [['tsbox compose volumes -q web', 'the names of the volumes of a service']],
	options: {
		...formatOption,
		quiet: {kind: 'flag', short: 'q', describe: 'Print only names'},
	},
	positionals: [anyServices],
	async run({values, positionals: services}, context) {
		const {io, engine, folders} = context;
		const machine = await engine.openMachine(folders);
		const name = await nameOf(context);
		const meant = services.length === 0 ? undefined : await volumesOf(services, context);
		const rows = (await engine.listVolumes(machine))
			.filter(volume => (meant === undefined ? volume.project === name : meant.has(volume.name)))
			.map(({name: Name, path, labels}) => ({
				Availability: 'N/A',
				Driver: 'local',
				Group: 'N/A',
				Labels: Object.entries(labels)
					.map(pair => pair.join('='))
					.join(','),
				Links: 'N/A',
				Mountpoint: path,
				Name,
				Scope: 'local',
				Size: 'N/A',
				Status: 'N/A',
			}));
		if (values.quiet) io.out(rows.map(({Name}) => `${Name}\n`).join(''));
		else {
			const columns = {DRIVER: 'Driver', 'VOLUME NAME': 'Name'};
			const sample = {
				Availability: '',
				Driver: '',
				Group: '',
				Labels: '',
				Links: '',
				Mountpoint: '',
				Name: '',
				Scope: '',
			};
			await print(rows, {format: values.format, columns, sample}, io, true);
		}
		return 0;
	},
});

/** The names of the volumes that services mount. */
async function volumesOf(services: readonly string[], context: Parameters<typeof projectOf>[0]) {
	const project = await projectOf(context, services);
	const mounts = project.services
		.filter(({service}) => services.includes(service))
		.flatMap(({volumes: all}) => all.flatMap(each => (each.type === 'volume' ? [each.volume.name] : [])));
	return new Set(mounts);
}
