import {isIP} from 'node:net';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {kernelText} from '../../host/files/kernel-text.ts';
import {runShell} from '../../host/programs/run-shell.ts';
import {doHostAction, type HostActionContext} from '../../execute/host-action.ts';
import {openJournal, readJournal} from '../../execute/journal.ts';
import {withLock} from '../../execute/lock.ts';
import {undo} from '../../execute/undo.ts';
import {interfaceCounts, ipv4Routes, ipv6Routes} from '../../kernel/network-fields.ts';
import type {AddressInput, NetworkInput, NetworksInput} from '../../plan/input/network-input.ts';
import {planConnection} from '../../plan/network/plan-network.ts';
import type {NetworkJoin} from '../../spec/model/network.ts';
import {present} from '../../spec/syntax/pick.ts';
import {shownName} from '../../state/alias.ts';
import {noteConnection} from '../../state/connections.ts';
import {leasesOf, readDefinition, readNetwork} from '../../state/network.ts';
import {noteNetwork, ownHosts, refreshNames} from '../../state/network-names.ts';
import {containerFolder} from '../../state/record.ts';
import {readStartReport, type StartReport, writeStartReport} from '../../state/start-report.ts';
import type {Step, StepBefore, StepBeside} from '../../step/verbs/step.ts';
import {hasEnded} from '../machine/has-ended.ts';
import type {Machine} from '../machine/machine.ts';
import {type RunningRecord, runningContainer, runs} from '../machine/running-container.ts';
import {refuseMissingKinds} from '../plan/resolve-parent.ts';
import {resolveNetworks} from '../plan/resolve-networks.ts';
import {listNetworks, noNetwork} from './list-networks.ts';
import {publishedPorts} from './published-ports.ts';

/** How a container comes to a network while it runs. */
export interface ConnectOptions {
	/** More names by which others on the network find it. */
	readonly aliases: readonly string[];
	/** Its IPv4 and its IPv6 address there; chosen by tsbox without one. */
	readonly address?: string;
	readonly address6?: string;
}

/**
 * Connects a running container to one more network by the steps of a start. Their undos are added to its journal, so that its end gives
 * the address back. Its next start is on the network too, until it is disconnected or made anew.
 *
 * @returns what does not work until then, for people; undefined when all does
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_NETWORK_NOT_FOUND, E_NETWORK_TAKEN when it is on it, E_HOST_UNSUPPORTED; those of a start.
 */
export async function connectNetwork(
	machine: Machine,
	network: string,
	name: string,
	options: ConnectOptions,
): Promise<string | undefined> {
	const {host, dirs} = machine;
	runningContainer(machine, name);
	return await oneAtATime(machine, async () => {
		const record = runningContainer(machine, name);
		const shown = shownName(host, dirs.state, record.name);
		const folder = containerFolder(dirs.state, record.name);
		refuseShared(machine, record, shown);
		if (leasesOf(host, dirs.state, record.name).some(each => each.network.name === network))
			throw new TsboxError('E_NETWORK_TAKEN', `${shown} is on the network ${network} already`, {
				hint: `see its address: \`tsbox network inspect ${network}\``,
			});
		const join = await joinOf(machine, record, network, options);
		const input = inputOf(machine, record, join);
		const {before, beside} = planConnection(input);
		const journal = openJournal(host, folder);
		const done: Step[] = [];
		try {
			noteNetwork(host, folder, network, true);
			for (const step of [...before.slice(0, -1), ...beside, ...before.slice(-1)]) {
				if (step.undo.kind !== 'none') journal.willDo(step.id, step.undo);
				done.push(step);
				if (step.action.kind !== 'start') await doHostAction(step.action, contextOf(machine, record));
			}
			// Who rolled back meanwhile may have read the journal before the new lines.
			if (!runs(machine, record)) throw hasEnded(shown);
		} catch (error) {
			if (runs(machine, record))
				for (const {
					record: {parent},
					inside,
				} of input.joins)
					if (parent !== undefined) await removeChild(machine, record, inside);
			await takeBack(machine, folder, network, done);
			throw error;
		}
		noteConnection(host, dirs.state, record.name, network, join);
		noteSteps(machine, folder, plan => withoutNetwork(plan, network, [...before, ...beside]));
		return host.lstat(`${folder}/${ownHosts}`) === undefined
			? `nothing in ${shown} knows the names of others until it starts again, because it was started without networks; they find it by its name`
			: undefined;
	});
}

/**
 * Takes a running container off a network. Its other networks stay, and one of them becomes the way out if this one was.
 *
 * @throws TsboxError E_NO_SUCH_CONTAINER, E_NETWORK_NOT_FOUND, E_NETWORK_IN_USE when published ports lead to it there.
 */
export async function disconnectNetwork(machine: Machine, network: string, name: string): Promise<void> {
	const {host, facts, dirs} = machine;
	runningContainer(machine, name);
	await oneAtATime(machine, async () => {
		const record = runningContainer(machine, name);
		const shown = shownName(host, dirs.state, record.name);
		const folder = containerFolder(dirs.state, record.name);
		const leases = leasesOf(host, dirs.state, record.name);
		const found = leases.find(each => each.network.name === network);
		if (found === undefined) {
			const on = leases.map(each => each.network.name);
			throw new TsboxError('E_NETWORK_NOT_FOUND', `${shown} is not on the network ${network}`, {
				why: on.length === 0 ? 'it is on no network' : `it is on ${on.join(', ')}`,
				hint: 'see who is on which network: `tsbox network graph`',
			});
		}
		const port = (await publishedPorts(machine)).find(({address}) => found.lease.addresses.includes(address));
		if (port !== undefined)
			throw new TsboxError('E_NETWORK_IN_USE', `${shown} cannot leave ${network}`, {
				why: `the published port ${port.published}/${port.protocol} leads to it there`,
				hint: 'take the network and its ports out of the spec, and run `tsbox up` again',
			});
		const ids = ['link', 'egress', 'claim'].map(each => `network.${network}.${each}`);
		const undos = readJournal(host, folder).flatMap(entry => ('id' in entry && ids.includes(entry.id) ? [entry] : []));
		noteConnection(host, dirs.state, record.name, network);
		noteNetwork(host, folder, network, false);
		// The lines stay in the journal: an undo may be done twice.
		if (found.network.parent !== undefined) await removeChild(machine, record, found.lease.interface);
		for (const entry of undos.toReversed()) await undo(entry.undo, host, facts, []);
		refreshNames(host, dirs.state);
		const ways = leases
			.filter(each => each !== found && !each.network.internal)
			.flatMap(each => each.network.subnets.map(({gateway}) => gateway));
		for (const family of [4, 6] as const) {
			const way = ways.find(gateway => isIP(gateway) === family);
			if (way !== undefined && !hasDefault(machine, record, family)) await addDefault(machine, record, way);
		}
		noteSteps(machine, folder, plan => withoutNetwork(plan, network, []));
	});
}

/** Two of these at once would overwrite each other's list of networks, and `update` changes the same report. */
function oneAtATime<T>({host, facts, dirs}: Machine, work: () => Promise<T>): Promise<T> {
	return withLock(host, facts, `${dirs.state}/lock`, work);
}

/** Refuses a container whose network is not its own. */
function refuseShared({host}: Machine, {namespaces, config, process: {pid}}: RunningRecord, name: string): void {
	const isHost = !namespaces.includes('network');
	const joined = config.linux.namespaces.find(({type, path}) => type === 'network' && path !== undefined);
	if (!isHost && joined === undefined && host.lstat(`/proc/${pid}/net/dev`) !== undefined) return;
	throw new TsboxError('E_HOST_UNSUPPORTED', `${name} cannot be connected to a network`, {
		why: isHost ? 'it has the network of the host' : 'it has the network of another container',
		hint: isHost
			? 'give its service `networks` in the spec, and run `tsbox up` again'
			: 'connect the container whose network it shares',
	});
}

/** How the container will be on the network, now and after its next start. */
async function joinOf(
	machine: Machine,
	record: RunningRecord,
	network: string,
	{aliases, address, address6}: ConnectOptions,
): Promise<NetworkJoin> {
	const {host, dirs} = machine;
	const running = readNetwork(host, dirs.state, network);
	const known = running ?? readDefinition(host, dirs.store, network);
	if (known === undefined && network !== 'bridge')
		throw noNetwork(
			network,
			(await listNetworks(machine)).map(each => each.name),
		);
	const join: NetworkJoin = {
		network: {
			key: network,
			name: network,
			// The bridge of a project may be gone at the next start, which makes it again then.
			project: running?.parent === undefined ? (running?.project ?? null) : null,
			driver: 'bridge',
			internal: known?.internal ?? false,
			attachable: true,
			enableIpv4: true,
			enableIpv6: running?.subnets.some(({subnet}) => subnet.includes(':')) === true,
			subnets: [],
			labels: running?.labels ?? {},
			...present({mtu: running?.mtu}),
		},
		aliases,
		priority: 0,
		gwPriority: 0,
		interfaceName: freeInterface(machine, record),
		linkLocalIps: [],
		sysctls: {},
		...present({ipv4Address: address, ipv6Address: address6}),
	};
	await refuseMissingKinds(machine, [join]);
	return join;
}

function inputOf(machine: Machine, record: RunningRecord, join: NetworkJoin): NetworksInput {
	const {name, detached, config, origins, egress} = record;
	const input = resolveNetworks(machine, {
		name,
		service: detached?.service ?? name,
		namespaces: record.namespaces,
		networks: [join],
		ports: [],
		origins: {...origins, networks: {kind: 'option', option: 'tsbox network connect'}},
		...present({hostname: config.hostname, egress: egress?.entries}),
	});
	if (input === null) throw new TypeError('a network that was asked for is left out');
	const asFirst = (address: AddressInput): AddressInput => ({
		...address,
		isDefault: address.isDefault && !hasDefault(machine, record, address.family),
	});
	const joins = input.joins.map(
		({addresses: [first, ...others], ...each}): NetworkInput => ({
			...each,
			addresses: [asFirst(first), ...others.map(asFirst)],
		}),
	);
	// The name server of its start stays.
	return {...input, ...present({egress}), joins};
}

/** The first name `ethN` that no interface of a container has. */
function freeInterface({host}: Machine, {process: {pid}}: RunningRecord): string {
	const names = interfaceCounts(kernelText(host, `/proc/${pid}/net/dev`) ?? '').map(({name}) => name);
	let at = 0;
	while (names.includes(`eth${at}`)) at += 1;
	return `eth${at}`;
}

function hasDefault({host}: Machine, {process: {pid}}: RunningRecord, family: 4 | 6): boolean {
	const text = (file: string): string => kernelText(host, `/proc/${pid}/net/${file}`) ?? '';
	const routes = family === 4 ? ipv4Routes(text('route')) : ipv6Routes(text('ipv6_route'));
	return routes.some(({prefix}) => prefix === 0);
}

/** Removes a device of macvlan or ipvlan, which has no other end on the host; it may be gone. */
async function removeChild({host, facts}: Machine, {process: {pid}}: RunningRecord, device: string): Promise<void> {
	const script = `nsenter --target ${pid} --net ip link delete ${device} 2>/dev/null || :`;
	await runShell(host, facts, `PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}`);
}

async function addDefault({host, facts}: Machine, {process: {pid}}: RunningRecord, gateway: string): Promise<void> {
	const user = facts.user.uid === 0 ? '' : '--user --preserve-credentials ';
	const command = `nsenter --target ${pid} ${user}--net ip route add default via ${gateway}`;
	const {exitCode, stderr} = await runShell(host, facts, `PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${command}`);
	if (exitCode !== 0)
		throw new TsboxError('E_STEP_FAILED', 'the way out could not be moved to another network', {
			command,
			output: stderr,
		});
}

/** The steps of networks need none of the callbacks that images do. */
function contextOf({host, facts}: Machine, {process: {pid}}: RunningRecord): HostActionContext {
	const never = (): Promise<never> => Promise.reject(new TypeError('a step of a network asks for an image'));
	const {signal} = new AbortController();
	return {host, facts, pid, signal, unpack: never, pull: never, copyMapped: never, fillVolume: never};
}

async function takeBack(
	{host, facts, dirs}: Machine,
	folder: string,
	network: string,
	done: readonly Step[],
): Promise<void> {
	if (host.lstat(folder) !== undefined) noteNetwork(host, folder, network, false);
	for (const step of done.toReversed()) if (step.undo.kind !== 'none') await undo(step.undo, host, facts, []);
	refreshNames(host, dirs.state);
}

/** Notes in the report of the start what the container's network is now, for `drift` and `inspect`. */
function noteSteps({host}: Machine, folder: string, change: (steps: readonly Step[]) => readonly Step[]): void {
	const report = readStartReport(host, folder);
	if (report === undefined) return;
	const steps = change(report.plan.steps);
	const outcomes: StartReport['steps'] = Object.fromEntries(
		steps.flatMap(({id}) => {
			const known = report.steps[id] ?? (id.startsWith('network.') ? ({status: 'done', ms: 0} as const) : undefined);
			return known === undefined ? [] : [[id, known]];
		}),
	);
	writeStartReport(host, folder, {...report, plan: {...report.plan, steps}, steps: outcomes});
}

/**
 * The steps without those of a network, with others in their place: those before the rules, and the cable at the end of the cables. The steps
 * of all networks are added where there are none yet.
 */
function withoutNetwork(
	steps: readonly Step[],
	network: string,
	added: readonly (StepBefore | StepBeside)[],
): readonly Step[] {
	const left = steps.filter(
		({id}) => !id.startsWith(`network.${network}.`) || !/\.(?:claim|bridge|egress|link)$/.test(id),
	);
	// The rules go with the last bridge, which may have been this one.
	const others = [...left, ...added].some(({id}) => /^network\..*\.bridge$/.test(id))
		? left
		: left.filter(({id}) => id !== 'network.rules');
	// Without a bridge there are no rules.
	const missing = added.filter(({id}) => others.every(each => each.id !== id));
	const found = others.findIndex(({id}) => id === 'network.rules' || id === 'network.names');
	const rules = found === -1 ? others.findIndex(({action}) => action.kind === 'start') : found;
	const cables = others.findLastIndex(({id, side}) => side === 'beside' && id.startsWith('network.')) + 1;
	const before = missing.filter(({side}) => side === 'before');
	const beside = missing.filter(({side}) => side === 'beside');
	const end = cables === 0 ? others.length : cables;
	return [...others.slice(0, rules), ...before, ...others.slice(rules, end), ...beside, ...others.slice(end)];
}
