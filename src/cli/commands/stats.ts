import type {ContainerStats} from '../../engine/types.ts';
import {jsonText} from '../../view/json.ts';
import {isCapable, theme} from '../../view/theme.ts';
import {defineCommand} from '../command.ts';
import type {Io} from '../io.ts';
import {lookOf} from '../look-of.ts';

type Sample = readonly ContainerStats[];

/** `tsbox stats`: what containers use. */
export const stats = defineCommand({
	name: 'stats',
	describe: 'Show what running containers use: CPU, memory, processes, network, disk',
	examples: [
		['tsbox stats', 'all, again each second until Ctrl-C'],
		['tsbox stats --no-stream demo', 'one container, once'],
		["tsbox stats --json | jq -c '.[] | [.name, .cpuPercent]'", 'an array a line, each second'],
	],
	options: {
		'no-stream': {kind: 'flag', describe: 'Show it once, after the second that CPU % is counted over'},
		json: {kind: 'flag', describe: 'A JSON array each time'},
	},
	positionals: [{name: 'NAME', describe: 'Containers; without one, all that run', many: true, completes: 'container'}],
	async run({values, positionals}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		if (values['no-stream']) {
			for await (const sample of engine.stats(machine, positionals, {})) {
				io.out(values.json ? jsonText(sample, 2) : await tableOf(sample, io));
				break;
			}
			return 0;
		}
		const over = new AbortController();
		const stop = (): void => over.abort();
		const closers = [io.onSignal(stop), io.onReaderGone(stop)];
		try {
			const print = values.json ? jsonPrinter(io) : tablePrinter(io);
			for await (const sample of engine.stats(machine, positionals, {signal: over.signal})) await print(sample);
		} finally {
			for (const close of closers) close();
		}
		return 0;
	},
});

/** An array a line. */
function jsonPrinter(io: Io): (sample: Sample) => Promise<void> {
	return async sample => io.out(jsonText(sample));
}

async function tableOf(sample: Sample, io: Io): Promise<string> {
	const {statsTable} = await import('../../view/stats-table.ts');
	return statsTable(sample, await lookOf(io, 'stdout', sample));
}

/** Draws each table over the last one, or where nothing can be drawn over, below it with an empty line between. */
function tablePrinter(io: Io): (sample: Sample) => Promise<void> {
	let drawn = 0;
	if (!io.isTerminal('stdout') || !isCapable(io.env))
		return async sample => {
			io.out(`${drawn === 0 ? '' : '\n'}${await tableOf(sample, io)}`);
			drawn++;
		};
	return async sample => {
		const [{statsTable}, {redraw}] = await Promise.all([
			import('../../view/stats-table.ts'),
			import('../../view/redraw.ts'),
		]);
		const look = {...(await lookOf(io, 'stdout', sample)), theme: theme(false)};
		const {bytes, lines} = redraw(statsTable(sample, look), drawn, {columns: look.columns, rows: io.rows()});
		io.out(bytes);
		drawn = lines;
	};
}
