import {describe, expect, test} from 'vitest';
import {testBox} from './box.ts';
import {sleeper} from './project.ts';

const root = process.getuid?.() === 0;

describe.runIf(root)('two state folders', () => {
	test('a container of the same name in another one is neither taken over nor ended', async () => {
		await using one = await testBox();
		await using other = await testBox();
		const spec = one.spec(sleeper);
		expect((await one.tsbox(['up', '-d', spec])).status).toBe(0);
		const foreground = await other.tsbox(['up', spec]);
		expect(foreground.status).not.toBe(0);
		expect(foreground.err).toContain(`the cgroup of ${one.name} is in use`);
		const background = await other.tsbox(['up', '-d', spec]);
		expect(background.err).toContain(`the cgroup of ${one.name} is in use`);
		await other.tsbox(['down', spec]);
		expect((await one.tsbox(['exec', one.name, '--', 'true'])).status).toBe(0);
		expect((await one.tsbox(['down', spec])).status).toBe(0);
		expect(one.leftovers()).toEqual([]);
		expect(other.leftovers()).toEqual([]);
	});
});
