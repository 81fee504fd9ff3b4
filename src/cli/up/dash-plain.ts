import type {ContainerSummary} from '../../container/observe/list.ts';
import {matches, wordsOf} from '../../tui/dash/model/rows.ts';
import {escapeText} from '../../view/text/escape.ts';
import type {Context} from '../verb/command.ts';

/** `tsbox dash --plain`: prints all containers, then one line per change, until a signal or closed output. */
export async function dashPlain({io, engine, folders}: Context, filter: string | undefined): Promise<number> {
	const machine = await engine.openMachine(folders);
	const over = new AbortController();
	const stop = (): void => over.abort();
	const closers = [io.onSignal(stop), io.onReaderGone(stop)];
	let before: ReadonlyMap<string, string> | undefined;
	try {
		for await (const all of engine.watchList(machine, over.signal)) {
			const shown = all.filter(one => matches(filter ?? '', wordsOf(one)));
			const now = new Map(shown.map(one => [one.name, words(one)]));
			// A container that no longer matches the filter is printed with its new state.
			const others = new Map(all.map(one => [one.name, words(one)]));
			const time = new Date(io.now()).toISOString();
			if (before === undefined) io.out(`${time} ${now.size === 1 ? '1 container' : `${now.size} containers`}\n`);
			for (const [name, text] of now) if (before?.get(name) !== text) io.out(`${time} ${escapeText(text)}\n`);
			for (const name of before?.keys() ?? [])
				if (!now.has(name)) io.out(`${time} ${escapeText(others.get(name) ?? `${name} is gone`)}\n`);
			before = now;
		}
	} finally {
		for (const close of closers) close();
	}
	return 0;
}

/** Describes a container: `shop-web-1 (service web of shop) is running, healthy, 2 restarts`. */
function words({name, project, service, state, health = 'none', exitCode, restarts = 0}: ContainerSummary): string {
	const of = project === undefined ? '' : ` (service ${service ?? ''} of ${project})`;
	const how = state === 'exited' ? `has exited with status ${exitCode ?? ''}` : `is ${state}`;
	const more = [
		...(state === 'running' && health !== 'none' ? [health] : []),
		...(restarts > 0 ? [`${restarts} restart${restarts === 1 ? '' : 's'}`] : []),
	];
	return [`${name}${of} ${how}`, ...more].join(', ');
}
