import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {filesOfOthers} from './compose/files-of-others.ts';
import {type Reason, reasonsOf} from './compose/reasons.ts';
import {type Tried, tryFile} from './compose/try-file.ts';

/*
 * Compose files of others, in a folder of this machine that COMPOSE_FILES_DIR names: each service has a plan for a saved machine, or there is a
 * reason that stands in docs/compose.md or is the file's own. Files of the kind `fixture` are wrong on purpose, and only must not be bugs.
 */

const folder = process.env['COMPOSE_FILES_DIR'] ?? '';
const isThere = folder !== '' && existsSync(join(folder, 'manifest.tsv'));

/** What became of a file: the worst of its reasons. */
function fateOf(reasons: readonly Reason[]): 'planned' | Reason['of'] {
	for (const of of ['nobody', 'row', 'file'] as const) if (reasons.some(reason => reason.of === of)) return of;
	return 'planned';
}

function counted(lines: readonly string[]): readonly string[] {
	const counts = new Map<string, number>();
	for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
	return [...counts].toSorted(([, a], [, b]) => b - a).map(([line, count]) => `${String(count).padStart(6)}  ${line}`);
}

/** What the files were read with that their authors leave to those who use them. */
function standInsOf(files: readonly Tried[]): string {
	const count = (has: (tried: Tried) => boolean): number => files.filter(has).length;
	return [
		`${count(({base}) => base !== undefined)} overlays on a file of their project`,
		`${count(({samples}) => samples.size > 0)} with variables of a sample beside them`,
		`${count(({empty}) => empty.size > 0)} with an empty file of variables`,
		`${count(({variables}) => variables.size > 0)} with variables that must be set`,
	].join(', ');
}

test.skipIf(!isThere)(
	'Compose files of others are planned, or there is a reason (skipped without COMPOSE_FILES_DIR)',
	async () => {
		const all: Tried[] = [];
		for (const file of filesOfOthers(folder)) all.push(await tryFile(file));
		const told = all.map(tried => ({...tried, reasons: tried.error === undefined ? [] : reasonsOf(tried.error)}));
		const meant = told.filter(({file}) => file.kind !== 'fixture');
		const of = (fate: ReturnType<typeof fateOf>) => meant.filter(({reasons}) => fateOf(reasons) === fate);
		const unexplained = of('nobody').map(
			({file, reasons}) => `${file.shown}: ${reasons.map(({text}) => text).join('; ')}`,
		);
		process.stdout.write(
			[
				`${meant.length} Compose files of others: ${of('planned').length} planned, ${of('row').length} refused by rows of docs/compose.md, ${of('file').length} for reasons of their own, ${unexplained.length} unexplained`,
				`of those with a plan ${standInsOf(of('planned'))}`,
				...counted(meant.flatMap(({reasons}) => reasons.filter(each => each.of !== 'nobody').map(({text}) => text))),
				...unexplained,
				'',
			].join('\n'),
		);
		expect(told.flatMap(({reasons}) => reasons.filter(({text}) => text.startsWith('a bug')))).toEqual([]);
		expect(unexplained.length / meant.length).toBeLessThanOrEqual(0.05);
		expect(of('planned').length / (meant.length - of('file').length)).toBeGreaterThanOrEqual(0.95);
	},
	600_000,
);
