import {isRange} from '../../host/id-map.ts';
import type {Step} from '../../step/verbs/step.ts';
import {containerPaths, type PlanInput} from '../input/input.ts';
import type {InsideStep} from '../input/inside-step.ts';
import {idmapOption, type StagedSource} from './staged-sources.ts';

/**
 * Steps that copy or bind host files into the root and its stage, before the host becomes unreachable.
 *
 * @param isBundle - /dev gets nodes and links of its own later
 */
export function prepareStage(
	input: PlanInput,
	inside: InsideStep,
	staged: readonly StagedSource[],
	isBundle = false,
): readonly Step[] {
	const files = staged.filter(each => each.kind === 'file');
	if (isBundle) return [...stagePoints(input, inside, files), ...stageFiles(input, inside, files)];
	return [
		touchFiles(input, inside, files),
		...rootLinks(input, inside),
		...deviceLinks(input, inside),
		...stageFiles(input, inside, files),
		...stageTerminal(input, inside),
	];
}

function touchFiles(input: PlanInput, inside: InsideStep, files: readonly StagedSource[]): Step {
	const {facts, config, tty} = input;
	const paths = containerPaths(input);
	const devices = [
		...facts.devices,
		...(config.mounts.some(mount => mount.type === 'devpts') ? ['/dev/ptmx'] : []),
		...(tty ? ['/dev/console'] : []),
		...(files.some(each => each.name === 'init') ? ['/dev/init'] : []),
	];
	return inside(
		'mounts.devices',
		'make files to bind the devices on',
		'A bind mount needs something to be mounted on; the files stay empty.',
		'sh(1)',
		{
			action: {
				kind: 'touch',
				paths: [
					...devices.map(path => `${paths.root}${path}`),
					...files.map(each => `${paths.stage}/${each.name}`),
					...(tty ? [`${paths.stage}/console`] : []),
				],
			},
		},
	);
}

/** Empty files on the stage, to bind on. */
function stagePoints(input: PlanInput, inside: InsideStep, files: readonly StagedSource[]): readonly Step[] {
	if (files.length === 0) return [];
	return [
		inside('mounts.devices', 'make files to bind on', 'A file can only be bound on a file.', 'sh(1)', {
			action: {kind: 'touch', paths: files.map(({name}) => `${containerPaths(input).stage}/${name}`)},
		}),
	];
}

function rootLinks(input: PlanInput, inside: InsideStep): readonly Step[] {
	const links = input.map === null ? [] : input.hostRoot.filter(({kind}) => kind === 'symlink');
	if (links.length === 0) return [];
	const args = ['-P', '--', ...links.map(({name}) => `/${name}`), `${containerPaths(input).root}/`];
	return [
		inside(
			'rootfs.links',
			"copy the links of the host's root",
			'Where /bin is a symlink to /usr/bin, programs are looked for by both names.',
			'cp(1)',
			{action: {kind: 'run', tool: 'cp', args, place: 'host'}},
		),
	];
}

function deviceLinks(input: PlanInput, inside: InsideStep): readonly Step[] {
	const links = input.facts.deviceLinks;
	if (links.length === 0) return [];
	const args = ['-P', ...links, `${containerPaths(input).root}/dev/`];
	return [
		inside(
			'mounts.links',
			'copy the standard links of /dev',
			'Programs open /dev/stdout and /dev/fd/0 by these names.',
			'cp(1)',
			{action: {kind: 'run', tool: 'cp', args, place: 'host'}},
		),
	];
}

function stageFiles(input: PlanInput, inside: InsideStep, files: readonly StagedSource[]): readonly Step[] {
	if (files.length === 0) return [];
	const rows = files.map(each => ({
		source: each.real,
		target: `${containerPaths(input).stage}/${each.name}`,
		type: 'none',
		options: ['bind', ...(isRange(input.map) ? [] : idmapOption(each.idmap))],
		why: 'a file to bind from',
	}));
	return [
		inside(
			'mounts.sources',
			'put the files to bind from on the stage',
			'A file can only be bound on a file, which had to be made first.',
			'mount(8)',
			{action: {kind: 'mountTable', name: 'sources', place: isRange(input.map) ? 'gathered' : 'host', rows}},
		),
	];
}

function stageTerminal(input: PlanInput, inside: InsideStep): readonly Step[] {
	if (!input.tty) return [];
	return [
		inside(
			'mounts.terminal',
			'put its terminal on the stage',
			"The pty lies in the host's /dev/pts, which will be out of sight; it becomes /dev/console.",
			'pts(4)',
			{action: {kind: 'bindTerminal', target: `${containerPaths(input).stage}/console`}},
		),
	];
}
