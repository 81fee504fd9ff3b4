import type {Project} from '../model/project.ts';

/** Whether the files of a project have a service, though it may have no containers. A container of another one is an orphan. */
export function hasService({services, idle = []}: Pick<Project, 'services' | 'idle'>, service: string): boolean {
	return idle.includes(service) || services.some(each => each.service === service);
}
