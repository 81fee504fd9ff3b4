import {loadProject} from '../project/load.ts';
import type {Key} from '../keys/key.ts';
import {serviceKeys} from '../keys/service-keys.ts';
import type {Project} from '../model/project.ts';
import {yamlLine, yamlText} from '../syntax/yaml-text.ts';

const keys: Readonly<Record<string, Key>> = serviceKeys;

/** The folder of the sample spec, which is nowhere but in explanations. */
const sampleFolder = '/srv/demo';

/** The files that the examples name, and that no machine needs to have. */
const sampleFiles: Readonly<Record<string, 'file' | 'directory'>> = {
	[`${sampleFolder}/rootfs.tar.gz`]: 'file',
	[`${sampleFolder}/app.env`]: 'file',
	[`${sampleFolder}/app.labels`]: 'file',
	[`${sampleFolder}/data`]: 'directory',
};

/** What a path of the sample folder is. Undefined for any other path. */
export function sampleKind(path: string): 'file' | 'directory' | undefined {
	return sampleFiles[path];
}

/** The example of a key, and the keys that it needs. */
function exampleOf(name: string): Readonly<Record<string, unknown>> {
	const {example, exampleWith = {}} = keys[name] ?? {};
	return {...exampleWith, [name]: example};
}

/** The example of a key as YAML. */
export function exampleText(name: string): string {
	return yamlText(exampleOf(name));
}

/** Containers with steps that no example of one key makes. */
const furtherSamples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
	'a named volume': {volumes: ['cache:/var/cache']},
	'`userns_mode: auto` and a high limit of `ulimits`': {userns_mode: 'auto', ulimits: {nofile: 1_048_576}},
};

/** The samples that together have all steps: names of keys, and containers in words. */
export const sampleNames = [...Object.keys(keys), ...Object.keys(furtherSamples)];

/** What makes a sample different from the smallest container, in words. */
export function sampleLabel(name: string): string {
	return name in keys ? `\`${yamlLine(name, keys[name]?.example)}\`` : name;
}

/** The spec of a small container, without what a sample is about and with it. */
export function sampleSpecs(name: string): {readonly without: Project; readonly with: Project} {
	return {without: load(keys[name]?.exampleWith ?? {}), with: load(furtherSamples[name] ?? exampleOf(name))};
}

/** The spec of the smallest container. */
export function smallestSpec(): Project {
	return load({});
}

/** The spec of the smallest container, with these keys. */
function load(more: Readonly<Record<string, unknown>>): Project {
	// No machine needs to have the image, so its own command is unknown.
	const container =
		'image' in more || 'build' in more ? {command: ['sleep', '600'], ...more} : {rootfs: 'host', ...more};
	const services = {demo: {container_name: 'demo', ...container}, db: {rootfs: 'host'}};
	const file = `${sampleFolder}/demo.yaml`;
	// Only a file with several containers can name others, and declares volumes, secrets and configs. JSON is YAML.
	const isProject =
		['depends_on', 'links', 'volumes_from', 'pre_start', 'secrets', 'configs'].some(key => key in more) ||
		more === furtherSamples['a named volume'];
	const declared = {secrets: {password: {file: './app.env'}}, configs: {app: {file: './app.env'}}};
	const text = JSON.stringify(isProject ? {services, volumes: {cache: {}}, ...declared} : container);
	return loadProject({
		file,
		cwd: sampleFolder,
		env: {},
		readText: path => (path === file ? text : sampleKind(path) === 'file' ? 'COLOR=blue\n' : undefined),
		kindOf: sampleKind,
	});
}
