import {randomBytes} from 'node:crypto';
import type {Service} from '../spec/model/project.ts';
import type {CommandOptions} from './options.ts';

/** A name that no other container has: the spec's with something random. */
export function freshName({name}: Service): string {
	return `${name.slice(0, 48)}-${randomBytes(5).toString('hex')}`;
}

/** The service as a container of that name, which still calls itself what the spec says. */
export function named(service: Service, name: string): Service {
	return {...service, name, hostname: service.hostname ?? service.name};
}

/** The service with another command, or more variables. */
export function withCommand(service: Service, {command, env = {}}: Pick<CommandOptions, 'command' | 'env'>): Service {
	return {
		...service,
		command: command ?? service.command,
		environment: {...service.environment, ...env},
	};
}
