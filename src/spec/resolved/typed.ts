import {pathTable} from '../files/path-table.ts';
import type {Path} from '../syntax/located.ts';
import {numberIn, parseBoolean} from '../syntax/scalar.ts';
import {type Resolved, scalar} from './resolved.ts';

const number = numberIn({min: -Infinity, max: Infinity, fractions: true});
type Type = typeof number | typeof parseBoolean;

const ofServices: Readonly<Record<string, Type>> = {
	'configs.*.mode': number,
	cpu_count: number,
	cpu_percent: number,
	cpu_period: number,
	cpu_quota: number,
	cpu_rt_period: number,
	cpu_rt_runtime: number,
	cpu_shares: number,
	cpus: number,
	'deploy.replicas': number,
	'deploy.update_config.parallelism': number,
	'deploy.update_config.max_failure_ratio': number,
	'deploy.rollback_config.parallelism': number,
	'deploy.rollback_config.max_failure_ratio': number,
	'deploy.restart_policy.max_attempts': number,
	'deploy.placement.max_replicas_per_node': number,
	'healthcheck.disable': parseBoolean,
	'healthcheck.retries': number,
	init: parseBoolean,
	oom_kill_disable: parseBoolean,
	oom_score_adj: number,
	pids_limit: number,
	'ports.*.target': number,
	privileged: parseBoolean,
	read_only: parseBoolean,
	scale: number,
	'secrets.*.mode': number,
	stdin_open: parseBoolean,
	tty: parseBoolean,
	'ulimits.*': number,
	'ulimits.*.hard': number,
	'ulimits.*.soft': number,
	'volumes.*.read_only': parseBoolean,
	'volumes.*.volume.nocopy': parseBoolean,
};

/** What is text where a variable gives it, and a number or a boolean for Compose. Source: compose-go, loader/interpolate.go. */
const typeAt = pathTable<Type>({
	...Object.fromEntries(Object.entries(ofServices).map(([key, type]) => [`services.*.${key}`, type])),
	'configs.*.external': parseBoolean,
	'networks.*.attachable': parseBoolean,
	'networks.*.enable_ipv6': parseBoolean,
	'networks.*.external': parseBoolean,
	'networks.*.internal': parseBoolean,
	'secrets.*.external': parseBoolean,
	'volumes.*.external': parseBoolean,
});

/** The values of a file with numbers and booleans where Compose has them. Text that is neither stays as it is. */
export function typed(value: Resolved, at: Path = []): Resolved {
	if (value.kind === 'list') return {...value, items: value.items.map((item, index) => typed(item, [...at, index]))};
	if (value.kind === 'map') {
		const entries = [...value.entries].map(([key, own]) => [key, typed(own, [...at, key])] as const);
		return {...value, entries: new Map(entries)};
	}
	if (typeof value.value !== 'string') return value;
	const parsed = typeAt(at)?.(value.value);
	return parsed?.ok === true ? scalar(parsed.value, value.origin) : value;
}
