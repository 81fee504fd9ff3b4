import {urlHost} from '../../network/address.ts';
import {defineCommand} from '../verb/command.ts';
import {usageError} from '../options/usage-error.ts';
import {containerName} from '../options/arguments.ts';

/** `tsbox port`: lists the published ports of a container. */
export const port = defineCommand({
	name: 'port',
	describe: 'Show where the ports of a running container can be reached',
	examples: [
		['tsbox port web', 'one line per port: 80/tcp -> 0.0.0.0:80'],
		['tsbox port web 80', 'one port: 0.0.0.0:80'],
		['tsbox port web 53/udp', 'one UDP port'],
	],
	options: {},
	positionals: [containerName, {name: 'PORT', describe: 'Port number, with /udp for UDP', completes: 'none'}],
	async run({positionals: [name = '', word]}, {io, engine, folders}) {
		const wanted = word === undefined ? undefined : parse(word);
		const {hostNetwork, isPublished, open, asked, unread} = await engine.ports(await engine.openMachine(folders), name);
		const found = open.filter(each => wanted === undefined || wanted === `${each.port}/${each.protocol}`);
		for (const {port: number, protocol, address, hostPort} of found) {
			const at = `${urlHost(address)}:${hostPort}`;
			io.out(wanted === undefined ? `${number}/${protocol} -> ${at}\n` : `${at}\n`);
		}
		if (!hostNetwork && !isPublished) {
			const list = asked.map(({target, protocol}) => `${target}/${protocol}`).join(', ');
			const spec = list === '' ? '' : ` (\`ports\` lists ${list}, which is not published)`;
			io.err(`${name} has its own network, so that its ports are not reachable from outside${spec}\n`);
		} else if (wanted !== undefined && found.length === 0)
			io.err(`${name} does not ${isPublished ? 'publish' : 'listen on'} ${wanted}\n`);
		if (unread) io.err(`no permission to inspect some processes of ${name}; their ports are not shown\n`);
		return wanted !== undefined && found.length === 0 ? 1 : 0;
	},
});

function parse(word: string): string {
	const [, number = '', protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(word) ?? [];
	if (number === '' || Number(number) < 1 || Number(number) > 65_535)
		throw usageError(`a port is a number from 1 to 65535, with /tcp or /udp, not "${word}"`, undefined, 'port');
	return `${Number(number)}/${protocol}`;
}
