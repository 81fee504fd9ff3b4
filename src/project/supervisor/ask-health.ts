import type {Machine} from '../../container/machine/machine.ts';
import type {Service} from '../../spec/model/project.ts';
import type {Answer} from './health.ts';
import {runInside} from '../../container/enter/run-inside.ts';

/** Runs a container's health check in it; it is killed when the signal aborts. */
export async function askHealth(machine: Machine, {name, healthcheck}: Service, signal: AbortSignal): Promise<Answer> {
	const command = healthcheck?.test ?? [];
	const {exitCode, output} = await runInside(machine, name, {command, environment: []}, 'health', signal);
	return {ok: exitCode === 0, output};
}
