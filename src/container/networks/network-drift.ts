import {kernelLink, kernelNames, kernelText} from '../../host/files/kernel-text.ts';
import {findProgram} from '../../host/probe/tools.ts';
import {feed} from '../../plan/network/script-lines.ts';
import type {Leaves, Step} from '../../step/verbs/step.ts';
import type {MachineFolders} from '../machine/machine.ts';
import type {Difference} from '../machine/observed.ts';
import {inNetworks, type Link, linksOfNetworks} from './in-networks.ts';
import {type RuleFacts, ruleFacts, rulesProblem} from './rule-facts.ts';

/** How the network of the host differs from what the steps of a start left there. */
export interface NetworkDrift {
	readonly differences: readonly Difference[];
	/** The number of steps that were looked at. */
	readonly checked: number;
	/** What could not be looked at, for people. */
	readonly unchecked: readonly string[];
}

/** A step that leaves something. */
type Leaving = Step & {readonly leaves: Leaves};

/** Compares devices, rules and processes of the host with what the steps left, by ip(8), nft(8) and /proc. */
export async function networkDrift(machine: MachineFolders, steps: readonly Step[]): Promise<NetworkDrift> {
	const leaving = steps.filter((step): step is Leaving => step.leaves !== undefined);
	if (leaving.length === 0) return {differences: [], checked: 0, unchecked: []};
	const links = new Map((await linksOfNetworks(machine)).map(link => [link.ifname, link]));
	const rules = await rulesDrift(machine, leaving);
	const differences = leaving.flatMap(({id: stepId, title, leaves: {device, process}}) => {
		const problems = [
			device === undefined ? undefined : deviceProblem(device, links.get(device.name)),
			process === undefined || runs(machine, process) ? undefined : `its ${process.program} has ended`,
		];
		return [...problems, ...(rules?.get(stepId) ?? [])].flatMap(problem =>
			problem === undefined ? [] : [{stepId, title, problem}],
		);
	});
	return {
		differences,
		checked: leaving.length,
		unchecked: rules === undefined ? ['the rules of its networks cannot be read with nft'] : [],
	};
}

function deviceProblem({name, master, addresses}: NonNullable<Leaves['device']>, link?: Link): string | undefined {
	if (link === undefined) return `there is no network device ${name}`;
	if (link.flags?.includes('UP') !== true) return `${name} is down`;
	if (link.master !== master)
		return `${name} is ${link.master === undefined ? 'not' : `on ${link.master} and not`} on ${master}`;
	const known = link.addr_info?.map(({local, prefixlen}) => `${local}/${prefixlen}`) ?? [];
	const missing = addresses.filter(each => !known.includes(each));
	return missing.length === 0 ? undefined : `${name} does not have the address ${missing.join(' and ')}`;
}

function runs({host}: MachineFolders, {program, argument}: NonNullable<Leaves['process']>): boolean {
	return kernelNames(host, '/proc').some(
		pid =>
			/^\d+$/.test(pid) &&
			kernelText(host, `/proc/${pid}/cmdline`)?.split('\0').includes(argument) === true &&
			kernelLink(host, `/proc/${pid}/exe`)
				.replace(/ \(deleted\)$/, '')
				.endsWith(`/${program}`),
	);
}

/** A line of output between two lists of rules. */
const over = 'tsbox: the next step';

/**
 * What is missing of the rules of each step. nft(8) prints rules in another form than it reads them. So it makes those of the plan in an empty
 * network namespace, which ends at once, and prints them too.
 *
 * @returns undefined when nft(8) fails
 */
async function rulesDrift(
	machine: MachineFolders,
	steps: readonly Leaving[],
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
	const {host} = machine;
	const words = inNetworks(machine);
	const [nft, unshare] = ['nft', 'unshare'].map(name => findProgram(host, name));
	if (words === undefined || nft === undefined || unshare === undefined) return undefined;
	// The step of all networks makes the table, and comes after their bridges.
	const ruled = steps
		.filter(({leaves: {rules}}) => rules !== undefined)
		.toSorted((one, other) => Number(other.id === 'network.rules') - Number(one.id === 'network.rules'));
	const run = async (argv: readonly string[], input: string): Promise<string | undefined> => {
		const {exitCode, stdout} = await host.run([...words, ...argv], {input, timeoutMs: 10_000});
		return exitCode === 0 ? stdout : undefined;
	};
	const script = ruled.flatMap(({leaves: {rules = []}}) => [
		...feed(`${nft} -f -`, rules),
		`${nft} -j list ruleset`,
		`echo ${over}`,
	]);
	const planned = await run([unshare, '--net', 'sh', '-e'], script.join('\n'));
	if (planned === undefined) return undefined;
	const lists = planned.split(over).slice(0, -1).map(ruleFacts);
	const last = lists.at(-1) ?? ruleFacts('');
	const tables = [...last.keys()].flatMap(key => /^table (.*)/.exec(key)?.[1] ?? []);
	const found = await run(['sh'], [...tables.map(table => `${nft} -j list table ${table}`), ':'].join('\n'));
	const actual = ruleFacts(found ?? '');
	return new Map(
		ruled.map(({id}, at) => [
			id,
			[...new Set(addedIn(lists, at, last).flatMap(key => rulesProblem(key, last, actual) ?? []))],
		]),
	);
}

/** What is there since a step as it is in the end. */
function addedIn(lists: readonly RuleFacts[], at: number, last: RuleFacts): readonly string[] {
	return [...last].flatMap(([key, value]) =>
		lists.findIndex(list => list.get(key)?.join() === value.join()) === at ? [key] : [],
	);
}
