import {describe, expect, test} from 'vitest';
import {sampleContainer} from '../../../../test/support/sample-dash.ts';
import {log, ofAbsent, ofWeb, opened} from '../../../../test/support/sample-pane.ts';

describe('the logs pane', () => {
	const logs = async () => log('alpha', 'beta', 'gamma');

	test('shows, filters, and searches lines', async () => {
		const {pane, text, answer} = await opened('logs', ofWeb, {logs});
		expect(text()).toContain('gamma');
		pane.perform('log-filter');
		answer('bet');
		expect(text()).toContain('beta');
		expect(text()).not.toContain('alpha');
		pane.perform('search');
		answer('alp');
		expect(pane.perform('next-match')).toBe(true);
	});

	test('stores the settings for wrapping and timestamps', async () => {
		const {pane, seen} = await opened('logs', ofWeb, {logs});
		pane.perform('wrap');
		pane.perform('timestamps');
		expect(seen.settings).toMatchObject({wrap: true, timestamps: true});
	});

	test('saves to a file, or shows the error', async () => {
		const saved: [string, string][] = [];
		const one = await opened('logs', ofWeb, {logs, save: (path, text) => void saved.push([path, text])});
		one.text();
		one.pane.perform('save');
		expect(one.seen.sheet).toMatchObject({text: 'shop.log'});
		one.answer(' x.log ');
		expect(saved.map(([path]) => path)).toEqual(['x.log']);
		expect(saved[0]?.[1]).toContain('beta');
		expect(one.seen.said).toEqual(['saved 3 lines to x.log']);
		const save = (): never => {
			throw new Error('EEXIST: file already exists');
		};
		const other = await opened('logs', ofWeb, {logs, save});
		other.pane.perform('save');
		other.answer('x.log');
		expect(other.seen.said).toEqual(['! x.log: EEXIST: file already exists']);
		other.answer('  ');
		expect(other.seen.said).toHaveLength(1);
	});

	test('jumps to a time, and rejects an invalid one', async () => {
		const {pane, seen, answer} = await opened('logs', ofWeb, {logs});
		pane.perform('jump');
		answer('14:30');
		answer('10m');
		expect(seen.said).toEqual([]);
		answer('yesterday-ish');
		expect(seen.said[0]).toContain('is no time');
	});

	test('says why there are no lines', async () => {
		const text = async (change: Partial<ReturnType<typeof log>>) =>
			(await opened('logs', ofWeb, {logs: async () => ({...log(), ...change})})).text();
		expect(await text({})).toContain('it has printed nothing');
		expect(await text({isLoading: () => true})).toContain('reading');
		expect(await text({hasOutput: () => false})).toContain('its output is not kept');
		const row = {
			kind: 'container',
			key: 'c:docker-1',
			container: sampleContainer('docker-1', {engine: {kind: 'docker', id: '1'}}),
		} as const;
		const ofDocker = {...ofWeb, row, containers: ['docker-1']};
		const quiet = {logs: async () => ({...log(), hasOutput: () => false})};
		expect((await opened('logs', ofDocker, quiet)).text()).toContain('docker has its output: use `docker logs -f 1`');
		expect((await opened('logs', ofAbsent, {logs})).text()).toContain('there is no container');
		const logsFail = async () => Promise.reject(new Error('no \u001b'));
		expect((await opened('logs', ofWeb, {logs: logsFail})).text()).toBe('  no \\x1b');
	});

	test('closes its log', async () => {
		let closed = 0;
		const feed = {...log('a'), close: () => void closed++};
		const {pane} = await opened('logs', ofWeb, {logs: async () => feed});
		pane.close();
		expect(closed).toBe(1);
	});
});
