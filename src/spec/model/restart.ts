import {bad, good, type Parsed, quoted} from './parsed.ts';

/** When to restart a detached container after its command has ended; Compose Specification, `restart`. */
export type RestartPolicy =
	| {readonly kind: 'no' | 'always' | 'unless-stopped'}
	/** `most` limits consecutive restarts; undefined for no limit. */
	| {readonly kind: 'on-failure'; readonly most?: number};

/** Parses `no`, `always`, `unless-stopped`, `on-failure`, `on-failure:3`. YAML reads a bare `no` as false. */
export function parseRestart(written: string | boolean): Parsed<RestartPolicy> {
	const text = written === false ? 'no' : String(written);
	if (text === 'no' || text === 'always' || text === 'unless-stopped') return good({kind: text});
	const [, count] = /^on-failure(?::(\d{1,6}))?$/.exec(text) ?? [undefined, null];
	if (count === null) return bad(`must be no, always, unless-stopped or on-failure[:N], not ${quoted(text)}`);
	return good({kind: 'on-failure', ...(count === undefined ? {} : {most: Number(count)})});
}
