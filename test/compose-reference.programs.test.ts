import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import {expect, test} from 'vitest';
import {isTsboxError} from '../src/errors/tsbox-error.ts';
import {loadProject} from '../src/spec/project/load.ts';
import {parseSize} from '../src/spec/values/size.ts';
import {resolveModel} from '../src/spec/resolved/resolve-model.ts';
import {plainOf} from '../src/spec/resolved/resolved.ts';
import {filesOfOthers, type OthersFile} from './compose/files-of-others.ts';
import {partOf} from './support/turn.ts';

/*
 * Compose files of others, in a folder of this machine that COMPOSE_FILES_DIR names, as docker-compose 1.29 resolves them: `tsbox config` of what
 * `docker-compose config` prints is that of the file itself.
 */

const folder = process.env['COMPOSE_FILES_DIR'] ?? '';
const reference = '/usr/bin/docker-compose';
const isThere = folder !== '' && existsSync(join(folder, 'manifest.tsv')) && existsSync(reference);
const env = {PATH: '/usr/bin:/bin', HOME: '/root'};

/** The services of a Compose file as `tsbox config` has them; undefined if tsbox refuses the file. */
function resolved(path: string, text: string): unknown {
	const request = {
		file: path,
		cwd: dirname(path),
		env,
		projectName: 'project',
		readText: (of: string) =>
			of === path ? text : existsSync(of) && statSync(of).isFile() ? readFileSync(of, 'utf8') : undefined,
		kindOf: (of: string) =>
			existsSync(of) ? (statSync(of).isDirectory() ? ('directory' as const) : ('file' as const)) : undefined,
	};
	try {
		const {services} = plainOf(resolveModel(request, {}, loadProject(request))) as {services: unknown};
		return services;
	} catch (error) {
		if (isTsboxError(error)) return undefined;
		throw error;
	}
}

/** Whether the two say the same in other words. */
function isSame(path: string, one: unknown, other: unknown): boolean {
	if (one === other) return true;
	// Two words for the same health check.
	if (path.endsWith('.healthcheck.disable')) return one === true && other === undefined;
	if (path.endsWith('.healthcheck.test')) return one === undefined && JSON.stringify(other) === '["NONE"]';
	// YAML 1.1 reads `2222:22` as a number to the base 60, which is no port.
	if (/\.ports\.\d+\.(?:published|target)$/.test(path)) return other === undefined || Number(other) > 65_535;
	if (typeof one !== 'string') return false;
	// It writes sizes as bytes, truth as Python has it, paths without what they do not need, and no variable into the default of another.
	if (typeof other === 'boolean') return one === String(other);
	const size = parseSize(one);
	if (typeof other === 'number') return Number(one) === other || (size.ok && size.value === other);
	if (typeof other !== 'string') return false;
	const isTruth = /^(?:True|False)$/.test(other) && one === other.toLowerCase();
	return isTruth || normalize(one).replace(/(?<=.)\/$/, '') === other || (!one.includes('${') && other.includes('${'));
}

/** Mounts in the order of their targets, as docker-compose moves those without a source to the front. */
function inOrder(value: unknown, path: string): unknown {
	if (!path.endsWith('.volumes') || !Array.isArray(value)) return value;
	const at = ({target}: {readonly target: string}): string => target.replace(/\/$/, '');
	return (value as Parameters<typeof at>[0][]).toSorted((one, other) => (at(one) < at(other) ? -1 : 1));
}

/** The values that differ, each with its path. */
function differences(own: unknown, theirs: unknown, path = ''): readonly string[] {
	const [one, other] = [inOrder(own, path), inOrder(theirs, path)];
	if (typeof one === 'object' && one !== null && typeof other === 'object' && other !== null) {
		const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
		return [...keys].flatMap(key =>
			differences((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key], `${path}.${key}`),
		);
	}
	return isSame(path, one, other)
		? []
		: [`${path}: ${JSON.stringify(one)}, and ${JSON.stringify(other)} by docker-compose`];
}

/** What differs in a file; undefined where one of the two refuses it. */
function compared({path, shown}: OthersFile): readonly string[] | undefined {
	const {status, stdout} = spawnSync(reference, ['-f', path, 'config'], {cwd: dirname(path), env, encoding: 'utf8'});
	if (status !== 0) return undefined;
	const own = resolved(path, readFileSync(path, 'utf8'));
	const theirs = resolved(path, stdout);
	return own === undefined || theirs === undefined
		? undefined
		: differences(own, theirs).map(line => `${shown} ${line}`);
}

test.skipIf(!isThere)(
	'docker-compose 1.29 resolves Compose files of others to the same values',
	() => {
		const files = partOf(filesOfOthers(folder), 16);
		const all = files.map(compared);
		const both = all.filter(each => each !== undefined);
		process.stdout.write(`${both.length} of ${files.length} Compose files are read by both\n`);
		expect(both.length).toBeGreaterThan(0);
		expect(both.flat()).toEqual([]);
	},
	1_800_000,
);
