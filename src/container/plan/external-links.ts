import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Service} from '../../spec/model/project.ts';
import {idOf} from '../../state/alias.ts';
import {readLeases} from '../../state/network.ts';
import type {Machine} from '../machine/machine.ts';

/**
 * The lines of /etc/hosts for `external_links`: the addresses of the other containers on the networks of this one, as they are now.
 *
 * @param networks - the names of its networks
 * @param dry - nothing will be started: a container that is not there is left out
 * @throws TsboxError E_NO_SUCH_CONTAINER for one that is on none of them.
 */
export function externalLines(
	{host, dirs}: Machine,
	{name: own, externalLinks = []}: Pick<Service, 'name' | 'externalLinks'>,
	networks: readonly string[],
	dry: boolean,
): readonly string[] {
	if (externalLinks.length === 0) return [];
	const leases = networks.flatMap(network => readLeases(host, dirs.state, network));
	return externalLinks.flatMap(link => {
		const [name = '', alias = name] = link.split(':');
		const id = idOf(host, dirs.state, name) ?? name;
		const addresses = leases.filter(({container}) => container === id).map(({address}) => address);
		if (addresses.length > 0 || dry) return addresses.map(address => `${address} ${alias}`);
		throw new TsboxError('E_NO_SUCH_CONTAINER', `${name}, which ${own} is linked to, is on none of its networks`, {
			why: `the spec says \`external_links: [${link}]\`; ${own} is on ${networks.join(', ')}`,
			hint: 'start it first, and put both on a network with `external: true`',
		});
	});
}
