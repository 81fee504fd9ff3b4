import {mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Host} from '../host/host.ts';
import {realHost} from '../host/programs/real-host.ts';
import {aliasOf, dropStaleLink, idOf, shownName} from './alias.ts';
import {setAlias} from './set-alias.ts';
import {claimName, nameInUse, releaseName} from './claim.ts';
import {sampleRecord} from '../../test/support/sample-record.ts';

let late = 0;
const host: Host = {...realHost(), now: () => Date.now() + late};
let state = '';
beforeEach(() => {
	late = 0;
	state = mkdtempSync(join(tmpdir(), 'alias-'));
	claimName(host, state, named('demo'));
});
afterEach(() => {
	rmSync(state, {recursive: true});
});

function named(name: string): typeof sampleRecord {
	return {...sampleRecord, name};
}

const entries = (): readonly string[] => readdirSync(join(state, 'containers'));

test('the new name finds the container, and the old name stays taken until release', () => {
	expect(setAlias(host, state, 'demo', 'other')).toBe(true);
	expect([idOf(host, state, 'other'), aliasOf(host, state, 'demo'), shownName(host, state, 'demo')]).toEqual([
		'demo',
		'other',
		'other',
	]);
	expect(claimName(host, state, named('demo'))).toBe(false);
	expect(claimName(host, state, named('other'))).toBe(false);
	expect(nameInUse(host, state, 'demo').message).toBe('demo is the first name of a container that is now named other');
	releaseName(host, state, 'demo');
	expect(entries()).toEqual([]);
});

test('renames again, back, and refuses a taken name', () => {
	expect(claimName(host, state, named('taken'))).toBe(true);
	expect(setAlias(host, state, 'demo', 'taken')).toBe(false);
	expect(setAlias(host, state, 'demo', 'one')).toBe(true);
	expect(setAlias(host, state, 'taken', 'one')).toBe(false);
	expect(setAlias(host, state, 'demo', 'two')).toBe(true);
	expect(idOf(host, state, 'one')).toBeUndefined();
	expect(setAlias(host, state, 'demo', 'taken')).toBe(false);
	expect(aliasOf(host, state, 'demo')).toBe('two');
	expect(setAlias(host, state, 'demo', 'demo')).toBe(true);
	expect(entries().toSorted()).toEqual(['demo', 'taken']);
	expect(shownName(host, state, 'demo')).toBe('demo');
});

test('a kill before the new name takes effect keeps the old one; the stale link blocks the name only briefly', () => {
	setAlias(host, state, 'demo', 'one');
	symlinkSync('@demo', join(state, 'containers/two'));
	expect([idOf(host, state, 'two'), aliasOf(host, state, 'demo')]).toEqual([undefined, 'one']);
	expect(claimName(host, state, named('two'))).toBe(false);
	expect(dropStaleLink(host, state, 'one')).toBe(false);
	late = 11_000;
	expect(claimName(host, state, named('two'))).toBe(true);
	expect(entries().toSorted()).toEqual(['demo', 'one', 'two']);
});

test('a kill after the new name took effect keeps the new one', () => {
	setAlias(host, state, 'demo', 'one');
	symlinkSync('@demo', join(state, 'containers/two'));
	writeFileSync(join(state, 'containers/demo/renamed'), 'two');
	expect([idOf(host, state, 'one'), idOf(host, state, 'two')]).toEqual([undefined, 'demo']);
	late = 11_000;
	expect(dropStaleLink(host, state, 'one')).toBe(true);
	expect(entries().toSorted()).toEqual(['demo', 'two']);
});

test('ignores an alias whose link somebody replaced', () => {
	setAlias(host, state, 'demo', 'one');
	rmSync(join(state, 'containers/one'));
	expect(claimName(host, state, named('one'))).toBe(true);
	expect([idOf(host, state, 'one'), shownName(host, state, 'demo')]).toEqual([undefined, 'demo']);
	releaseName(host, state, 'demo');
	expect(entries()).toEqual(['one']);
});
