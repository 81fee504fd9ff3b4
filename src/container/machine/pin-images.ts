import {parseImageName} from '../../spec/image/image-name.ts';
import type {Project} from '../../spec/model/project.ts';

/** Digests that images of registries must have, by the services of a lock, with the references that the spec had then. */
export type ImagePins = Readonly<Record<string, {readonly reference: string; readonly digest: string}>>;

/** The project with the digest in place of the tag, for each image that has a pin. An image in a file is named by its path alone. */
export function pinImages(project: Project, pins: ImagePins): Project {
	const services = project.services.map(service => {
		const {rootfs} = service;
		const pin = pins[service.service];
		if (rootfs.kind !== 'image' || pin?.reference !== rootfs.reference) return service;
		const name = parseImageName(rootfs.reference);
		if (!name.ok) return service;
		const {domain, path} = name.value;
		return {...service, rootfs: {...rootfs, reference: `${domain}/${path}@${pin.digest}`}};
	});
	return {...project, services};
}
