import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {type Machine, machine} from './engines.ts';
import {type DockerEngine, dockerWithTsbox} from './runtime-engines.ts';

/* Machines on one switch, each with a Docker of its own. */

/** A machine with its Docker. */
export interface Node {
	readonly place: Machine;
	readonly docker: DockerEngine;
}

/** A switch with machines. Disposal turns all of them off. */
export interface Lan extends AsyncDisposable {
	/** Starts machine NUMBER, whose name is `nodeNUMBER` and whose address is 192.0.2.NUMBER, or starts it again after it was off. */
	readonly boot: (number: number) => Promise<Node>;
}

/** Makes a switch. */
export async function lan(): Promise<Lan> {
	const hub = await machine();
	hub.out('sh', '-ec', 'ip link add name switch type bridge; ip link set switch up');
	const places = new Map<number, Machine>();
	let ports = 0;
	return {
		boot: async number => {
			const before = places.get(number);
			// What Docker and tsbox have below /run does not outlive a boot.
			if (before)
				for (const name of ['docker/exec', 'docker/pid', 'state'])
					rmSync(join(before.folder, name), {recursive: true, force: true});
			const place = await machine(`node${number}`, before?.folder);
			places.set(number, place);
			// The kernel takes the port of a machine that is off away in its own time.
			const port = `port${(ports += 1)}`;
			hub.out('ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(place.pid));
			hub.out('ip', 'link', 'set', port, 'master', 'switch', 'up');
			place.out('sh', '-ec', `ip address add 192.0.2.${number}/24 dev eth0; ip link set eth0 up`);
			return {place, docker: await dockerWithTsbox(place)};
		},
		[Symbol.asyncDispose]: async () => {
			for (const each of [...places.values(), hub]) await each[Symbol.asyncDispose]();
		},
	};
}
