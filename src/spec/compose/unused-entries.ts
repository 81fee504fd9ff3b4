import {quoted} from '../model/parsed.ts';
import type {ProjectWarning} from '../model/project.ts';
import {networkDrivers} from '../network/driver-options.ts';
import {type Section, sections, usedNames} from './used-names.ts';

type Keys = Readonly<Record<string, unknown>>;

const ofPlatform = ({external, driver, driver_opts: options, template_driver: template}: Keys): boolean =>
	isTrue(external) || [driver, options, template].some(value => value !== undefined);

/** Whether an entry asks for what tsbox has not. */
const isForeign: Readonly<Record<Section, (entry: Keys) => boolean>> = {
	networks: ({driver, ipam}) =>
		(driver !== undefined && ![...networkDrivers, 'default', 'overlay'].some(each => each === driver)) ||
		Object.entries(Object(ipam) as Keys).some(
			([key, value]) => key === 'options' || (key === 'driver' && value !== 'default'),
		),
	volumes: ({driver}) => driver !== undefined && driver !== 'local' && driver !== 'default',
	secrets: ofPlatform,
	configs: ofPlatform,
};

function isTrue(external: unknown): boolean {
	return external !== undefined && external !== null && external !== false && external !== 'false';
}

/**
 * A file without those networks, volumes, secrets, configs, and models that no service uses and that tsbox could not provide. Compose makes
 * none that no service uses either.
 */
export function withoutUnused(file: Keys): {readonly file: Keys; readonly warnings: readonly ProjectWarning[]} {
	const used = usedNames(file['services']);
	const left: string[] = [];
	const kept = Object.entries(file).flatMap(([key, value]): readonly (readonly [string, unknown])[] => {
		const section = sections.find(each => each === key);
		if (key === 'models' && !usesModels(file['services'])) {
			left.push(key);
			return [];
		}
		if (section === undefined || typeof value !== 'object' || value === null) return [[key, value]];
		const entries = Object.entries(value).filter(([name, entry]) => {
			const isLeft = !used[section].has(name) && name !== 'default' && isForeign[section](Object(entry) as Keys);
			if (isLeft) left.push(`${section}.${name}`);
			return !isLeft;
		});
		return [[key, Array.isArray(value) ? value : Object.fromEntries(entries)]];
	});
	const warnings = left.map(name => ({
		text: `${quoted(name)} is left out: no service uses it, and tsbox has no such thing`,
		services: [],
	}));
	return {file: left.length === 0 ? file : Object.fromEntries(kept), warnings};
}

function usesModels(services: unknown): boolean {
	return Object.values(services ?? {}).some(service => Reflect.has(Object(service) as object, 'models'));
}
