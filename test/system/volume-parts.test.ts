import {expect, test} from 'vitest';
import {type Starter, type TestBox, testBox} from './box.ts';

/* Parts of volumes: `volume: {subpath: ...}`. */

const starters: readonly (readonly [string, Starter])[] = [
	['root', undefined],
	['mapped', 'mapped'],
	['rootless', {uid: 61_239, gid: 61_239}],
];

/** A spec of one service with parts of the volume `data`. */
function spec(at: TestBox, mounts: string, command: string): string {
	return at.file(
		`${command.length}-${mounts.length}.yaml`,
		`name: ${at.name}\nvolumes: {data: }\nservices:\n  web:\n    rootfs: ${at.rootfs}\n    network_mode: none\n    ${at.head.trim()}\n    volumes: ${mounts}\n    command: [sh, -c, ${JSON.stringify(command)}]\n`,
	);
}

const part = (subpath: string, target: string, more = ''): string =>
	`{type: volume, source: data, target: ${target}, volume: {subpath: "${subpath}"}${more}}`;

test.each(starters)('a folder and a file of a volume are mounted at places of their own, as %s', async (_, starter) => {
	await using at = await testBox(starter);
	const make = 'mkdir -p /v/up/loads && echo one > /v/up/loads/file && echo two > /v/other';
	expect(await at.tsbox(['run', spec(at, '["data:/v"]', make), 'web'])).toMatchObject({status: 0});
	const mounts = `[${part('up/loads', '/a')}, ${part('./other', '/b', ', read_only: true')}]`;
	const look = 'cat /a/file /b && echo more >> /a/file && ! echo x 2>/dev/null > /b && ls /a';
	expect(await at.tsbox(['run', spec(at, mounts, look), 'web'])).toMatchObject({status: 0, out: 'one\ntwo\nfile\n'});
	expect((await at.tsbox(['run', spec(at, '["data:/v"]', 'cat /v/up/loads/file'), 'web'])).out).toBe('one\nmore\n');
	await at.tsbox(['down', '-v', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a part that is missing, or that a symlink leads to, is refused before anything starts', async () => {
	await using at = await testBox();
	await at.tsbox(['run', spec(at, '["data:/v"]', 'mkdir /v/real && ln -s /etc /v/link && ln -s real /v/near'), 'web']);
	for (const [subpath, why] of [
		['none', 'none is not there'],
		['link', 'link is a symlink there'],
		['near/x', 'near is a symlink there'],
	] as const) {
		const {status, err} = await at.tsbox(['run', spec(at, `[${part(subpath, '/a')}]`, 'true'), 'web']);
		expect({status, err}).toMatchObject({status: 125, err: expect.stringContaining(why)});
	}
	await at.tsbox(['down', '-v', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test.each(['/abs', '../out', 'a/../..', ''])('the subpath %j is refused', async subpath => {
	await using at = await testBox();
	expect((await at.tsbox(['validate', spec(at, `[${part(subpath, '/a')}]`, 'true')])).status).toBe(125);
});
