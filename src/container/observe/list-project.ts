import {leasesOf} from '../../state/network.ts';
import type {Service} from '../../spec/model/project.ts';
import {allRecords} from '../machine/find-container.ts';
import type {MachineFolders} from '../machine/machine.ts';
import {type ContainerSummary, summaryOf} from './list.ts';
import {publishedAt} from './ports.ts';

/** A published port. */
export interface Publisher {
	/** The address of the host. */
	readonly url: string;
	readonly targetPort: number;
	readonly publishedPort: number;
	readonly protocol: string;
}

/** A container of a project in the background, with what `docker compose ps` shows of it. */
export interface ProjectContainer extends ContainerSummary {
	readonly project: string;
	readonly service: string;
	/** The service that it was created from. */
	readonly made: Service;
	/** Milliseconds since the epoch. */
	readonly created: number;
	/** When its command has ended, ms since the epoch. */
	readonly ended?: number;
	readonly networks: readonly string[];
	readonly publishers: readonly Publisher[];
}

/** The containers of projects in the background, by project and name. */
export async function listProjectContainers(
	machine: MachineFolders,
	project?: string,
): Promise<readonly ProjectContainer[]> {
	const {host, dirs} = machine;
	return allRecords(machine).flatMap((record): readonly ProjectContainer[] => {
		const {detached} = record;
		if (detached === undefined || (project !== undefined && detached.project !== project)) return [];
		const summary = summaryOf(machine, record);
		const leases = leasesOf(host, dirs.state, record.name);
		const isUp = summary.state !== 'exited' && leases.length > 0;
		const publishers = (isUp ? (record.ports ?? []) : []).flatMap(({target, protocol, published, hostIp}) =>
			published === undefined
				? []
				: publishedAt(hostIp, leases).map(url => ({
						url,
						targetPort: target,
						publishedPort: published,
						protocol,
					})),
		);
		return [
			{
				...summary,
				project: detached.project,
				service: detached.service,
				made: detached.made,
				created: record.created,
				...(detached.exit === null ? {} : {ended: detached.exit.at}),
				networks: (detached.made.networks ?? []).map(({network}) => network.name),
				publishers,
			},
		];
	});
}
