import {createHash} from 'node:crypto';
import {withoutImage} from './without-image.ts';
import {hostNameOf} from '../values/host-name.ts';
import type {Service} from '../model/project.ts';
import {canonicalJson} from '../syntax/canonical-json.ts';
import {ownKeys, valueOf} from '../keys/service-keys.ts';

/**
 * The digest of all keys of a service whose change makes a different container: 64 hex digits, the same for all its containers. What an
 * image says is not in it, nor are labels that tsbox sets.
 */
export function configHash(service: Service): string {
	const own = sameForAll(withoutImage(service));
	return hashOf(ownKeys.map(([name, key]) => [name, valueOf(key, own)]));
}

/** Without what differs between the containers of one service. */
function sameForAll({hostname, volumes, ...rest}: Service): Partial<Service> {
	return {
		...rest,
		...(hostname === undefined || hostname === hostNameOf(rest.name) ? {} : {hostname}),
		volumes: volumes.map(each => {
			if (each.type !== 'volume' || each.volume.container === undefined) return each;
			const {container: _, ...volume} = each.volume;
			return {...each, volume: {...volume, key: '', name: ''}};
		}),
	};
}

/** The digest of a value: 64 hex digits, whatever the order of keys. */
export function hashOf(value: unknown): string {
	return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
