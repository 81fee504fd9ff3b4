import type {Step, StepInside} from '../../step/verbs/step.ts';
import {isInUserNamespace, type PlanInput, stage} from '../input/input.ts';
import {ownSysctls} from '../network/plan-namespace.ts';
import type {InsideStep} from '../input/inside-step.ts';

/** Steps that set the hostname, the domain name, sysctls, and the loopback interface in the new namespaces. */
export function kernelSettings(input: PlanInput, inside: InsideStep, loopback: boolean): readonly Step[] {
	const {hostname, domainname, linux} = input.config;
	const sysctls = {...((input.networks?.own ?? null) === null ? {} : ownSysctls), ...linux.sysctl};
	return [
		...(hostname === undefined ? [] : [hostnameStep(input, inside, hostname)]),
		...(domainname === undefined ? [] : [domainnameStep(input, inside, domainname)]),
		...Object.entries(sysctls).map(([name, value]) => sysctlStep(inside, name, value)),
		...(loopback ? [loopbackStep(inside)] : []),
	];
}

function hostnameStep(input: PlanInput, inside: InsideStep, hostname: string): Step {
	return inside(
		'uts.hostname',
		`set the hostname to ${hostname}`,
		'The uts namespace has a name of its own; writing it here does not change the host.',
		'uts_namespaces(7)',
		{
			phase: 'hardening',
			object: `hostname ${hostname}`,
			action: hostnameAction(input, hostname),
			undo: {kind: 'none', reason: 'it goes with the uts namespace'},
			checks: [{kind: 'readBack', path: '/proc/sys/kernel/hostname', equals: hostname}],
		},
	);
}

/**
 * Only host root may write the file. sethostname(2), which hostname(1) calls, needs privileges only in the user namespace
 * that owns the uts namespace.
 */
function hostnameAction(input: PlanInput, name: string): StepInside['action'] {
	const path = '/proc/sys/kernel/hostname';
	return isInUserNamespace(input)
		? {kind: 'run', tool: 'hostname', args: [name], place: 'toolbox', reads: path}
		: {kind: 'write', path, value: name};
}

function domainnameStep(input: PlanInput, inside: InsideStep, domainname: string): Step {
	const path = '/proc/sys/kernel/domainname';
	return inside(
		'uts.domainname',
		`set the domain name to ${domainname}`,
		'It belongs to the same namespace as the hostname.',
		'uts_namespaces(7)',
		{
			phase: 'hardening',
			// As with the host name.
			action: isInUserNamespace(input)
				? {kind: 'run', tool: 'hostname', args: ['-y', domainname], place: 'toolbox', reads: path}
				: {kind: 'write', path, value: domainname},
			undo: {kind: 'none', reason: 'it goes with the uts namespace'},
			checks: [{kind: 'readBack', path, equals: domainname}],
		},
	);
}

function sysctlStep(inside: InsideStep, name: string, value: string): Step {
	const path = `/proc/sys/${name.replaceAll('.', '/')}`;
	return inside(
		`sysctl.${name}`,
		`set ${name} to ${value}`,
		'This kernel setting belongs to one of the new namespaces, not to the whole machine.',
		'sysctl(8)',
		{
			phase: 'hardening',
			object: `${path} = ${value}`,
			action: {kind: 'write', path, value},
			undo: {kind: 'none', reason: 'it goes with its namespace'},
			checks: [{kind: 'readBack', path, equals: value}],
		},
	);
}

/** Brings the loopback interface of a new network namespace up. */
export function loopbackStep(inside: InsideStep): Step {
	const path = `${stage}/sys/class/net/lo/flags`;
	return inside(
		'network.loopback',
		'bring the loopback interface up',
		'A new network namespace has only lo, and it is down; programs expect 127.0.0.1. Writing IFF_UP to sysfs does what `ip link set lo up` does.',
		'network_namespaces(7)',
		{
			phase: 'namespaces',
			object: 'interface lo, up',
			action: {kind: 'write', path, value: '0x9'},
			undo: {kind: 'none', reason: 'it goes with the network namespace'},
			checks: [{kind: 'readBack', path, equals: '0x9'}],
		},
	);
}
