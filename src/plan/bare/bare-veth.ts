import {createHash} from 'node:crypto';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {vethPeer} from '../../spec/keys/bare.ts';
import type {HostAction} from '../../step/verbs/action.ts';
import {firstProcess} from '../../step/verbs/run.ts';
import type {StepBeside} from '../../step/verbs/step.ts';
import {isRootless, type PlanInput} from '../input/input.ts';
import type {Bare} from './bare-mounts.ts';

/** A name for the host's end of the pair. It has at most 15 bytes, IFNAMSIZ of netdevice(7). */
function vethName({folders, extras}: PlanInput): string {
	return `veth-${createHash('sha256').update(`${folders.state} ${extras.name}`).digest('hex').slice(0, 8)}`;
}

/**
 * The step that connects the container to the host by a veth pair; none unless the spec asks for it.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED without ip(8), E_PERMISSION for an ordinary user.
 */
export function vethSteps(input: PlanInput, {veth}: Bare): readonly StepBeside[] {
	if (veth === undefined) return [];
	const {ip, nsenter} = input.facts.tools;
	if (ip === null || nsenter === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no ip, which makes network devices', {
			hint: 'install it (Debian: iproute2), or take `veth` out',
		});
	if (isRootless(input))
		throw new TsboxError('E_PERMISSION', 'only root can make a network device on the host', {
			hint: 'start it as root, or take `veth` out',
		});
	const name = vethName(input);
	const onHost = (...args: readonly (string | typeof firstProcess)[]): HostAction => ({
		kind: 'runOnHost',
		tool: 'ip',
		args,
	});
	const inContainer = (...args: readonly string[]): HostAction => ({
		kind: 'runOnHost',
		tool: 'nsenter',
		args: ['--target', firstProcess, '--net', ip.path, ...args],
	});
	return [
		{
			id: 'network.veth',
			phase: 'namespaces',
			side: 'beside',
			title: 'connect it to the host by a pair of network devices',
			why: 'A new network namespace has nothing but a loopback device. A veth pair is a cable: what goes in at one end comes out at the other, and one end is moved into the container.',
			man: 'veth(4)',
			object: `network devices ${name} and eth0`,
			action: {
				kind: 'sequence',
				actions: [
					onHost('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', firstProcess),
					onHost('addr', 'add', vethPeer(veth), 'dev', name),
					onHost('link', 'set', name, 'up'),
					inContainer('addr', 'add', veth, 'dev', 'eth0'),
					inContainer('link', 'set', 'eth0', 'up'),
				],
			},
			undo: {kind: 'runWhileThere', path: `/sys/class/net/${name}`, tool: 'ip', args: ['link', 'delete', name]},
			checks: [{kind: 'interface', name: 'eth0'}],
		},
	];
}
