import type {ProjectContainer} from '../../container/observe/list-project.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {age} from '../text/duration.ts';
import {type ImageRow, imageTitle, shortDigest} from '../lists/images-table.ts';

/** The images of containers with the field names of `docker compose images --format json`, and what its table shows. */
export function composeImageRows(
	containers: readonly Pick<ProjectContainer, 'name' | 'image'>[],
	stored: readonly (ImageRow & {readonly pulled: number})[],
	now: number,
) {
	return containers.map(({name, image}) => {
		const found = stored.find(
			each => each.name === image || (each.name !== null && imageTitle(each.name, true) === image),
		);
		const title = found === undefined ? image : imageTitle(found.name, true);
		const [, repository = title, tag = found?.kind === 'image' ? 'latest' : ''] = /^(.*):([^:/@]+)$/.exec(title) ?? [];
		const digest = found?.digest ?? '';
		return {
			ID: digest,
			ContainerName: name,
			Repository: repository,
			Tag: tag,
			Platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
			Size: found?.bytes ?? 0,
			Created: found?.created == null ? null : new Date(found.created).toISOString(),
			LastTagTime: found === undefined ? null : new Date(found.pulled).toISOString(),
			/** What the table shows in place of digest, bytes, and time. */
			shown: {
				ShortID: shortDigest(digest),
				HumanSize: found === undefined ? '-' : bytes(found.bytes),
				Age: found?.created == null ? '-' : `${age(now - found.created)} ago`,
			},
		};
	});
}
