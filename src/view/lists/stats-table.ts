import type {ContainerStats} from '../../container/observe/usage-meter.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {type Cell, table} from '../text/table.ts';

const header = [
	'NAME',
	'CPU %',
	'MEM USAGE / LIMIT',
	'MEM %',
	'PIDS / LIMIT',
	'NET RX / TX',
	'BLOCK READ / WRITE',
	'CPU / MEM PRESSURE',
];

/** One line per container; `-` for a value that the kernel does not report and for a missing limit. */
export function statsTable(containers: readonly ContainerStats[], {theme, width, fit}: Look): string {
	const rows = containers.map(
		({name, cpuPercent, memory, pids, network, block, pressure}): readonly (string | Cell)[] => [
			{text: escapeText(name), style: theme.strong},
			percent(cpuPercent),
			memory === null ? '-' : pair(bytes(memory.used), memory.limit === null ? '-' : bytes(memory.limit)),
			percent(memory?.percent ?? null),
			pids === null ? '-' : pair(String(pids.current), String(pids.limit ?? '-')),
			network === null ? '-' : pair(bytes(network.rxBytes), bytes(network.txBytes)),
			block === null ? '-' : pair(bytes(block.readBytes), bytes(block.writeBytes)),
			pressure.cpu === null && pressure.memory === null ? '-' : pair(percent(pressure.cpu), percent(pressure.memory)),
		],
	);
	return table([header, ...rows], width, {columns: fit});
}

function percent(value: number | null): string {
	return value === null ? '-' : `${value.toFixed(2)}%`;
}

function pair(first: string, second: string): string {
	return `${first} / ${second}`;
}
