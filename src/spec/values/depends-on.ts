import * as z from 'zod/mini';
import {good, quoted} from '../model/parsed.ts';
import type {Dependency, Service} from '../model/project.ts';
import type {Problem} from '../syntax/problem.ts';
import {parseBoolean} from '../syntax/scalar.ts';
import type {Places} from '../syntax/tree.ts';
import {key, parsedBy, textOrBoolean, texts} from './schema-parts.ts';

/** The conditions that a service can wait for; Compose Specification, `depends_on`. */
export const conditions = ['service_started', 'service_healthy', 'service_completed_successfully'] as const;

const longForm = z.record(
	z.string(),
	z.strictObject({
		condition: key('What is waited for: `service_started` by default.', z.enum(conditions)),
		required: key(
			'A dependency that is not there is an error; true by default.',
			parsedBy(textOrBoolean, parseBoolean),
		),
		restart: key(
			'Start this service again when the other was started again by hand.',
			parsedBy(textOrBoolean, parseBoolean),
		),
	}),
);

/** The schema of `depends_on`: `[db, cache]`, or a map with a condition for each service. */
export const dependsOn = parsedBy(
	z.union([texts, longForm], {error: 'must be a list of services, or a map with `condition`'}),
	value =>
		good(
			Array.isArray(value)
				? [...new Set(value)].map(
						(service): Dependency => ({service, condition: 'service_started', required: true, restart: false}),
					)
				: Object.entries(value).map(
						([service, {condition, required, restart}]): Dependency => ({
							service,
							condition: condition ?? 'service_started',
							required: required ?? true,
							restart: restart ?? false,
						}),
					),
		),
);

/** Reports dependencies on missing services, cycles, and waits for the health of a service without a health check. */
export function dependencyProblems(services: readonly Service[], places: readonly Places[]): readonly Problem[] {
	const names = services.map(({service}) => service);
	const isEndless = endless(services);
	return services.flatMap((service, at): readonly Problem[] => {
		const key =
			['depends_on', 'links', 'network_mode', 'pid', 'ipc'].find(each => places[at]?.has([each])) ?? 'depends_on';
		const place = places[at]?.value([key]);
		if (place === undefined) return [];
		const problem = (message: string, hint: string): Problem => ({code: 'E_SPEC_INVALID', place, message, hint});
		const strange = (service.dependsOn ?? []).filter(each => each.required && !names.includes(each.service));
		const circle = isEndless(service.service) ? circleFrom(service.service, services) : undefined;
		const sick = (service.dependsOn ?? []).filter(
			each =>
				each.condition === 'service_healthy' &&
				services.some(other => other.service === each.service && hasNoCheck(other)),
		);
		return [
			...strange.map(each =>
				problem(
					`\`depends_on\` names ${quoted(each.service)}, which is not a service of this file`,
					`it has ${names.join(', ')}`,
				),
			),
			...(circle === undefined
				? []
				: [problem(`services wait for each other: ${circle.join(' -> ')}`, `take one of them out of \`${key}\``)]),
			...sick.map(each =>
				problem(
					`\`depends_on\` waits until ${quoted(each.service)} is healthy, and that has no \`healthcheck\``,
					'write one, or wait for `service_started`',
				),
			),
		];
	});
}

/** Whether a service surely has no health check: that of an image is known when the image is. */
function hasNoCheck({healthcheck, rootfs, origins}: Service): boolean {
	return healthcheck === undefined && (rootfs.kind !== 'image' || origins['healthcheck'] !== undefined);
}

/** Whether a service waits, also by way of others, for one of a circle. Looks at each dependency once. */
function endless(services: readonly Service[]): (service: string) => boolean {
	const waiting = new Map(services.map(({service, dependsOn = []}) => [service, dependsOn.length]));
	const dependents = new Map<string, string[]>();
	for (const {service, dependsOn = []} of services)
		for (const each of dependsOn) {
			const others = dependents.get(each.service);
			if (others === undefined) dependents.set(each.service, [service]);
			else others.push(service);
		}
	// Those that are not there hold nobody up.
	const done = [...dependents.keys()].filter(name => !waiting.has(name));
	done.push(...[...waiting].flatMap(([service, count]) => (count === 0 ? [service] : [])));
	for (let name = done.pop(); name !== undefined; name = done.pop())
		for (const other of dependents.get(name) ?? []) {
			const count = (waiting.get(other) ?? 0) - 1;
			waiting.set(other, count);
			if (count === 0) done.push(other);
		}
	return service => (waiting.get(service) ?? 0) > 0;
}

/** The path from a service back to itself. Only the first service of a cycle in the file reports it. Looks at each service once. */
function circleFrom(start: string, services: readonly Service[]): readonly string[] | undefined {
	const order = new Map(services.map(({service}, at) => [service, at]));
	const first = order.get(start) ?? 0;
	/** By what each service was reached. */
	const before = new Map<string, string>();
	const open = [start];
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		for (const {service} of services[order.get(name) ?? -1]?.dependsOn ?? []) {
			if (service === start) {
				const path = [name, start];
				for (let at = before.get(name); at !== undefined; at = before.get(at)) path.unshift(at);
				return path;
			}
			if (before.has(service) || (order.get(service) ?? -1) < first) continue;
			before.set(service, name);
			open.push(service);
		}
	}
	return undefined;
}
