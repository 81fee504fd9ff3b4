import type {Step} from '../step/step.ts';
import {type PlanInput, stage} from './input.ts';
import type {InsideStep} from './inside-step.ts';

/** Names, settings and the loopback interface: what the new namespaces have a value of their own for. */
export function kernelSettings(input: PlanInput, inside: InsideStep, loopback: boolean): readonly Step[] {
	const {service, config} = input;
	const steps: Step[] = [];
	if (service.hostname !== undefined) {
		steps.push(
			inside(
				'uts.hostname',
				`set the hostname to ${service.hostname}`,
				'The uts namespace has a name of its own; writing it here does not change the host.',
				'uts_namespaces(7)',
				{
					phase: 'hardening',
					object: `hostname ${service.hostname}`,
					action: hostnameAction(input, service.hostname),
					undo: {kind: 'none', reason: 'it goes with the uts namespace'},
					checks: [{kind: 'readBack', path: '/proc/sys/kernel/hostname', equals: service.hostname}],
				},
			),
		);
	}
	if (service.domainname !== undefined) {
		steps.push(
			inside(
				'uts.domainname',
				`set the domain name to ${service.domainname}`,
				'It belongs to the same namespace as the hostname.',
				'uts_namespaces(7)',
				{
					phase: 'hardening',
					action: {kind: 'write', path: '/proc/sys/kernel/domainname', value: service.domainname},
					undo: {kind: 'none', reason: 'it goes with the uts namespace'},
					checks: [{kind: 'readBack', path: '/proc/sys/kernel/domainname', equals: service.domainname}],
				},
			),
		);
	}
	for (const [name, value] of Object.entries(config.linux.sysctl)) {
		const path = `/proc/sys/${name.replaceAll('.', '/')}`;
		steps.push(
			inside(
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
			),
		);
	}
	if (loopback) {
		const path = `${stage}/sys/class/net/lo/flags`;
		steps.push(
			inside(
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
			),
		);
	}
	return steps;
}

/** Only root of the host may write the file; the system call asks for root of the uts namespace's owner alone. */
function hostnameAction({map}: PlanInput, name: string): Step['action'] {
	const path = '/proc/sys/kernel/hostname';
	return map === null
		? {kind: 'write', path, value: name}
		: {kind: 'run', tool: 'hostname', args: [name], place: 'toolbox', reads: path};
}
