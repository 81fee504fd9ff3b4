import type {LayerFile} from '../../container/copy/layer-files.ts';
import type {RunImage, RunRecord, RunUsage} from '../../records/run-record.ts';
import type {ShownLog, ShownRun} from '../../records/show-run.ts';
import {bytes} from '../../spec/values/bytes.ts';
import {duration, plural} from '../text/duration.ts';
import {escapeLines, escapeText} from '../text/escape.ts';
import type {Look} from '../text/look.ts';
import {table} from '../text/table.ts';
import {runOutcome} from './runs-table.ts';

/** The image of a run in words. */
export function imageWords(image: RunImage): string {
	if (image.kind === 'host') return 'the host';
	if (image.kind === 'directory') return image.path;
	return `${image.kind === 'image' ? image.reference : image.archive} (${image.digest.slice(0, 19)})`;
}

/** Resource usage of a run: `cpu 12 ms, memory at most 3 MiB, ...`. Values that were not measured are left out. */
export function usageWords(usage: RunUsage | null): string {
	const {cpuNs = null, setupCpuNs = null, memoryPeak = null, oomKills = null, block = null} = usage ?? {};
	const words = [
		...(cpuNs === null ? [] : [`cpu ${duration(cpuNs / 1_000_000)}`]),
		...(setupCpuNs === null ? [] : [`set-up ${duration(setupCpuNs / 1_000_000)}`]),
		...(memoryPeak === null ? [] : [`memory at most ${bytes(memoryPeak)}`]),
		...(oomKills === null || oomKills === 0 ? [] : [`${oomKills} killed for memory`]),
		...(block === null ? [] : [`disk ${bytes(block.readBytes)} read, ${bytes(block.writeBytes)} written`]),
	];
	return words.length === 0 ? 'unknown' : words.join(', ');
}

/** The content of a file in the writable layer: `12 B sha256:1f0a9c3e7b21`, `-> /etc/x`. */
export function fileWords({kind, size, digest, target}: LayerFile): string {
	if (kind === 'link') return `-> ${target ?? ''}`;
	if (kind !== 'file') return kind === null || kind === 'other' ? '' : kind;
	return `${bytes(size ?? 0)} ${digest?.slice(0, 19) ?? 'not read'}`;
}

/** The service of a detached container's run: `web of shop, restart 2`. */
export function instanceWords({project, service, restarts}: NonNullable<RunRecord['detached']>): string {
	return `${service} of ${project}${restarts === 0 ? '' : `, restart ${restarts}`}`;
}

function fields({run, folder}: ShownRun): readonly (readonly [string, string])[] {
	return [
		['run', run.id],
		...(run.parent === undefined ? [] : [['replays', run.parent] as const]),
		['container', run.name],
		...(run.detached === undefined ? [] : [['service', instanceWords(run.detached)] as const]),
		...(run.node === undefined ? [] : [['node', run.node] as const]),
		...(run.engine === undefined ? [] : [['engine', run.engine] as const]),
		['spec', run.spec],
		...(run.lock === undefined ? [] : [['lock', run.lock] as const]),
		['command', run.command.join(' ')],
		['image', imageWords(run.image)],
		['started', new Date(run.startedAt).toISOString()],
		['took', duration(run.endedAt - run.startedAt)],
		['outcome', runOutcome(run)],
		['used', usageWords(run.usage)],
		['record', folder],
	];
}

function logText(name: string, {text, size, skipped}: ShownLog): string {
	if (size === 0) return '';
	const before = skipped === 0 ? '' : `(${bytes(skipped)} before)\n`;
	return `\n${name}, ${bytes(size)}:\n${before}${escapeLines(text)}${text.endsWith('\n') ? '' : '\n'}`;
}

function stepsText({steps}: RunRecord, {width}: Look): string {
	const rows = steps.map(({status, ms, title, output}) => [
		escapeText(status ?? '-'),
		ms === null ? '-' : duration(ms),
		`${escapeText(title)}${output === '' ? '' : `: ${escapeText(output.trim())}`}`,
	]);
	return `\n${table([['STEP', 'TOOK', 'WHAT'], ...rows], width)}`;
}

/** A run record for people. */
export function runText(shown: ShownRun, look: Look): string {
	const {run, files, logs} = shown;
	const head = table(
		fields(shown).map(([name, value]) => [name, escapeText(value)]),
		look.width,
	);
	const why = run.error?.why === undefined ? '' : `cause  ${escapeText(run.error.why)}\n`;
	const warnings = run.warnings.map(text => `warning: ${escapeText(text)}\n`).join('');
	const changes = table(
		files.map(file => [escapeText(file.change), escapeText(file.path), escapeText(fileWords(file))]),
		look.width,
	);
	const list = files.length === 0 ? '' : `\n${plural(files.length, 'path')} written:\n${changes}`;
	return `${head}${why}${warnings}${stepsText(run, look)}${list}${logText('stdout', logs.stdout)}${logText('stderr', logs.stderr)}`;
}
