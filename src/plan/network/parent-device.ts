import {shellWord} from '../../spec/syntax/shell-words.ts';
import type {NetworkParent} from '../../spec/model/network.ts';
import {vlanOf} from '../../spec/network/driver-options.ts';
import type {NetworkRecord} from '../../state/network.ts';
import type {StepBefore} from '../../step/verbs/step.ts';
import type {NetworkInput, NetworksInput} from '../input/network-input.ts';
import {feed} from './script-lines.ts';

/* Networks of macvlan and ipvlan: a container has a device of its own that sends and receives by one of the host. */

/** The step that makes the VLAN of a network, if its device is one and is not there; null for other devices. */
export function vlanStep({record: {name, parent}}: NetworkInput, {folder, lock}: NetworksInput): StepBefore | null {
	const vlan = parent && vlanOf(parent.device);
	if (parent === undefined || vlan === undefined) return null;
	const {device} = parent;
	const made = shellWord(madeBy(folder, device));
	return {
		id: `network.${name}.vlan`,
		phase: 'network',
		side: 'before',
		title: `make the VLAN ${device} of the network ${name}, if it is not there`,
		why: `Frames of the VLAN carry the number ${vlan.id}, by which switches keep it apart from others on the same cable.`,
		man: 'ip-link(8)',
		object: `network device ${device}`,
		action: {
			kind: 'hostScript',
			lock,
			lines: [
				`if [ ! -e ${shellWord(`/sys/class/net/${device}`)} ]; then`,
				`	mkdir -p ${shellWord(vlansFolder(folder))}`,
				// Only what tsbox made is removed.
				`	: > ${made}`,
				...feed('ip -batch -', [
					`link add link ${vlan.below} name ${device} type vlan id ${vlan.id}`,
					`link set dev ${device} up`,
				]),
				'fi',
			],
		},
		undo: {kind: 'none', reason: 'it goes with the last container of its networks'},
		checks: [{kind: 'folder', path: `/sys/class/net/${device}`}],
	};
}

const vlansFolder = (folder: string): string => `${folder}/.vlans`;
const madeBy = (folder: string, device: string): string => `${vlansFolder(folder)}/${device}`;

/** Removes the VLANs that tsbox made and no network needs any more. */
export function vlanEndLines(folder: string): readonly string[] {
	return [
		`for each in ${shellWord(vlansFolder(folder))}/*; do`,
		'	name=${each##*/}',
		`	[ ! -e "$each" ] || grep -qsF "\\"device\\":\\"$name\\"" ${shellWord(folder)}/*/network.json || { ip link delete "$name" 2>/dev/null || :; rm -f "$each"; }`,
		'done',
	];
}

/** Whether undos of a network have to look for its VLAN. */
export function hasVlan({parent}: NetworkRecord): boolean {
	return parent !== undefined && vlanOf(parent.device) !== undefined;
}

/**
 * The command of `ip -batch` that makes a container's device. It appears in the container: `link` means a device of where ip(8) runs. So does its
 * name for kernels before 6.15, which refuse one that the host has (rtnl_newlink): it gets its own inside.
 */
export function childCommand(
	{record: {driver, mtu}, hostEnd, mac}: NetworkInput,
	{device, mode, flag}: NetworkParent,
): string {
	const words = [
		`link add name ${hostEnd} link ${device}`,
		...(mtu === undefined ? [] : [`mtu ${mtu}`]),
		// All devices of ipvlan have the hardware address of their parent.
		...(driver === 'macvlan' ? [`address ${mac}`] : []),
		`netns $pid type ${driver} mode ${mode}`,
		...(flag === undefined ? [] : [flag]),
	];
	return words.join(' ');
}

/** Whether frames leave by IP alone: then there is no neighbour that could be a gateway; ipvlan.rst of the kernel. */
export function isLayer3({driver, parent}: NetworkRecord): boolean {
	return driver === 'ipvlan' && parent?.mode !== 'l2';
}
