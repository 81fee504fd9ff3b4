import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';

/** A network as `network ls` shows it. */
export interface NetworkRow {
	readonly name: string;
	/** The project that declares the network; null without one. */
	readonly project: string | null;
	readonly driver: string;
	readonly subnets: readonly {readonly subnet: string}[];
	/** Null for other drivers than `bridge`, which are on a device of the host. */
	readonly bridge: string | null;
	readonly parent: {readonly device: string} | null;
	/** Names of the containers that are on the network. */
	readonly containers: readonly string[];
}

/** One line per network. */
export function networksTable(networks: readonly NetworkRow[], {width, fit}: Look): string {
	const rows = networks.map(({name, project, driver, subnets, bridge, parent, containers}) => [
		escapeText(name),
		project === null ? '-' : escapeText(project),
		driver,
		subnets.map(({subnet}) => escapeText(subnet)).join(','),
		escapeText(bridge ?? parent?.device ?? '-'),
		String(containers.length),
	]);
	return table([['NAME', 'PROJECT', 'DRIVER', 'SUBNET', 'DEVICE', 'CONTAINERS'], ...rows], width, {columns: fit});
}
