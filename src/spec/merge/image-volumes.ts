import type {Service, VolumeMount} from '../model/project.ts';
import {anonymousMount} from '../values/anonymous-volume.ts';
import {parseMountTarget} from '../values/container-path.ts';
import {checkedOf, type ImagePart, type MergedImage, ofImage} from './image-part.ts';
import {withVolumesFrom} from './without-image.ts';

/**
 * A volume for each path that the image declares, unless the spec mounts something there or above. They come before the mounts of the
 * spec, which may lie below them.
 */
export function volumesPart(service: Service, paths: readonly string[], image: MergedImage): ImagePart {
	const isCovered = (path: string) =>
		service.volumes.some(({target}) => path === target || path.startsWith(`${target}/`));
	const mounts = paths.filter(path => !isCovered(path)).map(path => mountAt(path, service.name, image));
	if (mounts.length === 0) return {values: {}, origins: {}};
	const own = Object.entries(withVolumesFrom(service.origins, mounts.length));
	return {
		values: {volumes: [...mounts, ...service.volumes]},
		origins: {
			...Object.fromEntries(own.filter(([key]) => key.startsWith('volumes.'))),
			...Object.fromEntries(mounts.map((_, at) => [`volumes.${at}`, ofImage(image, 'Volumes')])),
		},
	};
}

function mountAt(path: string, container: string, image: MergedImage): VolumeMount {
	const target = checkedOf(image, `the volume ${JSON.stringify(path)}`, parseMountTarget(path), 'use another image');
	return anonymousMount({target, readOnly: false, nocopy: false}, {container, project: image.project});
}
