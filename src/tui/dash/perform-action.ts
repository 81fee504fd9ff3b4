import {intentOf, liveOf, type PlainAction, signalChoices, type Words} from './model/actions.ts';
import {type DashboardContext, runCommand} from './model/dashboard-context.ts';
import type {KeyName} from './model/keys.ts';
import {currentRows, meantRows} from './model/model.ts';
import {line} from '../draw/line.ts';
import type {Row} from './model/rows.ts';
import {commandText, prompt} from './model/sheet.ts';

const plainActions: readonly string[] = ['stop', 'start', 'restart', 'pause', 'remove', 'project-up', 'project-down'];
/** Most commands at once, because a machine may have hundreds of containers. */
const atOnce = 4;

/** Performs an action on the marked rows, or else on the row at the cursor. */
export function performAction(dashboard: DashboardContext, name: KeyName): void {
	const rows = meantRows(dashboard.model, currentRows(dashboard.model));
	if (plainActions.includes(name)) return plain(dashboard, name as PlainAction, rows);
	const doings: Partial<Record<KeyName, () => void>> = {
		kill: () => kill(dashboard, rows),
		exec: () => onTerminal(dashboard, rows, container => ['exec', container, '--', ...shell]),
		attach: () => onTerminal(dashboard, rows, container => ['attach', container]),
		update: () => update(dashboard, rows),
		layers: () => void layers(dashboard, rows),
		prune: () => prune(dashboard),
	};
	doings[name]?.();
}

function plain(dashboard: DashboardContext, action: PlainAction, rows: readonly Row[]): void {
	const intent = intentOf(action, rows, dashboard.model.projects);
	if ('refused' in intent) return dashboard.say(intent.refused, true);
	if (intent.loses === undefined) return void runAll(dashboard, intent.commands);
	askFirst(dashboard, `${action.replace('project-', '')}?`, intent.loses, intent.commands);
}

function askFirst(dashboard: DashboardContext, title: string, loses: string, commands: readonly Words[]): void {
	dashboard.ask({kind: 'confirm', title, loses, commands, yes: () => void runAll(dashboard, commands)});
}

/** Runs commands, a few at a time. Clears the marks if all commands succeed. */
async function runAll(dashboard: DashboardContext, commands: readonly Words[]): Promise<void> {
	const waiting = [...commands];
	let isGood = true;
	const work = async (): Promise<void> => {
		for (let words = waiting.shift(); words !== undefined; words = waiting.shift())
			isGood = (await runCommand(dashboard, words)).status === 0 && isGood;
	};
	await Promise.all(Array.from({length: Math.min(atOnce, commands.length)}, work));
	if (!isGood) return;
	dashboard.model.marked = new Set();
	dashboard.say(
		commands.length === 1 ? `${commandText(commands[0] ?? [])}: done` : `${commands.length} commands: done`,
	);
}

function kill(dashboard: DashboardContext, rows: readonly Row[]): void {
	const names = liveOf(rows);
	if (names.length === 0) return dashboard.say('nothing of it runs', true);
	const choices = signalChoices.map(signal => ({
		label: signal,
		aside: commandText(['kill', '-s', signal, ...names]),
		pick: () =>
			askFirst(dashboard, `send SIG${signal}?`, `whatever ${names.join(', ')} cannot finish after SIG${signal}`, [
				['kill', '-s', signal, ...names],
			]),
	}));
	dashboard.ask({kind: 'choose', title: `send a signal to ${names.join(', ')}`, text: '', choices, cursor: 0});
}

/** Runs bash if the image has it. Every image with a shell has sh. */
const shell: Words = ['sh', '-c', 'command -v bash >/dev/null && exec bash || exec sh'];

/** Lends the terminal to a command. The dashboard shows only failures to run the command. */
function onTerminal(dashboard: DashboardContext, rows: readonly Row[], words: (container: string) => Words): void {
	const [name, ...others] = liveOf(rows);
	if (name === undefined) return dashboard.say('it does not run', true);
	if (others.length > 0) return dashboard.say('that is for one container at a time', true);
	const command = words(name);
	const at = dashboard.now();
	void dashboard.terminal
		.lend(() => dashboard.source.lend(command))
		.then(status => {
			dashboard.model.commands = [...dashboard.model.commands.slice(-99), {words: command, at, status, output: ''}];
			// Any other status is that of the last command in the container; podman-exec(1).
			if (status >= 125 && status <= 127) dashboard.say(`${commandText(command)} ended with status ${status}`, true);
			dashboard.changed();
		});
}

const limitOptions = /^(?:--?[a-z][a-z-]*(?:=\S+| (?!--)\S+)(?: |$))+$/;

function update(dashboard: DashboardContext, rows: readonly Row[]): void {
	const names = liveOf(rows);
	if (names.length === 0) return dashboard.say('limits are those of a container that runs', true);
	const asked = (text: string): void => {
		const options = text.split(/\s+/).filter(word => word !== '');
		if (options.length === 0) return;
		// A typed word must not become the name of a container, and the name of a container must not become a value.
		if (!limitOptions.test(options.join(' '))) return dashboard.say('write each limit as --OPTION VALUE', true);
		void runAll(dashboard, [['update', ...options, ...names]]);
	};
	dashboard.ask(
		prompt(`limits of ${names.join(', ')}`, '--memory ', asked, {
			note: '--memory 200m  --cpus 1.5  --pids-limit 100  --memory-swap -1  --cpu-shares 512  --cpuset-cpus 0-1',
		}),
	);
}

/** Shows what `tsbox images tree` says of the image of a container. */
async function layers(dashboard: DashboardContext, rows: readonly Row[]): Promise<void> {
	const images = new Set(rows.flatMap(row => (row.kind === 'container' ? row.container.image : [])));
	const [image, ...others] = images;
	if (image === undefined) return dashboard.say('that is for a container', true);
	if (others.length > 0) return dashboard.say('that is for one image at a time', true);
	const words = ['images', 'tree', image];
	const {status, output} = await dashboard.source.run(words);
	const text = output.trimEnd().split('\n');
	if (status !== 0) return dashboard.say(`${commandText(words)}: ${text[0] ?? ''}`, true);
	// What the command printed is safe to show: it has escaped all names.
	dashboard.ask({
		kind: 'text',
		title: `layers of ${image} (Esc leaves)`,
		lines: () => text.map(each => line(each)),
		top: 0,
	});
}

function prune(dashboard: DashboardContext): void {
	const choices = (
		[
			[
				'images nobody uses',
				['images', 'prune'],
				'unpacked images that no container runs on; they are unpacked again when needed',
			],
			['volumes nobody mounts', ['volume', 'prune'], 'all that is in named volumes that no container mounts'],
			['what crashes left behind', ['gc'], 'nothing that anybody uses'],
		] as const
	).map(([label, words, loses]) => ({
		label,
		aside: commandText(words),
		pick: () => askFirst(dashboard, `remove ${label}?`, loses, [words]),
	}));
	dashboard.ask({kind: 'choose', title: 'remove', text: '', choices, cursor: 0});
}
