import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {recordingHost} from '../../../test/support/recording-host.ts';
import {loadFacts} from '../facts/saved-facts.ts';
import {toolboxOf} from './toolbox.ts';

const file = new URL('../../../test/facts/v2-trixie.json', import.meta.url);
const {tools} = loadFacts(readFileSync(file, 'utf8'), 'v2-trixie.json');
const libc = '/usr/lib/x86_64-linux-gnu/libc.so.6';

test('a toolbox has the tools for the container side with their libraries, and its id changes with any file', () => {
	const toolbox = toolboxOf(recordingHost({[libc]: 'a'}), tools, [libc]);
	expect(toolbox).toMatchObject({kind: 'copy'});
	expect(toolbox.kind === 'copy' && toolbox.files).toContain(libc);
	expect(toolbox.kind === 'copy' && toolbox.files).toContain('/usr/bin/nsenter');
	expect(toolbox.kind === 'copy' && toolbox.files).not.toContain('/usr/bin/newuidmap');
	const changed = toolboxOf(recordingHost({[libc]: 'other'}), tools, [libc]);
	expect(changed.kind === 'copy' && changed.id).not.toBe(toolbox.kind === 'copy' && toolbox.id);
	expect(toolboxOf(recordingHost({[libc]: 'a'}), tools, [libc])).toEqual(toolbox);
});

test('without setpriv there is no toolbox, and the reason names setpriv', () => {
	expect(toolboxOf(recordingHost(), {...tools, setpriv: null}, [])).toEqual({kind: 'none', why: 'setpriv: not found'});
});
