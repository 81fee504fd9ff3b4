import type {Unit} from './unit.ts';

/** Does something to all units at once, but to each only after those that depend on it. */
export async function inOrder(
	units: readonly Unit[],
	_order: 'dependents first',
	act: (unit: Unit) => Promise<void>,
): Promise<void> {
	const done = new Map<string, Promise<void>>();
	const finish = (unit: Unit): Promise<void> => {
		const {service} = unit.view();
		const known = done.get(service.service);
		if (known !== undefined) return known;
		const dependents = units.filter(each => each.view().service.dependsOn?.some(on => on.service === service.service));
		const own = Promise.all(dependents.map(finish)).then(() => act(unit));
		done.set(service.service, own);
		return own;
	};
	await Promise.all(units.map(finish));
}
