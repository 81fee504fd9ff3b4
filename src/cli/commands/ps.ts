import type {ContainerSummary} from '../../container/observe/list.ts';
import {jsonText} from '../../view/text/json.ts';
import {theme} from '../../view/text/theme.ts';
import {defineCommand} from '../verb/command.ts';
import {filterOf, filterOption} from '../options/filter-option.ts';
import {formatOption, rowsBy} from '../options/format-option.ts';
import type {Io} from '../verb/io.ts';
import {lookOf} from '../output/look-of.ts';
import {jsonOption, quietOption} from '../options/arguments.ts';

type Containers = readonly ContainerSummary[];

/** Formats a list. A list to be drawn over has no styles. */
type Write = (containers: Containers, drawn: boolean) => Promise<string>;

/** `tsbox ps`: lists containers. */
export const ps = defineCommand({
	name: 'ps',
	describe: 'List containers',
	examples: [
		['tsbox ps', 'a table'],
		['tsbox ps -q', 'names only'],
		["tsbox ps --format 'table {{.Name}}\\t{{.Pid}}'", 'chosen fields; {{json .}} is all of them'],
		['tsbox ps --filter label=com.docker.compose.project=shop', 'those of a project'],
		['tsbox ps -a --watch', 'all, after each change until Ctrl-C'],
	],
	options: {
		all: {kind: 'flag', short: 'a', describe: 'Also list exited containers'},
		...quietOption,
		...jsonOption,
		...formatOption,
		...filterOption,
		watch: {kind: 'flag', short: 'w', describe: 'List again after each change until Ctrl-C'},
	},
	positionals: [],
	async run({values}, {io, engine, folders}) {
		const format = values.quiet ? '{{.Name}}' : values.json ? 'json' : (values.format ?? 'table');
		const write = await writerOf(format, values.watch, io);
		const isMeant = filterOf(values.filter, 'ps');
		const shown = (known: Containers): Containers =>
			known.filter(each => (values.all || each.state !== 'exited') && isMeant(each));
		const machine = await engine.openFolders(folders);
		if (!values.watch) {
			io.out(await write(shown(await engine.list(machine)), false));
			return 0;
		}
		const over = new AbortController();
		const stop = (): void => over.abort();
		const closers = [io.onSignal(stop), io.onReaderGone(stop)];
		const {listPrinter} = await import('../options/list-printer.ts');
		const printer = listPrinter(write, format === 'json', io);
		try {
			for await (const known of engine.watchList(machine, over.signal)) await printer.print(shown(known));
		} finally {
			printer.close();
			for (const close of closers) close();
		}
		return 0;
	},
});

async function writerOf(format: string, again: boolean, io: Io): Promise<Write> {
	// One document per line with `--watch`.
	if (format === 'json') return async containers => jsonText(containers, again ? undefined : 2);
	if (format === 'table') {
		const {containerTable} = await import('../../view/lists/container-table.ts');
		return async (containers, drawn) => {
			const look = await lookOf(io, 'stdout', containers);
			return containerTable(containers, io.now(), drawn ? {...look, theme: theme(false)} : look);
		};
	}
	const {containerFields, noContainer} = await import('../../view/lists/container-table.ts');
	const write: Write = containers => rowsBy(format, containers.map(containerFields), containerFields(noContainer));
	// An unknown field is an error even without containers.
	await write([], false);
	return write;
}
