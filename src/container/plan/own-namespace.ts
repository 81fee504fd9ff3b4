import {TsboxError} from '../../errors/tsbox-error.ts';
import {mapArguments, userMapOf} from '../../host/id-map.ts';
import type {Host} from '../../host/host.ts';
import {findProgram} from '../../host/probe/tools.ts';
import type {OwnNamespace} from '../../plan/input/network-input.ts';
import type {Service} from '../../spec/model/project.ts';
import {namespaceFile} from '../../state/network-namespace.ts';
import {systemCalls} from '../../step/calls/constants.ts';
import type {Machine} from '../machine/machine.ts';

/** The first port that any user may listen on; ip-sysctl.rst. */
const firstFree = '/proc/sys/net/ipv4/ip_unprivileged_port_start';

/** The programs that can connect a network namespace of an ordinary user to the host, the best first. */
export const outsideTools = ['pasta', 'slirp4netns'] as const;

/** Why an ordinary user can make no device by which a namespace is connected, and what to do. */
export function tunTrouble(host: Host): {readonly why: string; readonly hint: string} | undefined {
	const tun = host.stat('/dev/net/tun');
	if (tun === undefined) return {why: 'this host has no /dev/net/tun', hint: 'sudo modprobe tun'};
	// As udev makes it. A group or an access list may let a user in too, which stat(2) does not say: then the group bits are set.
	return (tun.mode & 0o060) === 0
		? {why: 'only root may open /dev/net/tun', hint: 'sudo chmod 666 /dev/net/tun'}
		: undefined;
}

/** The program that connects the networks of an ordinary user to the host, or why a service can have none, whatever its spec asks for. */
export function outsideProgram(
	{host}: Machine,
	{namespaces}: Pick<Service, 'namespaces'>,
): OwnNamespace['outside'] | TsboxError {
	const outside = outsideTools.find(name => findProgram(host, name) !== undefined);
	if (outside === undefined)
		return new TsboxError('E_HOST_UNSUPPORTED', 'this host has neither pasta nor slirp4netns', {
			why: 'the networks of an ordinary user are connected to the host by one of them',
			hint: 'install pasta (Debian: passt), or write `network_mode: none`',
		});
	const tun = tunTrouble(host);
	if (tun !== undefined)
		return new TsboxError('E_HOST_UNSUPPORTED', tun.why, {
			why: `${outside} makes a network device by it`,
			hint: `run \`${tun.hint}\`, or write \`network_mode: none\``,
		});
	if (namespaces.includes('user')) return outside;
	return new TsboxError('E_PERMISSION', 'a network of an ordinary user needs a user namespace', {
		hint: 'add `user` to `namespaces`, or write `network_mode: none`',
	});
}

/**
 * Where the networks of an ordinary user are; null for root.
 *
 * @throws TsboxError of {@link outsideProgram}; E_HOST_UNSUPPORTED when this host cannot publish ports, E_PERMISSION for a port or a key
 * that only root may have.
 */
export function ownNamespace(
	machine: Machine,
	{namespaces, ports, egress}: Pick<Service, 'namespaces' | 'ports' | 'egress'>,
): OwnNamespace | null {
	const {host, facts, dirs} = machine;
	if (facts.user.uid === 0) return null;
	if (egress !== undefined)
		throw new TsboxError('E_PERMISSION', 'only root can limit with `egress` what a container reaches', {
			hint: 'run it with sudo, or put it on a network with `internal: true`',
		});
	const outside = outsideProgram(machine, {namespaces});
	if (typeof outside !== 'string') throw outside;
	const calls = systemCalls[facts.kernel.arch];
	if (ports.length > 0 && (calls === undefined || facts.tools.perl === null))
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host cannot publish the ports of an ordinary user', {
			why:
				facts.tools.perl === null
					? 'it has no perl, which carries the connections'
					: `the numbers of the system calls of ${facts.kernel.arch} are not known`,
			hint: facts.tools.perl === null ? 'install perl, or take `ports` out' : 'take `ports` out',
		});
	const first = Number(host.readText(firstFree) ?? '1024');
	const low = ports.find(({published}) => published !== undefined && published !== 0 && published < first);
	if (low !== undefined)
		throw new TsboxError(
			'E_PERMISSION',
			`the port ${low.published}/${low.protocol} of this host is not for ordinary users`,
			{
				why: `they may listen on ports from ${first}: ${firstFree}`,
				hint: `publish it at another port, such as ${Math.max(first, 8000) + low.target}, or run \`sudo sysctl net.ipv4.ip_unprivileged_port_start=${low.published}\``,
			},
		);
	return {
		file: namespaceFile(dirs.state),
		users: mapArguments(userMapOf(facts)),
		outside,
		calls: calls === undefined ? {setns: 0, capset: 0} : {setns: calls.setns, capset: calls.capset},
	};
}
