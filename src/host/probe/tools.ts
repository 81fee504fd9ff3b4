import {basename, dirname} from 'node:path';
import {type ToolFacts, toolFolders, type ToolName, toolNames} from '../facts.ts';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../host.ts';
import {ask} from './ask.ts';
import {readElf} from './elf.ts';
import {hostOnly} from './toolbox.ts';
import {optionsIn, versionIn} from './tool-words.ts';

/** Multi-call programs, which take the tool's name as an argument. */
const multiCall: readonly string[] = ['busybox', 'toybox', 'coreutils'];

/** Separates the answers of the probing shell. It is in no help text. */
const mark = '\x1e';

/**
 * Asks up to eight tools at once: for each path, applet, and loader (empty when there is none) it prints help, version, and
 * libraries. One shell runs many tools, because starting a process from Node costs more than the tools themselves.
 */
const askScript = `while [ $# -gt 0 ]; do
	printf '${mark}'; "$1" \${2:+"$2"} --help 2>&1
	printf '${mark}'; "$1" \${2:+"$2"} --version 2>&1
	printf '${mark}'; [ -z "$3" ] || "$3" --list "$1" 2>&1
	shift 3
done
printf '${mark}'`;

interface FoundTool {
	readonly name: ToolName;
	readonly path: string;
	readonly applet: string | null;
	readonly loader: string | null;
}

/** The result of {@link probeTools}. */
export interface ProbedTools {
	readonly tools: Readonly<Record<ToolName, ToolFacts | null>>;
	/** The libraries of all tools, each as its soname in a real folder. */
	readonly libraries: readonly string[];
}

/** The real path of a program in the first of {@link toolFolders} that has it; undefined without. */
export function findProgram(host: Host, name: string): string | undefined {
	for (const folder of toolFolders) {
		const path = host.realpath(`${folder}/${name}`);
		const facts = path === undefined ? undefined : host.stat(path);
		if (facts?.kind === 'file' && (facts.mode & 0o111) !== 0) return path;
	}
	return undefined;
}

/**
 * Finds every tool and asks for its options. No decision depends on version numbers.
 *
 * @throws TsboxError E_SYSTEM for a tool that does not answer.
 */
export async function probeTools(host: Host): Promise<ProbedTools> {
	const found = toolNames.flatMap(name => findTool(host, name) ?? []);
	const shell = found.find(({name}) => name === 'sh');
	const groups = Array.from({length: Math.ceil(found.length / 8)}, (_, n) => found.slice(n * 8, n * 8 + 8));
	const answers = shell === undefined ? [] : await Promise.all(groups.map(group => askTools(host, shell, group)));
	const asked = answers.flat();
	return {
		tools: Object.fromEntries(
			toolNames.map(name => [name, asked.find(tool => tool.name === name)?.facts ?? null]),
		) as Record<ToolName, ToolFacts | null>,
		libraries: [...new Set(asked.flatMap(({name, libraries}) => (hostOnly.includes(name) ? [] : libraries)))].sort(),
	};
}

function findTool(host: Host, name: ToolName): FoundTool | undefined {
	const path = findProgram(host, name);
	if (path === undefined) return undefined;
	const interpreter = readElf((offset, length) => host.readBytes(path, offset, length))?.interpreter ?? null;
	return {
		name,
		path,
		applet: multiCall.includes(basename(path)) ? name : null,
		loader: interpreter === null ? null : (host.realpath(interpreter) ?? null),
	};
}

async function askTools(host: Host, shell: FoundTool, group: readonly FoundTool[]) {
	const words = group.flatMap(({path, applet, loader}) => [path, applet ?? '', loader ?? '']);
	const prefix = shell.applet === null ? [shell.path] : [shell.path, shell.applet];
	const answersIn = (stdout: string): readonly string[] => stdout.split(mark).slice(1);
	const whom = (stdout: string): string => group[Math.floor((answersIn(stdout).length - 1) / 3)]?.path ?? shell.path;
	const {stdout} = await ask(host, [...prefix, '-c', askScript, 'sh', ...words], whom);
	const answers = answersIn(stdout);
	return group.map(({name, path, applet, loader}, n) => {
		const [help = '', version = '', list = ''] = answers.slice(n * 3);
		const libraries = librariesIn(list).map(library => `${realFolder(host, library)}/${basename(library)}`);
		if (loader !== null && libraries.length === 0) throw unlisted(path, loader, list);
		const facts: ToolFacts = {
			path,
			applet,
			loader,
			libraryPath: [...new Set(libraries.map(library => dirname(library)))].sort(),
			flags: optionsIn(help),
			version: versionIn(`${version}\n${help}`, basename(path)),
		};
		return {name, facts, libraries};
	});
}

/** A program with a loader has libraries. Without them its copy in the toolbox could not run. */
function unlisted(path: string, loader: string, said: string): TsboxError {
	return new TsboxError('E_SYSTEM', `the libraries of ${path} are unknown`, {
		command: `${loader} --list ${path}`,
		output: said.trim(),
		why: 'its loader lists none',
		hint: 'try again; if it fails each time, check that the program runs',
	});
}

function realFolder(host: Host, file: string): string {
	return host.realpath(dirname(file)) ?? dirname(file);
}

/**
 * The libraries that a program is linked with, as absolute paths of the loader, from the output of `ld.so --list`:
 * `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)`. The vdso has no file, and the loader's own line has no arrow.
 */
export function librariesIn(list: string): readonly string[] {
	return [...list.matchAll(/=> (\/\S.*?) \(0x[0-9a-f]+\)$/gm)].flatMap(([, path]) =>
		path === undefined ? [] : [path],
	);
}
