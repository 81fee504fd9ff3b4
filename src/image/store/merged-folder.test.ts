import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {realHost} from '../../host/programs/real-host.ts';
import {closeMerged, mergedBelow, type MergedFolder, openMerged, statMerged} from './merged-folder.ts';

let store: string;
let opened: MergedFolder[] = [];
beforeEach(() => {
	store = mkdtempSync(join(tmpdir(), 'tsbox-merged-'));
});
afterEach(() => {
	for (const folder of opened) closeMerged(folder);
	opened = [];
	rmSync(store, {recursive: true});
});

/** A layer with these files, and folders where the path ends with a slash. */
function layer(number: number, paths: readonly string[], opaque: readonly string[] = []): string {
	const place = join(store, 'lower', String(number).padStart(16, '0'));
	for (const path of paths) {
		mkdirSync(join(place, 'fs', path.endsWith('/') ? path : join(path, '..')), {recursive: true});
		if (!path.endsWith('/')) writeFileSync(join(place, 'fs', path), String(number));
	}
	const record = {schema: 1, diffId: 'sha256:00', bytes: 0, entries: 0, implied: [], opaque, created: 0};
	writeFileSync(join(place, 'layer.json'), JSON.stringify(record));
	return join(place, 'fs');
}

/** The folder at a path; undefined where the layers show none. */
function at(lowers: readonly string[], ...names: readonly string[]): MergedFolder | undefined {
	let folder: MergedFolder | undefined = openMerged(realHost(), lowers);
	opened.push(folder);
	for (const name of names) {
		folder = folder === undefined ? undefined : mergedBelow(folder, name);
		if (folder !== undefined) opened.push(folder);
	}
	return folder;
}

const shows = (folder: MergedFolder | undefined, name: string): boolean =>
	folder !== undefined && statMerged(folder, name) !== undefined;

test('a folder has the names of all layers, and the topmost layer says what they are', () => {
	const lowers = [layer(2, ['d/top', 'both']), layer(1, ['d/base', 'both/inner'])];
	expect([shows(at(lowers, 'd'), 'top'), shows(at(lowers, 'd'), 'base')]).toEqual([true, true]);
	// A file above a folder.
	expect(at(lowers, 'both')).toBeUndefined();
	expect(shows(at(lowers), 'both')).toBe(true);
});

test('an opaque folder hides what is below it, and nothing of the same name elsewhere', () => {
	const lowers = [layer(2, ['d/e/top', 'e/top'], ['d/e']), layer(1, ['d/e/base', 'd/base', 'e/base'])];
	expect([shows(at(lowers, 'd', 'e'), 'top'), shows(at(lowers, 'd', 'e'), 'base')]).toEqual([true, false]);
	expect([shows(at(lowers, 'd'), 'base'), shows(at(lowers, 'e'), 'base')]).toEqual([true, true]);
});

test('a symlink is no folder, and hides one', () => {
	const lowers = [layer(2, ['x']), layer(1, ['link/inner'])];
	symlinkSync('/etc', join(lowers[0] ?? '', 'link'));
	expect(at(lowers, 'link')).toBeUndefined();
});
