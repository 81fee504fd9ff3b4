import {isTsboxError} from '../../src/errors/tsbox-error.ts';
import {composeRows} from '../../src/spec/compose/compose-rows.ts';

/* Why Compose files of others have no plan. */

/** A reason, and whose it is: a row of docs/compose.md, or the file's own. */
export interface Reason {
	readonly of: 'row' | 'file' | 'nobody';
	readonly text: string;
}

/** What Compose refuses too, or what stands in a file that is not there. */
const ownFaults: readonly (readonly [pattern: RegExp, text: string])[] = [
	[/^there is no file /, 'a file that it names is not there'],
	[/has neither `image` nor `build`/, 'a part: it needs a base with images'],
	[/ is not declared$/, 'a part, or it names what it does not declare'],
	[/, which is not a service of this file$/, 'a part, or it names a service that is not there'],
	[/^`depends_on` waits until .* and that has no `healthcheck`$/, 'a part: it needs a base with images'],
	[/^`services` (?:holds no service|has no value)$/, 'it has no services'],
	[/^unknown key /, 'a key that is none'],
	[/^the key .* is there twice$|^not readable YAML/, 'it is no YAML'],
	[/^services wait for each other: | includes itself$/, 'a circle'],
	[/ is not set: /, 'a variable that must be set'],
	[/must not be empty$/, 'an empty value'],
	[/^two containers have the name /, 'two services with the same `container_name`'],
	// What the schema of Compose refuses, or Docker when the container starts.
	[/ must be `user`, /, 'a user that is none'],
	[/ is no device$|, which is no device$/, 'a device that is none'],
	[/` has no value$/, 'a key without a value'],
	[/ must be text, a number or a boolean$| must be a map, or a list of /, 'a value of another type'],
	[/` needs a value of one line$/, 'a kernel parameter without a value'],
	[/ must be `SOURCE:TARGET`, or the path of an anonymous volume, not /, 'a mount without a target'],
	[/ must be a number from 0\.01 to /, 'less than a hundredth of a processor'],
	[/^`cpu_quota` differs from `cpus`$/, 'two limits of the same thing'],
	[/^`ipv[46]_address` needs a subnet of /, 'an address on a network without a subnet'],
	[/ must be a CIDR such as /, 'a subnet that is none'],
	[/^`image` has the name /, 'an image that is none'],
	[/^`driver_opts` of .* has the option |` has the option `/, 'an option of a volume that is none'],
	[/` is missing$/, 'a key that is missing'],
	[/ in `device_ids`$/, 'a device that is none'],
	[/^a label needs a name$/, 'a label of a variable that is not set'],
	[/^`extra_hosts` has the address /, 'an address that is none'],
	[/^`driver_opts` names /, 'a kernel parameter that is none'],
];

/** Rows of what Docker Compose refuses for a service that uses it: they need a cluster. */
const refusedByCompose = /^(?:secrets|configs)\.\*\.(?:external|driver|template_driver)$/;

/** The reasons of an error, each once. */
export function reasonsOf(error: Error): readonly Reason[] {
	if (!isTsboxError(error)) return [{of: 'nobody', text: `a bug: ${error.stack ?? error.message}`}];
	const text = `${error.message}\n${error.output ?? ''}`;
	const found = [...text.matchAll(/^\S[^\n]*?:\d+:\d+: (.*)$/gm)].map(([, message = '']) => message);
	const messages = (found.length === 0 ? [error.message] : found).map(each => each.replace(/ \(and .*\)$/, ''));
	// What is kept elsewhere has no file: that follows from the first.
	const kept = messages.some(message => message.includes('tsbox keeps no '));
	const own = kept ? messages.filter(message => !/ has neither (?:a|`)/.test(message)) : messages;
	return [...new Map(own.map(reasonOf).map(reason => [reason.text, reason])).values()];
}

function reasonOf(message: string): Reason {
	const row = composeRows.find(({fate, why}) => fate === 'refused' && message.includes(why));
	if (row !== undefined && refusedByCompose.test(row.path))
		return {of: 'file', text: `\`${row.shown ?? row.path}\`, which Docker Compose refuses too`};
	if (row !== undefined) return {of: 'row', text: `\`${row.shown ?? row.path}\`: ${row.why}`};
	const own = ownFaults.find(([pattern]) => pattern.test(message));
	return own === undefined ? {of: 'nobody', text: message} : {of: 'file', text: own[1]};
}
