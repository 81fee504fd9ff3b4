import type {ContainerStats} from '../../container/observe/usage-meter.ts';
import {jsonText} from '../../view/text/json.ts';
import {isCapable, theme} from '../../view/text/theme.ts';
import {defineCommand} from '../verb/command.ts';
import {formatOption, rowsBy} from '../options/format-option.ts';
import type {Io} from '../verb/io.ts';
import {lookOf} from '../output/look-of.ts';
import {jsonOption} from '../options/arguments.ts';

type Sample = readonly ContainerStats[];

/** `tsbox stats`: shows the resource use of containers. */
export const stats = defineCommand({
	name: 'stats',
	describe: 'Show CPU, memory, process, network, and disk use',
	examples: [
		['tsbox stats', 'all, every second until Ctrl-C'],
		['tsbox stats --no-stream demo', 'one container, once'],
		["tsbox stats --no-stream --format 'table {{.Name}}\\t{{.Memory.Used}}'", 'chosen fields'],
		["tsbox stats --json | jq -c '.[] | [.name, .cpuPercent]'", 'one JSON array per line, every second'],
	],
	options: {
		'no-stream': {kind: 'flag', describe: 'Print one sample, after measuring CPU for one second'},
		...jsonOption,
		...formatOption,
	},
	positionals: [{name: 'NAME', describe: 'Containers; default all running', many: true, completes: 'container'}],
	async run({values, positionals}, {io, engine, folders}) {
		const {format = 'table'} = values;
		const isJson = values.json || format === 'json';
		const text = isJson || format === 'table' ? undefined : (sample: Sample) => rowsBy(format, sample, noStats);
		// An unknown field is an error even without containers.
		await text?.([]);
		const machine = await engine.openMachine(folders);
		if (values['no-stream']) {
			for await (const sample of engine.stats(machine, positionals, {})) {
				io.out(isJson ? jsonText(sample, 2) : await (text?.(sample) ?? tableOf(sample, io)));
				break;
			}
			return 0;
		}
		const over = new AbortController();
		const stop = (): void => over.abort();
		const closers = [io.onSignal(stop), io.onReaderGone(stop)];
		try {
			const print = isJson ? jsonPrinter(io) : text === undefined ? tablePrinter(io) : textPrinter(text, io);
			for await (const sample of engine.stats(machine, positionals, {signal: over.signal})) await print(sample);
		} finally {
			for (const close of closers) close();
		}
		return 0;
	},
});

function jsonPrinter(io: Io): (sample: Sample) => Promise<void> {
	return async sample => io.out(jsonText(sample));
}

function textPrinter(text: (sample: Sample) => Promise<string>, io: Io): (sample: Sample) => Promise<void> {
	return async sample => io.out(await text(sample));
}

/** Has every field, to check a template before there is a container. */
const noStats: ContainerStats = {
	name: '',
	pid: 0,
	cpuPercent: 0,
	memory: {used: 0, limit: 0, percent: 0},
	pids: {current: 0, limit: 0},
	network: {rxBytes: 0, txBytes: 0},
	block: {readBytes: 0, writeBytes: 0},
	pressure: {cpu: 0, memory: 0},
};

async function tableOf(sample: Sample, io: Io): Promise<string> {
	const {statsTable} = await import('../../view/lists/stats-table.ts');
	return statsTable(sample, await lookOf(io, 'stdout', sample));
}

/**
 * Draws each table over the last one on a terminal that can move its cursor. Elsewhere tables follow each other, separated
 * by an empty line.
 */
function tablePrinter(io: Io): (sample: Sample) => Promise<void> {
	let drawn = 0;
	if (!io.isTerminal('stdout') || !isCapable(io.env))
		return async sample => {
			io.out(`${drawn === 0 ? '' : '\n'}${await tableOf(sample, io)}`);
			drawn++;
		};
	return async sample => {
		const [{statsTable}, {redraw}] = await Promise.all([
			import('../../view/lists/stats-table.ts'),
			import('../../view/text/redraw.ts'),
		]);
		const look = {...(await lookOf(io, 'stdout', sample)), theme: theme(false)};
		const {bytes, lines} = redraw(statsTable(sample, look), drawn, {columns: look.columns, rows: io.rows()});
		io.out(bytes);
		drawn = lines;
	};
}
