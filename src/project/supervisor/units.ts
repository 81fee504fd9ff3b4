import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Service} from '../../spec/model/project.ts';
import {isMeant, labelOf} from '../../spec/keys/replicas.ts';
import type {Unit} from './unit.ts';

/** The containers of a detached project that a supervisor looks after. */
export interface Units {
	readonly all: () => readonly Unit[];
	/** By the container's name. */
	readonly of: (name: string) => Unit | undefined;
	/** All of a service. */
	readonly ofService: (service: string) => readonly Unit[];
	/**
	 * Those that words mean: services, containers, or which of several; none means all.
	 *
	 * @throws TsboxError E_USAGE for a word that means none.
	 */
	readonly meant: (words: readonly string[]) => readonly Unit[];
	/** Puts one in the place of that of the same name. */
	readonly put: (unit: Unit) => void;
	readonly drop: (name: string) => void;
	readonly clear: () => void;
}

/** Makes the empty collection of a project. */
export function unitsOf(project: string): Units {
	const units = new Map<string, Unit>();
	const all = (): readonly Unit[] => [...units.values()];
	const service = (unit: Unit): Service => unit.view().service;
	const meantBy = (word: string): readonly Unit[] => {
		const found = all().filter(unit => isMeant(word, service(unit)));
		// A service may be called as one of several of another one: its own name goes first.
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
		ofService: name => all().filter(unit => service(unit).service === name),
		meant: words => (words.length === 0 ? all() : [...new Set(words.flatMap(meantBy))]),
		put: unit => void units.set(service(unit).name, unit),
		drop: name => void units.delete(name),
		clear: () => units.clear(),
	};
}
