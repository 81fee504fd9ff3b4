import {dirname} from 'node:path';
import {hashOf} from '../spec/merge/config-hash.ts';
import type {Dependency, Project, Service} from '../spec/model/project.ts';
import type {NetworkRecord} from './network.ts';
import type {VolumeRecord} from './volume.ts';

/*
 * The labels that Compose sets, for tools that find by them what belongs together. Source: docker/compose, pkg/api/labels.go.
 * `com.docker.compose.replace` is missing: tsbox removes a container before it makes another one in its place.
 */

type Labels = Readonly<Record<string, string>>;

/** Set by build.mjs; undefined in tests that run from the sources. */
declare const VERSION: string | undefined;

const version = typeof VERSION === 'undefined' ? 'dev' : VERSION;

const prefix = 'com.docker.compose.';

function labels(values: Readonly<Record<string, string | undefined>>): Labels {
	return Object.fromEntries(
		Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[`${prefix}${name}`, value]])),
	);
}

/** A container of a project: what its labels are made from. */
export interface LabeledContainer {
	readonly project: Pick<Project, 'name' | 'file' | 'others' | 'projectDirectory' | 'envFiles'>;
	readonly service: Pick<Service, 'service' | 'replica' | 'dependsOn'> & {readonly oneOff?: unknown};
	/** As `configHash` gives it. */
	readonly hash: string;
	/** The digest of its image, `sha256:` and 64 digits; undefined without one. */
	readonly image: string | undefined;
}

/** The labels of a container of a project. */
export function containerLabels({project, service, hash, image}: LabeledContainer): Labels {
	const {name, file, others = [], projectDirectory, envFiles = []} = project;
	return labels({
		project: name,
		service: service.service,
		version,
		'config-hash': hash,
		'container-number': String(service.replica ?? 1),
		oneoff: service.oneOff === undefined ? 'False' : 'True',
		depends_on: (service.dependsOn ?? []).map(dependencyWord).join(','),
		image,
		'project.config_files': [file, ...others].join(','),
		'project.working_dir': projectDirectory ?? dirname(file),
		'project.environment_file': envFiles.length === 0 ? undefined : envFiles.join(','),
	});
}

function dependencyWord({service, condition, restart}: Dependency): string {
	return `${service}:${condition}:${restart}`;
}

/** The labels of the image that is built for a service. There is no version among them: each release would give other images. */
export function imageLabels(project: string, service: string): Labels {
	return labels({project, service});
}

/** The labels of a network of a project; none for one that others make. */
export function networkLabels({project, key, name, labels: own, ...rest}: NetworkRecord): Labels {
	if (project === null) return {};
	return labels({project, network: key ?? name, version, 'config-hash': hashOf({name, labels: own, ...rest})});
}

/** The labels of a volume of a project; none for one that others make. An anonymous one has the label that Docker gives it. */
export function volumeLabels({project, volume, container, name, labels: own}: VolumeRecord): Labels {
	if (container !== undefined) return {'com.docker.volume.anonymous': ''};
	if (project === null || volume === null) return {};
	return labels({project, volume, version, 'config-hash': hashOf({name, labels: own})});
}
