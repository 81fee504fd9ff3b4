/* Formats values in the short forms of a spec. */
import type {Device, Healthcheck, Hook, Service, Ulimit} from '../model/project.ts';
import type {RestartPolicy} from '../model/restart.ts';
import {shellCommand} from '../syntax/shell-words.ts';

const units = [
	['g', 2 ** 30],
	['m', 2 ** 20],
	['k', 2 ** 10],
] as const;

/** Formats bytes: `64m`, `1000`; -1 stays as it is. */
export function sizeWord(bytes: number): string {
	const unit = units.find(([, size]) => bytes > 0 && bytes % size === 0);
	return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`;
}

/** Formats milliseconds: `10s`, `1500ms`. */
export function durationWord(ms: number): string {
	return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Formats a restart policy: `on-failure:3`. */
export function restartWord(policy: RestartPolicy): string {
	return policy.kind === 'on-failure' && policy.most !== undefined ? `${policy.kind}:${policy.most}` : policy.kind;
}

/** Formats the soft and the hard limit: `1024:2048`; -1 is unlimited. */
export function ulimitWord({soft, hard}: Pick<Ulimit, 'soft' | 'hard'>): string {
	return soft === hard ? String(soft) : `${soft}:${hard}`;
}

/** Formats a device: `/dev/fuse:/dev/fuse:rwm`. */
export function deviceWord({source, target, permissions}: Device): string {
	return `${source}:${target}:${permissions}`;
}

/** Formats a mount: `/srv:/data:ro`, `data:/var/lib`, `tmpfs:/run:size=64m`. */
export function volumeWord(volume: Service['volumes'][number]): string {
	const {source, options} = volumeParts(volume);
	const all = [...(volume.readOnly ? ['ro'] : []), ...options];
	return [source, volume.target, ...(all.length === 0 ? [] : [all.join(',')])].join(':');
}

function volumeParts(volume: Service['volumes'][number]): {
	readonly source: string;
	readonly options: readonly string[];
} {
	switch (volume.type) {
		case 'bind':
			return {source: volume.source, options: volume.propagation === 'rprivate' ? [] : [volume.propagation]};
		case 'volume':
			return {source: volume.volume.name, options: volume.nocopy ? ['nocopy'] : []};
		case 'tmpfs': {
			const size = volume.size === undefined ? [] : [`size=${sizeWord(volume.size)}`];
			const mode = volume.mode === undefined ? [] : [`mode=${volume.mode.toString(8)}`];
			return {source: 'tmpfs', options: [...size, ...mode, ...volume.options]};
		}
	}
}

/** Formats a hook: its command, user, working directory, and environment. */
export function hookWord({command, user, workingDir, environment}: Hook): string {
	const about = [
		...(user === undefined ? [] : [`as ${user}`]),
		...(workingDir === undefined ? [] : [`in ${workingDir}`]),
		...(environment.length === 0 ? [] : [`with ${shellCommand(environment)}`]),
	];
	return [shellCommand(command), ...about].join(' ');
}

/** Formats each key of `healthcheck`. */
export function healthcheckWords(check: Healthcheck): Readonly<Record<string, string | number>> {
	return {
		test: shellCommand(check.test),
		interval: durationWord(check.intervalMs),
		timeout: durationWord(check.timeoutMs),
		retries: check.retries,
		start_period: durationWord(check.startPeriodMs),
		start_interval: durationWord(check.startIntervalMs),
	};
}
