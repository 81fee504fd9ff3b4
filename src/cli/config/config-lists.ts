import type {Project} from '../../spec/model/project.ts';
import {entriesOf, type Resolved} from '../../spec/resolved/resolved.ts';
import {configHash} from '../../spec/merge/config-hash.ts';
import {imageTitle} from '../../view/lists/images-table.ts';
import {usageError} from '../options/usage-error.ts';

/** A question about a model that is answered with a list of words. */
export type ListName = 'services' | 'images' | 'volumes' | 'networks' | 'profiles' | 'models';

/** The words that answer a question about a model. */
export function listOf(name: ListName, model: Resolved, {services, builds}: Project): readonly string[] {
	const own = (section: string): readonly string[] => [...entriesOf(entriesOf(model).get(section)).keys()];
	switch (name) {
		case 'services':
		case 'volumes':
		case 'networks':
		case 'models':
			return own(name);
		case 'profiles':
			return [...new Set(services.flatMap(({profiles = []}) => profiles))].sort();
		case 'images': {
			const images = services
				.filter(({service}) => own('services').includes(service))
				.flatMap(({service, rootfs}) => {
					if (rootfs.kind !== 'image') return [];
					const written = entriesOf(entriesOf(entriesOf(model).get('services')).get(service)).get('image');
					return written?.kind === 'scalar'
						? String(written.value)
						: imageTitle(builds?.[service]?.names[0] ?? rootfs.reference, true).replace(/:latest$/, '');
				});
			return [...new Set(images)].sort();
		}
	}
}

/**
 * `SERVICE HASH` for a service, or for all with `*`: the hash in the label `com.docker.compose.config-hash` of its containers.
 *
 * @throws TsboxError E_USAGE for a service that there is not.
 */
export function hashesOf(word: string, model: Resolved, {services}: Project): readonly string[] {
	const known = [...entriesOf(entriesOf(model).get('services')).keys()];
	const wanted = word === '*' ? known : word.split(',');
	return wanted.map(name => {
		const service = services.find(each => each.service === name);
		if (service === undefined || !known.includes(name))
			throw usageError(`there is no service ${name}`, {word: name, known}, 'config');
		return `${name} ${configHash(service)}`;
	});
}
