import {expect, test} from 'vitest';
import {tsbox} from '../../../test/support/fake-surroundings.ts';

test.each([
	['ps', '{{.Name}} {{.Pid}}', 'demo 1234\n'],
	['stats --no-stream', '{{.Name}} {{.Memory.Used}}', 'demo 1572864\n'],
	['stats', '{{.Name}}', 'demo\ndemo\n'],
	['images', 'table {{.Digest}}\\t{{.Root}}', 'DIGEST  ROOT\n'],
	['volume ls', '{{json .}}', ''],
	['network ls', '{{.Name}} {{.Subnets}} {{.Containers}}', ''],
	['inspect demo', '{{.Name}}', 'demo\n'],
])('%s takes a template: %s', async (line, template, out) => {
	expect(await tsbox([...line.split(' '), '--format', template])).toMatchObject({status: 0, out});
	const wrong = await tsbox([...line.split(' '), '--format', '{{.Nothing}}']);
	expect(wrong).toMatchObject({status: 2, err: expect.stringContaining('no field is named "Nothing"')});
});

test.each(['ps', 'stats --no-stream', 'images', 'volume ls', 'network ls'])(
	'%s --format json is its --json',
	async line => {
		expect((await tsbox(`${line} --format json`)).out).toBe((await tsbox(`${line} --json`)).out);
	},
);
