import {modeWord} from '../model/namespace-mode.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import type {VolumesFrom} from '../model/project.ts';
import {parseName} from '../values/container-name.ts';

/** Parses an entry of `volumes_from`: `SERVICE[:ro]` or `container:NAME[:ro]`. Source: Compose Specification, `volumes_from`. */
export function parseVolumesFrom(text: string): Parsed<VolumesFrom> {
	const words = text.split(':');
	const isContainer = words[0] === 'container' && words.length > 1;
	const [name = '', mode = 'rw', ...more] = isContainer ? words.slice(1) : words;
	if (more.length > 0 || name === '')
		return bad(`must be \`SERVICE\`, \`SERVICE:ro\` or \`container:NAME\`, not ${quoted(text)}`);
	if (mode !== 'ro' && mode !== 'rw')
		return bad(
			`has the mode ${quoted(mode)}`,
			`write \`${isContainer ? 'container:' : ''}${name}:ro\`, or leave it out`,
		);
	const readOnly = mode === 'ro';
	if (!isContainer) return good({service: name, readOnly});
	const container = parseName(name);
	return container.ok ? good({container: name, readOnly}) : bad(`names a container that ${container.problem}`);
}

/** Formats an entry of `volumes_from` as a spec writes it. */
export function volumesFromWord({readOnly, ...from}: VolumesFrom): string {
	const word = 'service' in from ? from.service : modeWord(from);
	return readOnly ? `${word}:ro` : word;
}
