import type {FileFacts, Host} from '../host.ts';
import {
	answerOf,
	bytesWord,
	type Environment,
	errorAnswer,
	escapeWord,
	type Field,
	fieldWord,
	isTime,
	namesWord,
	views,
} from './input-lines.ts';

/** The longest content that is kept itself, characters. Of a longer one its identity is kept. */
const longestText = 64 * 1024;

/**
 * A file this young may be written again without a visible change of its times, ms: see `settled` in image/store/digest.ts.
 */
const settled = 2000;

/** A host and an environment that remember what they were asked. */
export interface RecordedHost {
	readonly host: Host;
	readonly env: Environment;
	/**
	 * What was asked and answered, as lines of input-lines.ts; undefined if the same answers would not give the same result: a program was run,
	 * an answer changed meanwhile, or a file was written a moment ago.
	 */
	readonly inputs: () => readonly string[] | undefined;
}

/**
 * Wraps a host so that nothing that is read through it can be forgotten. Of facts about a file only those count that were looked at. Changes
 * pass through: what was looked at before a change is then another input than the next time, which asks again.
 */
export function recordHost(host: Host, env: Environment): RecordedHost {
	const answers = new Map<string, string>();
	let isSpoiled = false;
	const spoil = (): void => {
		isSpoiled = true;
	};
	const note = (question: string, answer: string): void => {
		if ((answers.get(question) ?? answer) !== answer) spoil();
		answers.set(question, answer);
	};
	/** Asks, and notes the answer to a question that may be written only when the answer is known. */
	const asked = <T>(question: string, ask: () => T, word: (value: T & {}) => string | undefined): T => {
		let value: T;
		try {
			value = ask();
		} catch (error) {
			note(question, errorAnswer(error));
			throw error;
		}
		const found = value == null ? undefined : word(value);
		if (value == null) note(question, '-');
		else if (found !== undefined) note(question, `=${found}`);
		return value;
	};
	const noteField = (question: string, facts: FileFacts, field: Field): void => {
		if (isTime(field) && host.now() - facts[field] < settled) spoil();
		note(`${question} ${field}`, `=${fieldWord(facts, field)}`);
	};
	const factsBy =
		(question: 'stat' | 'lstat') =>
		(path: string): FileFacts | undefined => {
			const line = `${question} ${escapeWord(path)}`;
			const facts = asked(
				`${line} .`,
				() => host[question](path),
				() => '',
			);
			return facts === undefined ? undefined : watched(facts, field => noteField(line, facts, field));
		};
	const noteIdentity = (path: string): void => {
		const facts = host.stat(path);
		if (facts === undefined) spoil();
		else for (const field of identity) noteField(`stat ${escapeWord(path)}`, facts, field);
	};
	const unlessLong =
		<T extends {readonly length: number}>(path: string, word: (value: T) => string) =>
		(value: T): string | undefined => {
			if (value.length <= longestText) return word(value);
			noteIdentity(path);
			return undefined;
		};
	/** The host, for a call whose result depends on more than what is noted. */
	const spoiled = (): Host => {
		spoil();
		return host;
	};
	const recorded: Host = {
		readText: path => {
			const view = views[path];
			return view === undefined
				? asked(`text ${escapeWord(path)}`, () => host.readText(path), unlessLong(path, escapeWord))
				: asked(`view ${escapeWord(path)}`, () => mapped(host.readText(path), view), escapeWord);
		},
		trustedText: path => asked(`trusted ${escapeWord(path)}`, () => host.trustedText(path), escapeWord),
		readBytes: (path, offset, length) =>
			// Which says for which processor this program is made, as the key of what is kept does too.
			path === '/proc/self/exe'
				? host.readBytes(path, offset, length)
				: asked(
						`bytes ${escapeWord(path)} ${offset} ${length}`,
						() => host.readBytes(path, offset, length),
						unlessLong(path, bytesWord),
					),
		openFile: async path => {
			const file = await host.openFile(path);
			noteIdentity(path);
			const {ino, dev} = await file.facts();
			const named = host.stat(path);
			if (named?.ino !== Number(ino) || named.dev !== Number(dev)) spoil();
			return file;
		},
		lstat: factsBy('lstat'),
		stat: factsBy('stat'),
		realpath: path => asked(`real ${escapeWord(path)}`, () => host.realpath(path), escapeWord),
		readlink: path => asked(`link ${escapeWord(path)}`, () => host.readlink(path), escapeWord),
		list: path => asked(`list ${escapeWord(path)}`, () => host.list(path), namesWord),
		// Caches of what is read anyway, and folders for them.
		mkdirs: (path, mode) => host.mkdirs(path, mode),
		writeAtomic: (path, content, mode) => host.writeAtomic(path, content, mode),
		writeWhole: (path, content, mode) => host.writeWhole(path, content, mode),
		run: (...words) => spoiled().run(...words),
		start: (...words) => spoiled().start(...words),
		kill: (...words) => spoiled().kill(...words),
		now: (...words) => spoiled().now(...words),
		writeKernelFile: (...words) => spoiled().writeKernelFile(...words),
		hintKernelFile: (...words) => spoiled().hintKernelFile(...words),
		overwrite: (...words) => spoiled().overwrite(...words),
		append: (...words) => spoiled().append(...words),
		chmod: (...words) => spoiled().chmod(...words),
		chown: (...words) => spoiled().chown(...words),
		mkdir: (...words) => spoiled().mkdir(...words),
		rmdir: (...words) => spoiled().rmdir(...words),
		removeTree: (...words) => spoiled().removeTree(...words),
		removeTreeGently: (...words) => spoiled().removeTreeGently(...words),
		rename: (...words) => spoiled().rename(...words),
	};
	const noteVariable = (name: string | symbol): void => {
		if (typeof name === 'string')
			note(
				`env ${escapeWord(name)}`,
				answerOf(() => env[name], escapeWord),
			);
		else spoil();
	};
	return {
		host: recorded,
		env: new Proxy(env, {
			get: (_, name) => {
				noteVariable(name);
				return typeof name === 'string' ? env[name] : undefined;
			},
			has: (_, name) => {
				noteVariable(name);
				return name in env;
			},
			getOwnPropertyDescriptor: (_, name) => {
				noteVariable(name);
				return Reflect.getOwnPropertyDescriptor(env, name);
			},
			ownKeys: () => {
				spoil();
				return Reflect.ownKeys(env);
			},
		}),
		inputs: () => (isSpoiled ? undefined : linesOf(answers)),
	};
}

/** The facts that together say that a file is the same one, with the same content. */
const identity = ['dev', 'ino', 'size', 'mtimeMs', 'ctimeMs'] as const satisfies readonly Field[];

const fields: Readonly<Record<keyof Required<FileFacts>, true>> = {
	kind: true,
	size: true,
	mode: true,
	uid: true,
	gid: true,
	links: true,
	ino: true,
	dev: true,
	mtimeMs: true,
	ctimeMs: true,
	device: true,
};

/** The facts of a file, which tell when one of them is looked at. */
function watched(facts: FileFacts, look: (field: keyof FileFacts) => void): FileFacts {
	const getters = Object.keys(fields).map(name => {
		const field = name as keyof FileFacts;
		const get = () => {
			look(field);
			return facts[field];
		};
		return [field, {enumerable: true, get}] as const;
	});
	return Object.defineProperties({}, Object.fromEntries(getters)) as FileFacts;
}

function mapped<T, U>(value: T | undefined, map: (value: T) => U): U | undefined {
	return value === undefined ? undefined : map(value);
}

/** One line for each question; those about fields of one file are joined. */
function linesOf(answers: ReadonlyMap<string, string>): readonly string[] {
	const lines: string[] = [];
	const files = new Map<string, [field: string, word: string][]>();
	for (const [question, answer] of answers) {
		const [, file, field] = /^(l?stat \S+) (\S+)$/.exec(question) ?? [];
		if (file === undefined || field === undefined || !answer.startsWith('=')) lines.push(`${question} ${answer}`);
		else files.set(file, [...(files.get(file) ?? []), [field, answer.slice(1)]]);
	}
	for (const [file, known] of files) {
		const looked = known.filter(([field]) => field !== '.' || known.length === 1);
		lines.push(`${file} ${looked.map(([field]) => field).join(',')} =${looked.map(([, word]) => word).join(',')}`);
	}
	return lines;
}
