import {join} from 'node:path';
import {list, openMachine} from '../../src/index.ts';
import type {TestBox} from '../system/box.ts';
import {isInCgroup, processesOf} from '../system/leftovers.ts';

/** How long a state may be out of date, ms: a supervisor that took over looks every 5 s. */
const truthWithin = 8000;

/** What `ps` says of the container; undefined for nothing. */
export async function shownState(box: TestBox, container = box.name): Promise<string | undefined> {
	const dirs = {store: join(box.folder, 'store'), state: join(box.folder, 'state')};
	return (await list(await openMachine(dirs))).find(({name, id}) => (id ?? name) === container)?.state;
}

/** Whether any process is in its cgroup. */
export function isAlive(box: TestBox, container = box.name): boolean {
	return processesOf(container, box.folder).some(({pid}) => isInCgroup(pid, container));
}

/** Waits until `ps` and the kernel agree on whether it runs; what is wrong when they do not. */
export async function lieIn(box: TestBox, container = box.name): Promise<readonly string[]> {
	for (const until = Date.now() + truthWithin; ; ) {
		const state = await shownState(box, container);
		const alive = isAlive(box, container);
		if (alive === (state === 'running' || state === 'paused')) return [];
		// A start that hangs.
		if (alive && state === 'created') return [];
		await new Promise(resolve => setTimeout(resolve, 20));
		if (Date.now() > until)
			return [`ps says ${state ?? 'nothing'} of ${container}, and processes are ${alive ? 'there' : 'not there'}`];
	}
}
