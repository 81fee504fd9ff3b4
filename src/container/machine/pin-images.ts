import {parseImageName} from '../../spec/image/image-name.ts';
import type {Project} from '../../spec/model/project.ts';

/** Digests that images of registries must have, by the references that specs name them by: a lock's. */
export type ImagePins = Readonly<Record<string, string>>;

/** The project with the digest in place of the tag, for each image that has a pin. An image in a file is named by its path alone. */
export function pinImages(project: Project, pins: ImagePins): Project {
	const services = project.services.map(service => {
		const {rootfs} = service;
		const digest = rootfs.kind === 'image' ? pins[rootfs.reference] : undefined;
		if (rootfs.kind !== 'image' || digest === undefined) return service;
		const name = parseImageName(rootfs.reference);
		if (!name.ok) return service;
		const {domain, path} = name.value;
		return {...service, rootfs: {...rootfs, reference: `${domain}/${path}@${digest}`}};
	});
	return {...project, services};
}
