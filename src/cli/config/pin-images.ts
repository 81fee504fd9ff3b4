import type {Project} from '../../spec/model/project.ts';
import {entriesOf, map, type Resolved, scalar, textOf} from '../../spec/resolved/resolved.ts';
import type {Context} from '../verb/command.ts';

/** The digest of each image that services name, by service. */
export async function digestsOf(
	project: Project,
	{engine, folders}: Pick<Context, 'engine' | 'folders'>,
): Promise<ReadonlyMap<string, string>> {
	const machine = await engine.openMachine(folders);
	const found = new Map<string, string>();
	for (const {service, rootfs} of project.services)
		if (rootfs.kind === 'image' && rootfs.built !== true && !rootfs.reference.includes('@'))
			found.set(service, await engine.imageDigest(machine, rootfs.reference));
	return found;
}

/** The model with a digest behind the name of each image. */
export function withDigests(model: Resolved, digests: ReadonlyMap<string, string>): Resolved {
	const services = entriesOf(model).get('services');
	if (model.kind !== 'map' || services === undefined) return model;
	const pinned = [...entriesOf(services)].map(([name, service]): readonly [string, Resolved] => {
		const image = entriesOf(service).get('image');
		const [text, digest] = [textOf(image), digests.get(name)];
		if (service.kind !== 'map' || image === undefined || text === undefined || digest === undefined)
			return [name, service];
		return [
			name,
			{...service, entries: new Map([...service.entries, ['image', scalar(`${text}@${digest}`, image.origin)]])},
		];
	});
	const entries = new Map([...model.entries, ['services', map(Object.fromEntries(pinned), services.origin)]]);
	return {...model, entries};
}

/** A file that only gives the images of services with their digests (`--lock-image-digests`). */
export function imagesAlone(model: Resolved): Resolved {
	const services = [...entriesOf(entriesOf(model).get('services'))].flatMap(([name, service]) => {
		const image = entriesOf(service).get('image');
		return image === undefined ? [] : [[name, map({image})] as const];
	});
	return map({services: map(Object.fromEntries(services))});
}
