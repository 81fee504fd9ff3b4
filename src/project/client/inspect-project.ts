import type {Machine} from '../../container/machine/machine.ts';
import {allRecords} from '../../container/machine/find-container.ts';
import {inspect} from '../../container/observe/inspect.ts';
import {startView} from '../../container/observe/start-view.ts';
import {labelOf} from '../../spec/keys/replicas.ts';
import {failedReport} from '../state/failed-report.ts';
import {readProject} from '../state/project-folder.ts';
import {supervisorOf} from '../../state/project-place.ts';

/**
 * A detached project as JSON: its supervisor, its containers, and its failed starts; undefined if the project does not exist.
 */
export async function inspectProject(machine: Machine, name: string): Promise<unknown> {
	const {host, dirs} = machine;
	const project = readProject(host, dirs.state, name);
	if (project === undefined) return undefined;
	const supervisor = supervisorOf(host, dirs.state, name);
	const records = allRecords(machine).filter(({detached}) => detached?.project === name);
	const failed = records.flatMap(({detached}) => {
		const label = detached === undefined ? '' : labelOf(detached.made);
		const report = failedReport(machine, name, label);
		return report === undefined ? [] : [{label, start: startView(report)}];
	});
	return {
		schema: 1,
		name,
		spec: project.spec.file ?? null,
		services: project.services,
		supervisor: supervisor === undefined ? null : {pid: supervisor.pid},
		containers: await Promise.all(records.map(record => inspect(machine, record.name))),
		failed,
	};
}
