import {type Context, defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';
import {filterOf, filterOption} from '../options/filter-option.ts';
import {formatOption, rowsBy} from '../options/format-option.ts';
import {lookOf} from '../output/look-of.ts';
import {pairsOf} from '../options/pairs-of.ts';
import {usageError} from '../options/usage-error.ts';
import {jsonText} from '../../view/text/json.ts';
import {jsonOption, quietOption} from '../options/arguments.ts';

/** `tsbox volume`: manages the named volumes in the store. */
export const volume = defineCommand({
	name: 'volume',
	describe: 'List, create, inspect, remove, or prune named volumes',
	examples: [
		['tsbox volume ls', 'a table'],
		["tsbox volume ls --format '{{.Name}} {{.Labels.team}}'", 'chosen fields'],
		['tsbox volume create --label team=web shared', 'a volume outside any project, for `external: true`'],
		['tsbox volume inspect shop_data', 'everything known about one, as JSON'],
		['tsbox volume rm shop_data', 'one volume that no container mounts'],
		['tsbox volume prune', 'all that no container mounts'],
	],
	options: {
		...quietOption,
		...jsonOption,
		...formatOption,
		...filterOption,
		label: {kind: 'list', value: 'NAME=VALUE', describe: 'With create: set a label'},
	},
	positionals: [
		{
			name: 'ACTION',
			describe: 'ls, create, inspect, rm, or prune; default ls',
			choices: ['ls', 'create', 'inspect', 'rm', 'prune'],
			completes: 'none',
		},
		{name: 'NAME', describe: 'Volume; rm takes several', many: true, completes: 'volume'},
	],
	async run({values, positionals: [action = 'ls', ...names]}, context) {
		const [name, other] = names;
		if (values.label.length > 0 && action !== 'create')
			throw usageError('--label works only with create', undefined, 'volume');
		if (values.filter.length > 0 && action !== 'ls')
			throw usageError('--filter works only with ls', undefined, 'volume');
		if (action === 'ls' || action === 'prune') {
			if (name !== undefined) throw usageError(`volume ${action} takes no name`, undefined, 'volume');
			return action === 'ls' ? list(values, context) : prune(context);
		}
		if (name === undefined) throw usageError(`volume ${action} needs a NAME`, undefined, 'volume');
		if (action === 'rm') return remove(names, context);
		if (other !== undefined) throw usageError(`volume ${action} takes one name`, undefined, 'volume');
		return action === 'create' ? create(name, values.label, context) : inspect(name, context);
	},
});

/** Has every field, to check a template before there is a volume. */
const noVolume = {
	name: '',
	project: '',
	volume: '',
	labels: null,
	container: '',
	root: 0,
	created: 0,
	path: '',
	usedBy: [],
};

async function list(
	values: {
		readonly quiet: boolean;
		readonly json: boolean;
		readonly format: string | undefined;
		readonly filter: readonly string[];
	},
	context: Context,
): Promise<number> {
	const {io, engine, folders} = context;
	const isMeant = filterOf(values.filter, 'volume');
	const rows = (await engine.listVolumes(await engine.openMachine(folders))).filter(isMeant);
	const {format = 'table'} = values;
	if (values.json || format === 'json') io.out(jsonText(rows, 2));
	else if (values.quiet) io.out(rows.map(({name}) => `${name}\n`).join(''));
	else if (format !== 'table') io.out(await rowsBy(format, rows, noVolume));
	else {
		const {volumesTable} = await import('../../view/lists/volumes-table.ts');
		io.out(volumesTable(rows, io.now(), await lookOf(io, 'stdout', rows)));
	}
	return 0;
}

async function create(name: string, labels: readonly string[], {io, engine, folders}: Context): Promise<number> {
	const pairs = pairsOf('label', labels, 'volume');
	await engine.createVolume(await engine.openMachine(folders), name, pairs);
	io.out(`${name}\n`);
	return 0;
}

async function inspect(name: string, {io, engine, folders}: Context): Promise<number> {
	io.out(jsonText(await engine.inspectVolume(await engine.openMachine(folders), name), 2));
	return 0;
}

async function remove(names: readonly string[], {io, engine, folders}: Context): Promise<number> {
	const machine = await engine.openMachine(folders);
	return eachName(names, io, async name => {
		await engine.removeVolume(machine, name);
		return name;
	});
}

async function prune({io, engine, folders}: Context): Promise<number> {
	const removed = await engine.pruneVolumes(await engine.openMachine(folders));
	io.out(removed.map(name => `${name}\n`).join(''));
	return 0;
}
