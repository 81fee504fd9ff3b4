import type {Project} from '../../spec/model/project.ts';
import {entriesOf, list, map, type Resolved, scalar} from '../../spec/resolved/resolved.ts';
import type {Context} from '../verb/command.ts';

type Settings = Readonly<Record<string, unknown>>;

/** The model with what images of the store say, where the files say nothing. */
export async function withImages(model: Resolved, project: Project, context: Context): Promise<Resolved> {
	const {io, engine, folders} = context;
	const services = entriesOf(model).get('services');
	if (model.kind !== 'map' || services === undefined) return model;
	const machine = await engine.openMachine(folders);
	const filled: Record<string, Resolved> = {};
	for (const [name, service] of entriesOf(services)) {
		const rootfs = project.services.find(each => each.service === name)?.rootfs;
		const settings =
			rootfs?.kind === 'image'
				? await engine.inspectImage(machine, rootfs.reference, io.cwd).then(
						({configJson}) => settingsOf(configJson),
						() => undefined,
					)
				: undefined;
		filled[name] =
			settings === undefined || rootfs?.kind !== 'image' ? service : withSettings(service, settings, rootfs.reference);
	}
	return {...model, entries: new Map([...model.entries, ['services', map(filled, services.origin)]])};
}

function settingsOf(configJson: unknown): Settings | undefined {
	const {config} = (configJson ?? {}) as {readonly config?: Settings};
	return config;
}

function withSettings(service: Resolved, settings: Settings, reference: string): Resolved {
	const entries = new Map(entriesOf(service));
	const origin = (key: string) => ({kind: 'image', reference, key}) as const;
	const isUnset = (key: string): boolean => {
		const own = entries.get(key);
		return own === undefined || (own.kind === 'scalar' && own.value === null);
	};
	// With an entrypoint of its own, a service does without the command of its image.
	const hasOwnEntrypoint = !isUnset('entrypoint');
	for (const [key, setting] of [
		['entrypoint', 'Entrypoint'],
		['command', 'Cmd'],
	] as const) {
		const words = settings[setting];
		if (!isUnset(key) || !Array.isArray(words) || (key === 'command' && hasOwnEntrypoint)) continue;
		entries.set(
			key,
			list(
				words.map(word => scalar(String(word), origin(setting))),
				origin(setting),
			),
		);
	}
	for (const [key, setting] of [
		['user', 'User'],
		['working_dir', 'WorkingDir'],
		['stop_signal', 'StopSignal'],
	] as const) {
		const value = settings[setting];
		if (isUnset(key) && typeof value === 'string' && value !== '') entries.set(key, scalar(value, origin(setting)));
	}
	const {Env: variables} = settings;
	const own = entriesOf(entries.get('environment'));
	const inherited = (Array.isArray(variables) ? variables : []).map(String).flatMap(text => {
		const at = text.indexOf('=');
		const name = text.slice(0, at);
		return own.has(name) ? [] : [[name, scalar(text.slice(at + 1), origin(`Env.${name}`))] as const];
	});
	if (inherited.length > 0) entries.set('environment', map(Object.fromEntries([...inherited, ...own])));
	return map(Object.fromEntries([...entries].sort(([one], [other]) => (one < other ? -1 : 1))), service.origin);
}
