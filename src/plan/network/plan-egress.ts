import {shellWord} from '../../spec/syntax/shell-words.ts';
import {egressFile} from '../../state/network-names.ts';
import type {StepBefore} from '../../step/verbs/step.ts';
import type {Egress, EgressResolver} from '../../network/egress.ts';
import type {NetworkInput, NetworksInput} from '../input/network-input.ts';
import {egressBase, egressChain, egressElements, egressEnd, egressRules} from './egress-rules.ts';
import {tableOf} from './nft-text.ts';
import {feed, ifLeased} from './script-lines.ts';

/** Leads what a container sends on a network to its list. Each network has its own step, so that a container that runs can come to it and leave it. */
export function egressStep(egress: Egress, join: NetworkInput, {lock, state}: NetworksInput): StepBefore {
	const table = tableOf(state);
	const {record} = join;
	const elements = egressElements(table, egress, join);
	const rules = [
		...egressBase(table),
		...egressRules(table, egress),
		...elements.map(({of, key, value}) => `add element ${of} { ${key}${value === undefined ? '' : ` : ${value}`} }`),
	];
	return {
		id: `network.${record.name}.egress`,
		phase: 'network',
		side: 'before',
		title: `let out of ${record.name} ${entryWords(egress.entries)}`,
		why: 'What the container sends comes into a chain of its own, which accepts what is listed and refuses the rest at once. Frames that are not from its own address are dropped, so that it cannot pass for another.',
		man: 'nft(8)',
		object: `chain ${egressChain(egress)} of table ${table}`,
		action: {
			kind: 'hostScript',
			lock,
			lines: feed('nft -f -', rules),
		},
		undo: {
			kind: 'undoScript',
			lock,
			// Once the address is another's, so are the elements.
			lines: ifLeased(join.addresses[0], [
				`nft ${shellWord(elements.map(({of, key}) => `delete element ${of} { ${key} }`).join('; '))} 2>/dev/null || :`,
				// Fails while another network of the container leads to it.
				`nft ${shellWord(egressEnd(table, egress).join('; '))} 2>/dev/null || :`,
			]),
		},
		checks: [],
		leaves: {rules},
	};
}

function entryWords(entries: readonly string[]): string {
	if (entries.length === 0) return 'nothing';
	return entries.length > 3 ? `${entries.length} destinations` : entries.join(', ');
}

/** Starts the name server of a container. It has no rights of root but the one by which it fills sets of nft. */
export function resolverStep({id}: Egress, {address, port}: EgressResolver, {conf}: NetworksInput): StepBefore {
	const mark = `${id}.tsbox.invalid`;
	return {
		id: 'network.resolver',
		phase: 'network',
		side: 'before',
		title: `start a name server at ${address} that knows the listed names alone`,
		why: 'An address is open once it was the answer for a listed name. Other names have no answer, so that no question for them leaves the host either.',
		man: 'dnsmasq(8)',
		object: `process dnsmasq, port ${port} of ${address}`,
		action: {
			kind: 'hostScript',
			lines: [
				...killLines(mark),
				[
					'setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs',
					...['inh-caps', 'ambient-caps', 'bounding-set'].map(set => `--${set}=-all,+net_admin`),
					`dnsmasq --conf-file=- --pid-file ${resolverMark(mark)} < ${shellWord(`${conf}/${egressFile}`)}`,
				].join(' '),
			],
		},
		undo: {kind: 'undoScript', lines: killLines(mark)},
		checks: [],
		leaves: {process: {program: 'dnsmasq', argument: resolverMark(mark)}},
	};
}

/** The argument of a container's name server that no other has; it means nothing else. */
const resolverMark = (mark: string): string => `--local=/${mark}/`;

/** Ends the name server of a container, whoever started it. It is known by a name in its arguments that no other has. */
function killLines(mark: string): readonly string[] {
	return [
		// A compiled script has switched patterns off.
		'set +f',
		`for each in $(grep -lsF ${shellWord(`/${mark}/`)} /proc/[0-9]*/cmdline || :); do`,
		'	case $(readlink "${each%/cmdline}/exe" || :) in',
		'		*/dnsmasq | *"/dnsmasq (deleted)")',
		'			pid=${each#/proc/}',
		'			kill -9 "${pid%/cmdline}" || :',
		'			while [ -e "${each%/cmdline}/exe" ]; do sleep 0.01; done',
		'	esac',
		'done',
	];
}
