import type {BaseImage, BuildInput} from '../../src/build/plan/build-input.ts';
import type {OciConfig, OciSettings} from '../../src/build/plan/oci-config.ts';
import {planBuild} from '../../src/build/plan/plan-build.ts';
import {type SampleFile, sampleTree} from './sample-tree.ts';

/** A base image with some settings. Its digests are made from its name. */
export function sampleImage(reference: string, settings: OciSettings = {}): BaseImage {
	const digits = Buffer.from(reference).toString('hex').padEnd(64, '0').slice(0, 64);
	const config: OciConfig = {
		created: '2025-01-01T00:00:00Z',
		architecture: 'amd64',
		os: 'linux',
		config: settings,
		rootfs: {type: 'layers', diff_ids: [`sha256:${digits}`]},
		history: [{created: '2025-01-01T00:00:00Z', created_by: 'a base'}],
	};
	return {reference: `docker.io/library/${reference}`, manifest: `sha256:${digits}`, config};
}

/** What a sample of a build may say. */
export interface SampleBuild extends Partial<Omit<BuildInput, 'dockerfile' | 'context' | 'image' | 'ignoreFile'>> {
	readonly files?: Readonly<Record<string, SampleFile>>;
	readonly ignore?: string;
	/** Settings of base images by their name in the Dockerfile. */
	readonly images?: Readonly<Record<string, OciSettings>>;
	/** Gets each name that is looked up. */
	readonly asked?: string[];
}

/** Plans a Dockerfile over files in memory. */
export async function samplePlan(text: string, sample: SampleBuild = {}) {
	const {files = {}, ignore, images = {}, asked = [], ...others} = sample;
	return planBuild({
		dockerfile: {file: '/h/Dockerfile', shown: 'Dockerfile', text},
		...(ignore !== undefined && {ignoreFile: {file: '/h/.dockerignore', shown: '.dockerignore', text: ignore}}),
		context: sampleTree(files),
		platform: {os: 'linux', arch: 'amd64'},
		buildPlatform: {os: 'linux', arch: 'amd64'},
		image: async reference => {
			asked.push(reference);
			return sampleImage(reference, images[reference]);
		},
		...others,
	});
}
