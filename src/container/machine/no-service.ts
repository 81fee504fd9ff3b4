import {didYouMean} from '../../errors/did-you-mean.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Project} from '../../spec/model/project.ts';

/** The error for a file in which every service needs a profile. */
export function noneActive({file, services}: Project): TsboxError {
	if (services.length === 0)
		return new TsboxError('E_USAGE', `no service of ${file} is selected`, {hint: 'every service is scaled to 0'});
	const profiles = [...new Set(services.flatMap(each => each.profiles ?? []))];
	return new TsboxError('E_USAGE', `every service of ${file} needs a profile`, {
		hint: `add \`--profile\` with one of ${profiles.join(', ')}`,
	});
}

/** The error for an unknown service. */
export function noSuchService({file, services}: Project, word: string): TsboxError {
	const names = [...new Set(services.map(({service}) => service))];
	const near = didYouMean(word, names);
	return new TsboxError('E_USAGE', `${file} has no service ${word}`, {
		hint: near === undefined ? `it has ${names.join(', ')}` : `did you mean ${near}?`,
	});
}

/** The error for a service that exists but is not selected. */
export function notStarted(project: Project, word: string): TsboxError {
	if (!project.services.some(({service}) => service === word)) return noSuchService(project, word);
	return new TsboxError('E_USAGE', `service ${word} is not selected`, {hint: 'add it to the command line'});
}
