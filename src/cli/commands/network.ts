import {type Context, defineCommand} from '../verb/command.ts';
import {eachName} from '../options/each-name.ts';
import {filterOf, filterOption} from '../options/filter-option.ts';
import {formatOption, rowsBy} from '../options/format-option.ts';
import {jsonOption, quietOption} from '../options/arguments.ts';
import {lookOf} from '../output/look-of.ts';
import {tell} from '../output/tell.ts';
import {pairsOf} from '../options/pairs-of.ts';
import {usageError} from '../options/usage-error.ts';
import {present} from '../../spec/syntax/pick.ts';
import {jsonText} from '../../view/text/json.ts';

const createOptions = {
	driver: {
		kind: 'text',
		short: 'd',
		value: 'DRIVER',
		describe: 'With create: bridge, or macvlan or ipvlan on a device of the host; default bridge',
	},
	subnet: {
		kind: 'list',
		value: 'CIDR',
		describe: 'With create: its addresses, once for each family; default the first free subnet of the pools',
	},
	gateway: {kind: 'list', value: 'ADDRESS', describe: 'With create: the address of the bridge; default the first'},
	ipv6: {kind: 'flag', describe: 'With create: it has IPv6 addresses too'},
	'no-ipv4': {kind: 'flag', describe: 'With create: it has no IPv4 addresses'},
	'ip-range': {
		kind: 'list',
		value: 'CIDR',
		describe: 'With create: the part of the subnet that containers get addresses from',
	},
	'aux-address': {kind: 'list', value: 'NAME=ADDRESS', describe: 'With create: an address that no container gets'},
	internal: {kind: 'flag', describe: 'With create: no way out of the network'},
	attachable: {kind: 'flag', describe: 'With create: accepted for docker; any container may join'},
	opt: {
		kind: 'list',
		short: 'o',
		value: 'NAME=VALUE',
		describe:
			'With create: an option of the driver, as parent, macvlan_mode, ipvlan_mode or com.docker.network.driver.mtu',
	},
	label: {kind: 'list', value: 'NAME=VALUE', describe: 'With create: set a label'},
} as const;

const connectOptions = {
	alias: {kind: 'list', value: 'NAME', describe: 'With connect: another name by which others find the container'},
	ip: {kind: 'text', value: 'ADDRESS', describe: 'With connect: its address; default the first free one'},
	ip6: {kind: 'text', value: 'ADDRESS', describe: 'With connect: its IPv6 address; default the first free one'},
} as const;

/** `tsbox network`: manages the networks that containers find each other on. */
export const network = defineCommand({
	name: 'network',
	describe: 'Manage, draw, and test networks, and connect containers to them',
	examples: [
		['tsbox network ls', 'a table'],
		["tsbox network ls --format '{{.Name}} {{.Bridge}}'", 'chosen fields'],
		['tsbox network graph', 'who is on which network, and which ports lead to whom'],
		['tsbox network test web', 'what is wrong with the network of a container'],
		['tsbox network test web db:5432', 'where a connection from web to db fails'],
		['tsbox network connect --alias cache shared web', 'one more network for a container that runs'],
		['tsbox network create shared', 'a network outside any project, for `external: true`'],
		[
			'tsbox network create --subnet 10.5.0.0/24 --gateway 10.5.0.254 --aux-address printer=10.5.0.9 office',
			'chosen addresses',
		],
		['tsbox network create --ipv6 --subnet fd00:5::/64 six', 'IPv6 addresses too'],
		['tsbox network create -d macvlan -o parent=eth0 --subnet 192.0.2.0/24 lan', 'beside the host, on its network'],
		['tsbox network inspect shared', 'everything known about one and its containers, as JSON'],
		['tsbox network rm shared', 'one network that no container needs'],
		['tsbox network prune', 'all that `network create` made and no container needs'],
	],
	options: {...quietOption, ...jsonOption, ...formatOption, ...filterOption, ...createOptions, ...connectOptions},
	positionals: [
		{
			name: 'ACTION',
			describe: 'ls, graph, test, connect, disconnect, create, inspect, rm, or prune; default ls',
			choices: ['ls', 'graph', 'test', 'connect', 'disconnect', 'create', 'inspect', 'rm', 'prune'],
			completes: 'none',
		},
		{
			name: 'NAME',
			describe:
				'Network; rm takes several; test takes a container, and HOST:PORT; connect and disconnect a network and a container',
			many: true,
			completes: 'network',
		},
	],
	async run({values, positionals: [action = 'ls', ...names]}, context) {
		const {engine, io, folders} = context;
		const [name, other] = names;
		for (const [wanted, options] of [
			['create', createOptions],
			['connect', connectOptions],
		] as const) {
			const given = Object.keys(options).find(option => {
				const value = values[option as keyof typeof values];
				return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
			});
			if (given !== undefined && action !== wanted)
				throw usageError(`--${given} works only with ${wanted}`, undefined, 'network');
		}
		if (values.filter.length > 0 && action !== 'ls')
			throw usageError('--filter works only with ls', undefined, 'network');
		if (action === 'ls' || action === 'prune') {
			if (name !== undefined) throw usageError(`network ${action} takes no name`, undefined, 'network');
			return action === 'ls' ? list(values, context) : prune(context);
		}
		if (action === 'graph') {
			if (other !== undefined) throw usageError('network graph takes one name', undefined, 'network');
			return graph(name, values.json, context);
		}
		if (action === 'test') {
			if (name === undefined || names.length > 2)
				throw usageError(
					'network test takes a container, and HOST:PORT; connect and disconnect a network and a container',
					undefined,
					'network',
				);
			return tryOut(name, other, values.json, context);
		}
		if (action === 'connect' || action === 'disconnect') {
			if (name === undefined || other === undefined || names.length > 2)
				throw usageError(`network ${action} takes a network and a container`, undefined, 'network');
			const machine = await engine.openMachine(folders);
			const {alias: aliases, ip: address, ip6: address6} = values;
			if (action === 'disconnect') await engine.disconnectNetwork(machine, name, other);
			else {
				const warning = await engine.connectNetwork(machine, name, other, {aliases, ...present({address, address6})});
				if (warning !== undefined) tell(io, `warning: ${warning}`);
			}
			return 0;
		}
		if (name === undefined) throw usageError(`network ${action} needs a NAME`, undefined, 'network');
		if (action === 'rm') return remove(names, context);
		if (other !== undefined) throw usageError(`network ${action} takes one name`, undefined, 'network');
		if (action === 'inspect') {
			io.out(jsonText(await engine.inspectNetwork(await engine.openFolders(folders), name), 2));
			return 0;
		}
		const {driver, subnet: subnets, gateway: gateways, 'ip-range': ipRanges, ipv6, internal, attachable} = values;
		const options = {
			...present({driver}),
			subnets,
			gateways,
			ipRanges,
			ipv4: !values['no-ipv4'],
			ipv6,
			internal,
			attachable,
			auxAddresses: pairsOf('aux-address', values['aux-address'], 'network'),
			driverOptions: pairsOf('opt', values.opt, 'network'),
			labels: pairsOf('label', values.label, 'network'),
		};
		await engine.createNetwork(await engine.openMachine(folders), name, options);
		io.out(`${name}\n`);
		return 0;
	},
});

/** Has every field, to check a template before there is a network. */
const noNetwork = {
	name: '',
	project: '',
	driver: '',
	internal: false,
	attachable: false,
	subnets: [],
	bridge: '',
	parent: null,
	mtu: 0,
	labels: null,
	created: 0,
	containers: [],
};

async function list(
	values: {
		readonly quiet: boolean;
		readonly json: boolean;
		readonly format: string | undefined;
		readonly filter: readonly string[];
	},
	{io, engine, folders}: Context,
): Promise<number> {
	const isMeant = filterOf(values.filter, 'network');
	const rows = (await engine.listNetworks(await engine.openFolders(folders))).filter(isMeant);
	const {format = 'table'} = values;
	if (values.json || format === 'json') io.out(jsonText(rows, 2));
	else if (values.quiet) io.out(rows.map(({name}) => `${name}\n`).join(''));
	else if (format !== 'table') io.out(await rowsBy(format, rows, noNetwork));
	else {
		const {networksTable} = await import('../../view/lists/networks-table.ts');
		io.out(networksTable(rows, await lookOf(io, 'stdout', rows)));
	}
	return 0;
}

async function graph(name: string | undefined, json: boolean, {io, engine, folders}: Context): Promise<number> {
	const networks = await engine.networkGraph(await engine.openFolders(folders), name);
	if (json) io.out(jsonText(networks, 2));
	else {
		const [{networkGraphText}, {glyphs}] = await Promise.all([
			import('../../view/lists/network-graph.ts'),
			import('../../view/text/glyphs.ts'),
		]);
		io.out(networkGraphText(networks, await lookOf(io, 'stdout', networks), glyphs(io.env)));
	}
	return 0;
}

async function tryOut(
	name: string,
	word: string | undefined,
	json: boolean,
	{io, engine, folders}: Context,
): Promise<number> {
	const target = word === undefined ? undefined : targetOf(word);
	const hops = await engine.testNetwork(await engine.openMachine(folders), name, target);
	if (json) io.out(jsonText(hops, 2));
	else {
		const {networkHopsText} = await import('../../view/lists/network-hops.ts');
		io.out(networkHopsText(hops, await lookOf(io, 'stdout', hops)));
	}
	return hops.some(({state}) => state === 'failed') ? 1 : 0;
}

function targetOf(word: string): {readonly host: string; readonly port: number} {
	const [, host = '', port = ''] = /^\[?([^[\]]+?)\]?:(\d{1,5})$/.exec(word) ?? [];
	if (host === '' || Number(port) < 1 || Number(port) > 65_535)
		throw usageError(`a target is HOST:PORT, as db:5432, not "${word}"`, undefined, 'network');
	return {host, port: Number(port)};
}

async function remove(names: readonly string[], {io, engine, folders}: Context): Promise<number> {
	const machine = await engine.openMachine(folders);
	return eachName(names, io, async name => {
		await engine.removeNetwork(machine, name);
		return name;
	});
}

async function prune({io, engine, folders}: Context): Promise<number> {
	const removed = await engine.pruneNetworks(await engine.openMachine(folders));
	io.out(removed.map(name => `${name}\n`).join(''));
	return 0;
}
