import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Service} from '../../spec/model/project.ts';
import {isMeant, labelOf} from '../../spec/keys/replicas.ts';
import type {Unit} from './unit.ts';

/** The supervised containers of a detached project. */
export interface Units {
	readonly all: () => readonly Unit[];
	/** Finds a unit by its container's name. */
	readonly of: (name: string) => Unit | undefined;
	/** All units of a service. */
	readonly ofService: (service: string) => readonly Unit[];
	/**
	 * The units that words select: a service, a container, or one replica (`web-2`); no words select all.
	 *
	 * @throws TsboxError E_USAGE for a word that selects none.
	 */
	readonly meant: (words: readonly string[]) => readonly Unit[];
	/** Adds a unit, or replaces the unit with the same name. */
	readonly put: (unit: Unit) => void;
	readonly drop: (name: string) => void;
	readonly clear: () => void;
}

/** Makes an empty collection for a project. */
export function unitsOf(project: string): Units {
	const units = new Map<string, Unit>();
	const all = (): readonly Unit[] => [...units.values()];
	const service = (unit: Unit): Service => unit.view().service;
	const meantBy = (word: string): readonly Unit[] => {
		const found = all().filter(unit => isMeant(word, service(unit)));
		// A service may have the name of another service's replica (`web-2`): the service wins.
		const exact = found.filter(unit => service(unit).service === word);
		if (found.length > 0) return exact.length > 0 ? exact : found;
		throw new TsboxError('E_USAGE', `${project} has no service ${word}`, {
			hint: `it has ${all()
				.map(unit => labelOf(service(unit)))
				.join(', ')}`,
		});
	};
	return {
		all,
		of: name => units.get(name),
		ofService: name => all().filter(unit => service(unit).service === name && service(unit).oneOff === undefined),
		meant: words => (words.length === 0 ? all() : [...new Set(words.flatMap(meantBy))]),
		put: unit => void units.set(service(unit).name, unit),
		drop: name => void units.delete(name),
		clear: () => units.clear(),
	};
}
