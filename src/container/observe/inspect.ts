import type {Machine} from '../machine/machine.ts';
import {memoryCount} from '../../kernel/memory.ts';
import {explainOrigin} from '../../spec/project/explain-origin.ts';
import {aliasOf} from '../../state/alias.ts';
import {shownState} from '../../state/freezer.ts';
import {containerFolder} from '../../state/record.ts';
import {readStartReport} from '../../state/start-report.ts';
import {findContainer} from '../machine/find-container.ts';
import {labelsOf} from './list.ts';
import {joinedNetworks} from './container-network.ts';
import {startView} from './start-view.ts';

/** The record of a container with its current state, networks, and memory, the origin of each spec value, and the report of its last start. */
export async function inspect(machine: Machine, name: string): Promise<unknown> {
	const record = findContainer(machine, name);
	const {origins, ...rest} = record;
	const memory = memoryCount(machine.host, record.cgroups);
	const {host, dirs} = machine;
	const alias = aliasOf(host, dirs.state, record.name);
	const report = readStartReport(host, containerFolder(dirs.state, record.name));
	return {
		...rest,
		...(alias === undefined ? {} : {name: alias, id: record.name}),
		state: shownState(machine.host, record),
		labels: labelsOf(record) ?? {},
		networks: joinedNetworks(machine, record.name),
		memory:
			memory === undefined
				? null
				: {limit: Number.isFinite(memory.limit) ? memory.limit : null, peak: memory.peak, oomKills: memory.oomKills},
		origins: Object.fromEntries(Object.entries(origins).map(([key, origin]) => [key, explainOrigin(origin, '/')])),
		start: report === undefined ? null : startView(report),
	};
}
