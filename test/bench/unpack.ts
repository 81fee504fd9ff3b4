import {execFileSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {debianFixture} from '../../fixtures/debian.ts';
import type {Bench} from './bench-context.ts';
import {digits, peakMemory, program, roundRobin, table, timed} from './measure.ts';

/** How long a large archive takes, by tar(1) and by the first start of a spec, as Markdown. */
export async function unpackRows({scratch, tsbox, specOf, wanted, leaveOut}: Bench): Promise<void> {
	const store = join(scratch, 'fresh');
	const fixture = await debianFixture();
	if ('missing' in fixture) {
		leaveOut('unpacking a Debian', fixture.missing);
		return;
	}
	const {path} = fixture;
	const spec = specOf('debian', 'command: ["true"]\n', path);
	const commands = wanted<readonly string[]>([
		['tar -xzf', ['sh', '-c', `mkdir ${store} && tar -xpzf ${path} --numeric-owner --xattrs -C ${store}`]],
		['tsbox run, first time', tsbox('--store', store, 'run', spec)],
	]);
	if (commands.size === 0) return;
	const clear = (): void => rmSync(store, {recursive: true, force: true});
	const ways = [...commands].map(([name, words]) => {
		const once = timed(program(words, {prints: /^$/}));
		return [name, async () => (clear(), once())] as const;
	});
	const times = await roundRobin(new Map(ways), {warmUps: 1, rounds: 3}, leaveOut);
	const bytes = Number(execFileSync('stat', ['-c', '%s', path], {encoding: 'utf8'}));
	console.log(`\nA Debian root filesystem, ${digits(bytes / 1048576)} MiB of tar.gz: 3 rounds\n`);
	console.log(
		table(
			['way', 'median ms', 'min ms', 'peak MiB'],
			times.map(({name, median, min}) => {
				clear();
				return [name, digits(median), digits(min), digits(peakMemory(commands.get(name), scratch))];
			}),
		),
	);
}
