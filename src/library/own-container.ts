import {randomBytes} from 'node:crypto';
import type {Service} from '../spec/model/project.ts';
import type {CommandOptions} from './options.ts';

/** A unique container name: the name of the spec and random digits. */
export function freshName({name}: Service): string {
	return `${name.slice(0, 48)}-${randomBytes(5).toString('hex')}`;
}

/** The service under another container name. Its hostname stays the one that the spec gives. */
export function named(service: Service, name: string): Service {
	return {...service, name, hostname: service.hostname ?? service.name};
}

/** The service with another command or with additional variables. */
export function withCommand(service: Service, {command, env = {}}: Pick<CommandOptions, 'command' | 'env'>): Service {
	return {
		...service,
		command: command ?? service.command,
		environment: {...service.environment, ...env},
	};
}
