import type {Machine} from '../../container/machine/machine.ts';
import {resolve} from 'node:path';
import {shortName} from '../../container/images/find-image.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import {allNames} from '../../image/store/images.ts';
import {shownName} from '../../state/alias.ts';
import {findSpec} from '../../spec/syntax/find.ts';
import {serviceNames} from '../../spec/project/service-names.ts';
import {runsFolder} from '../../state/run-place.ts';
import {allDefinitions, allNetworks} from '../../state/network.ts';
import {allVolumes} from '../../state/volume.ts';
import {readProject} from './project-folder.ts';
import {projectsFolder} from '../../state/project-place.ts';

/** What kind of name shell completion asks for. */
export type NameKind = 'container' | 'project' | 'service' | 'volume' | 'network' | 'image' | 'run';

/**
 * The names that shell completion offers for an argument. `project` includes containers. Services are those of the spec or
 * detached project that `word` names, or of the spec in the folder. Leaves out names that a shell would have to quote.
 */
export function knownNames(machine: Machine, kind: NameKind, word: string | undefined, cwd: string): readonly string[] {
	const names = [...new Set(namesOf(machine, kind, word, cwd))];
	// A shell would split an image's name at its colon, which its script knows how to handle.
	return names.filter(name => (kind === 'image' ? /^[\w.][\w.:/-]*$/ : /^[\w.][\w.-]*$/).test(name));
}

function namesOf(machine: Machine, kind: NameKind, word: string | undefined, cwd: string): readonly string[] {
	const {host, dirs} = machine;
	switch (kind) {
		case 'container':
			return allRecords(machine).map(({name}) => shownName(host, dirs.state, name));
		case 'project':
			return [...projects(machine), ...namesOf(machine, 'container', word, cwd)];
		case 'service':
			return services(machine, word, cwd);
		case 'volume':
			return allVolumes(host, dirs.store).map(({name}) => name);
		case 'network': {
			// `word` is the action of `tsbox network`.
			const networks = [...allDefinitions(host, dirs.store), ...allNetworks(host, dirs.state)].map(({name}) => name);
			if (word === 'test') return namesOf(machine, 'container', word, cwd);
			const isBoth = word === 'connect' || word === 'disconnect';
			return isBoth ? [...networks, ...namesOf(machine, 'container', word, cwd)] : networks;
		}
		case 'image':
			return allNames(host, dirs.store).map(({name}) => shortName(name));
		case 'run':
			return host.list(runsFolder(dirs.store)).filter(name => !name.startsWith('.'));
	}
}

function projects({host, dirs}: Machine): readonly string[] {
	return host
		.list(projectsFolder(dirs.state))
		.filter(name => !name.startsWith('.') && readProject(host, dirs.state, name) !== undefined);
}

function services({host, dirs}: Machine, word: string | undefined, cwd: string): readonly string[] {
	const kindOf = (path: string) => {
		const kind = host.stat(path)?.kind;
		return kind === 'file' || kind === 'directory' ? kind : undefined;
	};
	const isSpec = word === undefined || word === '' || word.includes('/') || /\.(ya?ml|json)$/.test(word);
	const file = isSpec ? undefined : readProject(host, dirs.state, word)?.spec.file;
	if (!isSpec && file === undefined) return [];
	const spec = file ?? (word === undefined || word === '' ? findSpec(cwd, kindOf).file : resolve(cwd, word));
	return kindOf(spec) === 'file' ? serviceNames(host.readText(spec) ?? '') : [];
}
