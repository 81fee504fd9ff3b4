import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import type {ToolFacts} from '../../host/facts.ts';
import {loadFacts} from '../../host/facts/saved-facts.ts';
import {hostToolWords, toolboxWords} from './toolbox.ts';

const saved = loadFacts(
	readFileSync(new URL('../../../test/facts/v2-bookworm.json', import.meta.url), 'utf8'),
	'v2-bookworm.json',
);

function withMount(mount: ToolFacts | null) {
	const facts = {...saved, tools: {...saved.tools, mount}};
	return {box: toolboxWords(facts, 'mount'), host: hostToolWords(facts, 'mount')};
}

const dynamic: ToolFacts = {
	path: '/usr/bin/mount',
	applet: null,
	loader: '/usr/lib64/ld-linux-x86-64.so.2',
	libraryPath: ['/usr/lib/a', '/usr/lib/b'],
	flags: [],
	version: '',
};

test('a dynamically linked tool runs through its own loader with its own libraries', () => {
	expect(withMount(dynamic)).toEqual({
		box: ['./usr/lib64/ld-linux-x86-64.so.2', '--library-path', './usr/lib/a:./usr/lib/b', './usr/bin/mount'],
		host: ['/usr/bin/mount'],
	});
});

test('a static multi-call program gets the name of its applet', () => {
	const busybox = {...dynamic, path: '/usr/bin/busybox', applet: 'mount', loader: null, libraryPath: []};
	expect(withMount(busybox)).toEqual({box: ['./usr/bin/busybox', 'mount'], host: ['/usr/bin/busybox', 'mount']});
});

test('a tool that the host lacks is undefined', () => {
	expect(withMount(null)).toEqual({box: undefined, host: undefined});
});
