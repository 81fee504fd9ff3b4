import type {UpManner} from '../../project/state/control.ts';
import {present} from '../../spec/syntax/pick.ts';
import {usageError} from '../options/usage-error.ts';
import type {Options, Values} from '../verb/command.ts';

/** The options of `up` about containers that are there already; those of `docker compose up`. */
export const mannerOptions = {
	'force-recreate': {kind: 'flag', describe: 'Recreate containers even if nothing changed'},
	'no-recreate': {kind: 'flag', describe: 'Leave existing containers as they are, even if the spec changed'},
	'always-recreate-deps': {kind: 'flag', describe: 'With --force-recreate: also recreate dependencies'},
	'no-deps': {kind: 'flag', describe: 'Do not start services that the named ones depend on'},
	'remove-orphans': {kind: 'flag', describe: 'Remove containers of services that the spec does not have'},
	'renew-anon-volumes': {kind: 'flag', short: 'V', describe: 'Give recreated containers new anonymous volumes'},
	timeout: {
		kind: 'number',
		short: 't',
		value: 'SECONDS',
		describe: 'Wait this long before SIGKILL; default stop_grace_period of the spec',
	},
	'no-start': {kind: 'flag', describe: 'With -d: create, but do not start; `tsbox start` starts them'},
} as const satisfies Options;

/**
 * How `up` treats containers that are there already; undefined without any option about it.
 *
 * @param services - those that are named
 * @throws TsboxError E_USAGE for options that contradict each other.
 */
export function mannerOf(values: Values<typeof mannerOptions>, services: readonly string[]): UpManner | undefined {
	for (const name of ['force-recreate', 'always-recreate-deps'] as const)
		if (values[name] && values['no-recreate'])
			throw usageError(`--${name} and --no-recreate cannot be combined`, undefined, 'up');
	const given = Object.keys(mannerOptions).some(name => {
		const value = values[name as keyof typeof mannerOptions];
		return value !== undefined && value !== false;
	});
	if (!given) return undefined;
	const forced = services.length === 0 || values['always-recreate-deps'] ? 'all' : services;
	const recreate = values['no-recreate'] ? 'none' : values['force-recreate'] ? forced : undefined;
	const flag = (value: boolean): true | undefined => (value ? true : undefined);
	return present({
		recreate,
		removeOrphans: flag(values['remove-orphans']),
		renewVolumes: flag(values['renew-anon-volumes']),
		noDeps: flag(values['no-deps']),
		noStart: flag(values['no-start']),
		stopMs: values.timeout === undefined ? undefined : values.timeout * 1000,
	});
}
