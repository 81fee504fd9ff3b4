import {TsboxError} from '../../errors/tsbox-error.ts';
import {routesOf, subnetsOf, type UsedSubnet} from '../../network/pools.ts';
import {allDefinitions, allNetworks} from '../../state/network.ts';
import type {NetworkDriver} from '../../spec/model/network.ts';
import type {Machine} from '../machine/machine.ts';

/**
 * What no new subnet may overlap: the subnets of other networks, and the destinations of all routes of this host. Networks come
 * first, because the route of a running network says less than its name. A network of macvlan or ipvlan is meant to have the
 * subnet of its device, to which there is a route.
 *
 * @throws TsboxError E_HOST_UNSUPPORTED without ip(8), E_SYSTEM when it cannot tell the routes.
 */
export async function usedSubnets({host, dirs, facts}: Machine, driver: NetworkDriver): Promise<readonly UsedSubnet[]> {
	const networks = subnetsOf([...allNetworks(host, dirs.state), ...allDefinitions(host, dirs.store)]);
	if (driver !== 'bridge') return networks;
	const {ip} = facts.tools;
	if (ip === null)
		throw new TsboxError('E_HOST_UNSUPPORTED', 'this host has no ip', {
			why: 'a subnet must not overlap a route of this host',
			hint: 'install iproute2',
		});
	const words = [ip.path, ...(ip.applet === null ? [] : [ip.applet])];
	const routes: UsedSubnet[] = [];
	for (const family of ['-4', '-6']) {
		const argv = [...words, '-json', family, 'route', 'show', 'table', 'all'];
		const {exitCode, stdout, stderr, command} = await host.run(argv, {timeoutMs: 10_000});
		if (exitCode !== 0)
			throw new TsboxError('E_SYSTEM', 'the routes of this host cannot be read', {
				command,
				output: stderr.trim(),
				hint: 'install iproute2; the ip of busybox has no -json',
			});
		routes.push(...routesOf(stdout));
	}
	return [...networks, ...routes];
}
