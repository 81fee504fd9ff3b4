import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {loadFacts} from '../saved-facts.ts';
import {parseMountinfo} from './mountinfo.ts';
import {toolboxOf} from './toolbox.ts';

const file = new URL('../../../test/facts/v2-trixie.json', import.meta.url);
const {tools} = loadFacts(readFileSync(file, 'utf8'), 'v2-trixie.json');
const root = parseMountinfo('1 0 254:0 / / rw - ext4 /dev/vda rw');
const libc = '/usr/lib/x86_64-linux-gnu/libc.so.6';

test('tools that all lie below /usr are bound as one folder', () => {
	expect(toolboxOf(tools, [{path: libc, real: libc}], root)).toEqual({kind: 'folder', root: '/usr'});
});

test('a library that leads out of /usr makes the tools be copied, and what runs on the host is not among them', () => {
	const toolbox = toolboxOf(tools, [{path: libc, real: '/opt/libc.so'}], root);
	expect(toolbox).toMatchObject({kind: 'copy'});
	expect(toolbox.kind === 'copy' && toolbox.files).toContain(libc);
	expect(toolbox.kind === 'copy' && toolbox.files).not.toContain('/usr/bin/nsenter');
});

test('a tool below another mount is not in the folder that is bound', () => {
	const mounts = [...root, ...parseMountinfo('2 1 0:9 / /usr/lib rw - tmpfs tmpfs rw')];
	expect(toolboxOf(tools, [{path: libc, real: libc}], mounts).kind).toBe('copy');
});

test('without setpriv there is no toolbox, and the reason names it', () => {
	expect(toolboxOf({...tools, setpriv: null}, [], root)).toEqual({kind: 'none', why: 'setpriv: not found'});
});
