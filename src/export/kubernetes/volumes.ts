import {createHash} from 'node:crypto';
import {basename} from 'node:path/posix';
import type {IConfigMap, IContainer, IPersistentVolumeClaim, IVolume} from 'kubernetes-models/v1';
import type {BindVolume, NamedVolume, Service} from '../../spec/model/project.ts';
import {present} from '../../spec/syntax/pick.ts';
import {shellWord} from '../../spec/syntax/shell-words.ts';
import {objectName} from './names.ts';

type VolumeMount = NonNullable<IContainer['volumeMounts']>[number];

/** What the container of a pod mounts, and the objects that hold it. */
export interface PodVolumes {
	readonly volumes: readonly IVolume[];
	readonly mounts: readonly VolumeMount[];
	readonly objects: readonly (IConfigMap | IPersistentVolumeClaim)[];
	/** What a reader has to do, or to know. */
	readonly notes: readonly string[];
}

/** What volumes are made from besides the service. */
export interface VolumeSources {
	readonly project: string;
	/** The bytes of a file of the host; undefined if it is none, or too large for a ConfigMap. */
	readonly readFile: (path: string) => Buffer | undefined;
}

/** What a claim asks for, since neither a spec nor a disk of this machine says how large a volume has to be. */
const claimedStorage = '1Gi';

interface Part {
	readonly volume: IVolume;
	readonly mount: VolumeMount;
	readonly object?: IConfigMap | IPersistentVolumeClaim;
	readonly note?: string;
}

/** The volumes, secrets and configs of a service as those of a pod. */
export function podVolumes(service: Service, sources: VolumeSources): PodVolumes {
	const parts = [
		...service.volumes.map((volume, at) => {
			const name = `v${at}`;
			if (volume.type === 'tmpfs') return inMemory(name, volume.target, volume.size, volume.readOnly);
			if (volume.type === 'volume') return claimed(name, volume.volume, volume);
			return boundPart(name, service.service, volume, sources);
		}),
		...(service.given ?? []).map((given, at) => {
			const name = `g${at}`;
			const object = objectName(sources.project, given.name);
			const how = {name, target: given.target, ...present({mode: given.mode})};
			if (given.kind === 'secret') return secret(how, object, given.file ?? '/dev/stdin');
			const text = given.text?.reveal();
			const bytes = text === undefined ? sources.readFile(given.file ?? '') : Buffer.from(text);
			return bytes === undefined ? missing(how, object) : configMap(how, object, bytes);
		}),
		...(service.shmSize === undefined ? [] : [inMemory('shm', '/dev/shm', service.shmSize, false)]),
	];
	return {
		volumes: parts.map(({volume}) => volume),
		mounts: parts.map(({mount}) => mount),
		objects: parts.flatMap(({object}) => (object === undefined ? [] : [object])),
		notes: parts.flatMap(({note}) => (note === undefined ? [] : [note])),
	};
}

function inMemory(name: string, mountPath: string, size: number | undefined, readOnly: boolean): Part {
	return {
		volume: {name, emptyDir: {medium: 'Memory', ...(size === undefined ? {} : {sizeLimit: String(size)})}},
		mount: {name, mountPath, ...(readOnly ? {readOnly} : {})},
	};
}

function claimed(
	name: string,
	{name: volume, project, container}: NamedVolume,
	{target, readOnly}: {readonly target: string; readonly readOnly: boolean},
): Part {
	const mount = {name, mountPath: target, ...(readOnly ? {readOnly} : {})};
	// What belongs to one container alone ends with its pod.
	if (container !== undefined) return {volume: {name, emptyDir: {}}, mount};
	const claimName = objectName(volume);
	return {
		volume: {name, persistentVolumeClaim: {claimName}},
		mount,
		...(project === null
			? {note: `the claim ${claimName} must be there already`}
			: {
					object: {
						apiVersion: 'v1',
						kind: 'PersistentVolumeClaim',
						metadata: {name: claimName},
						spec: {accessModes: ['ReadWriteOnce'], resources: {requests: {storage: claimedStorage}}},
					},
					note: `the claim ${claimName} asks for ${claimedStorage}: a spec does not say how large a volume has to be`,
				}),
	};
}

interface MountedFile {
	readonly name: string;
	readonly target: string;
	readonly mode?: number;
}

function boundPart(
	name: string,
	service: string,
	{source, target, readOnly}: BindVolume,
	{project, readFile}: VolumeSources,
): Part {
	const file = basename(target);
	if (target.startsWith('/run/secrets/')) return secret({name, target}, objectName(project, service, file), source);
	const bytes = readOnly ? readFile(source) : undefined;
	if (bytes !== undefined) {
		// Files of the same name may differ, and each service that mounts the same one shares it.
		const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
		return configMap({name, target}, objectName(project, file, digest), bytes);
	}
	return {
		volume: {name, hostPath: {path: source}},
		mount: {name, mountPath: target, ...(readOnly ? {readOnly} : {})},
		note: `${source} must be on every machine that runs ${target}`,
	};
}

/** Texts of secrets do not go into a file that is shown around: the reader makes them. */
function secret({name, target, mode}: MountedFile, secretName: string, file: string): Part {
	return {
		volume: {
			name,
			secret: {secretName, items: [{key: 'text', path: 'text', ...present({mode})}]},
		},
		mount: {name, mountPath: target, subPath: 'text', readOnly: true},
		note: `make the secret: kubectl create secret generic ${secretName} --from-file=text=${shellWord(file)}`,
	};
}

function configMap({name, target, mode}: MountedFile, object: string, bytes: Buffer): Part {
	const text = bytes.toString('utf8');
	const isText = Buffer.from(text).equals(bytes);
	return {
		volume: {name, configMap: {name: object, items: [{key: 'text', path: 'text', ...present({mode})}]}},
		mount: {name, mountPath: target, subPath: 'text', readOnly: true},
		object: {
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: {name: object},
			...(isText ? {data: {text}} : {binaryData: {text: bytes.toString('base64')}}),
		},
	};
}

function missing({name, target}: MountedFile, object: string): Part {
	return {
		volume: {name, configMap: {name: object}},
		mount: {name, mountPath: target, subPath: 'text', readOnly: true},
		note: `make the ConfigMap: kubectl create configmap ${object} --from-file=text=FILE`,
	};
}
