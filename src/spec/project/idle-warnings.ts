import {idleIn} from '../compose/find-rows.ts';
import {quoted} from '../model/parsed.ts';
import type {ProjectWarning} from '../model/project.ts';

/** Warns once about each key of Compose that is accepted without effect. */
export function idleWarnings(file: unknown): readonly ProjectWarning[] {
	return idleIn(file).map(({row: {path, shown, why, instead}, services}) => {
		const key = shown ?? path.replace(/^(?:services\.\*\.|\w+\.\*\.)/, '').replaceAll('.*', '');
		const others = services.length === 0 ? (path.includes('.') ? path.split('.', 1) : []) : services;
		const of = others.length === 0 ? '' : ` of ${others.map(quoted).join(', ')}`;
		return {
			text: `\`${key}\`${of} has no effect: ${why}${instead === undefined ? '' : `; ${instead}`}`,
			services,
		};
	});
}

/**
 * The warnings of a project that the start of a service prints: each one is printed by one service.
 *
 * @param active - the services that are started; all by default
 */
export function warningsOf(
	warnings: readonly ProjectWarning[],
	service: string,
	active: readonly string[],
): readonly string[] {
	return warnings
		.filter(({services}) => (services.length === 0 ? active : services).find(each => active.includes(each)) === service)
		.map(({text}) => text);
}
