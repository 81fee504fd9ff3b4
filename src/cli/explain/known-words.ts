import {errorCodes} from '../../errors/codes.ts';
import {exitStatuses} from '../../errors/exit-statuses.ts';
import {type KeyRow, keyRows, specSchemas} from '../../spec/explain/key-rows.ts';
import type {WordGroups} from '../../view/explain/topic.ts';
import type {Command} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';
import {documentedSteps, glossary, keySchema} from './pages.ts';

/** The keys of a container, of a file with `services`, and of the configuration. */
export function keysOf(io: Io) {
	const {container, project} = specSchemas(keySchema(io, 'tsbox'));
	return {
		container: keyRows(container),
		project: keyRows(project, ['services']),
		// Those below `defaults` are keys of a container.
		configuration: keyRows(keySchema(io, 'tsbox-config'), ['defaults']),
	};
}

/** All words that `tsbox explain` lists, in groups. Keys below other keys are left out. */
export function wordGroups(io: Io, commands: readonly Command[]): WordGroups {
	const {container, project, configuration} = keysOf(io);
	const names = (rows: readonly KeyRow[]) => rows.map(({path}) => path).filter(path => !path.includes('.'));
	const steps = documentedSteps(io);
	const phases = [...new Set(steps.map(({phase}) => phase))];
	return {
		'keys of a container': names(container),
		'keys of a file with services': names(project),
		verbs: commands.map(({name}) => name),
		...Object.fromEntries(
			phases.map(phase => [`steps: ${phase}`, steps.filter(step => step.phase === phase).map(({id}) => id)]),
		),
		errors: Object.keys(errorCodes),
		'exit statuses': exitStatuses.map(([status]) => status),
		terms: glossary(io).map(([term]) => term),
		'keys of the configuration': names(configuration),
	};
}

/** Every word that can be explained: for completion and for hints. */
export function allWords(io: Io, commands: readonly Command[]): readonly string[] {
	const words = Object.values(wordGroups(io, commands)).flat();
	const rows = Object.values(keysOf(io)).flat();
	return [...new Set([...words, ...documentedSteps(io).map(({phase}) => phase), ...rows.map(({path}) => path)])];
}
