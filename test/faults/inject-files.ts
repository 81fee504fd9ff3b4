import fs from 'node:fs';
import {die, faultAt, freeze, pathOf, place, shape, systemError} from './orders.ts';

type Call = (...args: readonly unknown[]) => unknown;
const files = fs as unknown as Record<string, Call>;
const {O_CREAT, O_WRONLY, O_RDWR} = fs.constants;
/** Calls within calls of node:fs itself are its own. */
let depth = 0;

function opensForWriting(flags: unknown): boolean {
	return typeof flags === 'number'
		? (flags & (O_CREAT | O_WRONLY | O_RDWR)) !== 0
		: typeof flags === 'string' && /[wa+]/.test(flags);
}

/** Of the calls that change something, what their path is; undefined for one that changes nothing. */
const changes: Readonly<Record<string, (args: readonly unknown[]) => string | undefined>> = {
	openSync: ([path, flags]) => (opensForWriting(flags) && path !== '/dev/null' ? String(path) : undefined),
	writeSync: ([fd]) => named(fd),
	writeFileSync: ([path]) => named(path),
	writeFile: ([path]) => named(path),
	fsyncSync: ([fd]) => named(fd),
	fchmodSync: ([fd]) => named(fd),
	chmodSync: ([path]) => String(path),
	lchownSync: ([path]) => String(path),
	mkdirSync: ([path]) => String(path),
	rmdirSync: ([path]) => String(path),
	unlinkSync: ([path]) => String(path),
	rmSync: ([path]) => String(path),
	renameSync: ([path]) => String(path),
};

function named(file: unknown): string | undefined {
	if (typeof file !== 'number') return String(file);
	return file <= 2 ? undefined : pathOf(file);
}

/** ENOSPC where something is made or written, else EIO. */
function errnoFor(name: string): string {
	return /^(open|write|mkdir)/.test(name) ? 'ENOSPC' : 'EIO';
}

/** The text of a start's script with a step that fails or never ends; the status pipe is a socket that nobody writes to. */
function spoiled(text: string): string {
	return text.replaceAll(/^begin (\S+)$/gm, (line, step: string) => {
		const how = faultAt(`script ${step.replaceAll("'", '')}`);
		if (how === undefined) return line;
		return `${line}\n${how === 'fail' ? 'fail 9' : 'read -r _ <&3'}`;
	});
}

/** The number that write(2) gives must be that of the text that was to be written. */
function writeScript(real: Call, args: readonly unknown[]): unknown {
	const text = Buffer.from(args[1] as string | Uint8Array);
	const other = Buffer.from(spoiled(text.toString('utf8')));
	const written = real(args[0], other);
	return written === other.length ? text.length : written;
}

/** Puts a point before and after each call of node:fs that changes something. */
export function injectFiles(): void {
	for (const [name, pathIn] of Object.entries(changes)) {
		const real = files[name]?.bind(fs) as Call;
		files[name] = (...args) => {
			const path = depth > 0 ? undefined : pathIn(args);
			if (path === undefined) return real(...args);
			const how = faultAt(`file ${name} ${shape(path)} ${place()}`);
			if (how === 'before') die();
			if (how === 'hang') freeze();
			if (how === 'fail') throw systemError(errnoFor(name), name.replace('Sync', ''), path);
			depth += 1;
			try {
				const isScript = name === 'writeSync' && /\/(init|gather|inside)\.sh$/.test(path);
				return isScript ? writeScript(real, args) : real(...args);
			} finally {
				depth -= 1;
				if (how === 'after') die();
			}
		};
	}
	const watch = fs.watch.bind(fs) as Call;
	files['watch'] = (...args) => {
		if (faultAt(`watch ${shape(String(args[0]))} ${place()}`) === 'fail')
			throw systemError('ENOSPC', 'watch', String(args[0]));
		return watch(...args);
	};
}
