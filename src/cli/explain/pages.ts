import type {KeySchema} from '../../spec/explain/key-rows.ts';
import type {StepName} from '../../view/explain/topic.ts';
import type {Io} from '../verb/io.ts';

/** A step as docs/steps.md describes it. */
export interface DocumentedStep extends StepName {
	readonly phase: string;
	/** What its spec holds besides `rootfs: host`; empty for nothing. */
	readonly label: string;
	/** All that is said of it. */
	readonly text: string;
}

/** The steps of docs/steps.md, which has those of all machines. */
export function documentedSteps(io: Io): readonly DocumentedStep[] {
	let phase = '';
	return readPage(io, 'docs/steps.md')
		.split(/^(?=###? )/m)
		.flatMap(text => {
			phase = /^## ([a-z]+)/.exec(text)?.[1] ?? phase;
			const [, id = '', title = ''] = /^### `(.+?)`: (.+)/.exec(text) ?? [];
			const [, label = ''] = /^\| with \| (.*) \|$/m.exec(text) ?? [];
			return id === '' ? [] : [{id, title, phase, label, text}];
		});
}

/** The words of docs/glossary.md with their meanings. */
export function glossary(io: Io): readonly (readonly [term: string, meaning: string])[] {
	const rows = readPage(io, 'docs/glossary.md').matchAll(/^\| \*\*(.+?)\*\* \| (.+?) \|$/gm);
	return [...rows].map(([, term = '', meaning = '']) => [term, meaning] as const);
}

/** One of the JSON Schemas: of a spec, or of the configuration. */
export function keySchema(io: Io, name: 'tsbox' | 'tsbox-config'): KeySchema {
	return JSON.parse(readPage(io, `config/schema/${name}.schema.json`)) as KeySchema;
}

function readPage(io: Io, path: string): string {
	return io.own.read(path);
}
