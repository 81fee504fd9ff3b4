import type {Unit} from './unit.ts';

/** Runs `act` on all units concurrently, but on each only after the units that depend on it. */
export async function inOrder(
	units: readonly Unit[],
	_order: 'dependents first',
	act: (unit: Unit) => Promise<void>,
): Promise<void> {
	const done = new Map<Unit, Promise<void>>();
	const finish = (unit: Unit): Promise<void> => {
		const {service} = unit.view();
		const known = done.get(unit);
		if (known !== undefined) return known;
		const dependents = units.filter(each => each.view().service.dependsOn?.some(on => on.service === service.service));
		const own = Promise.all(dependents.map(finish)).then(() => act(unit));
		done.set(unit, own);
		return own;
	};
	await Promise.all(units.map(finish));
}

/** The units that restart along with others by `depends_on: {...: {restart: true}}`, transitively. */
export function alongWith(units: readonly Unit[], others: readonly Unit[]): readonly Unit[] {
	const taken = new Set(others);
	for (const other of taken)
		for (const unit of units) {
			const {service} = other.view().service;
			if (unit.view().service.dependsOn?.some(each => each.restart && each.service === service)) taken.add(unit);
		}
	return [...taken].filter(unit => !others.includes(unit));
}
