import {randomBytes} from 'node:crypto';
import type {OneOff} from '../../../spec/keys/request.ts';

/** The options of `compose run` that are used here. */
interface VerbOptions {
	readonly 'cap-add': readonly string[];
	readonly 'cap-drop': readonly string[];
	readonly label: readonly string[];
	readonly publish: readonly string[];
	readonly 'service-ports': boolean;
	readonly 'use-aliases': boolean;
	readonly 'no-deps': boolean;
}

/** The name of a container of `compose run`, as Compose makes it: `shop-web-run-1a2b3c4d5e6f`. */
export function oneOffName(project: string, service: string): string {
	return `${project}-${service}-run-${randomBytes(6).toString('hex')}`;
}

/** What the container has in place of what its service says: no restarts, and no ports unless they are asked for. */
export function oneOffOf(service: string, name: string, values: VerbOptions): OneOff {
	const added = {cap_add: values['cap-add'], cap_drop: values['cap-drop'], labels: values.label};
	const ports = values['service-ports'] ? {} : {ports: values.publish};
	return {
		service,
		aliases: values['use-aliases'],
		replace: {
			container_name: name,
			restart: 'no',
			...ports,
			...(values['no-deps'] && {depends_on: []}),
		},
		add: Object.fromEntries(
			Object.entries({...added, ...(values['service-ports'] && {ports: values.publish})}).filter(
				([, entries]) => entries.length > 0,
			),
		),
	};
}
