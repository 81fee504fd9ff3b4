import type {TestBox} from '../system/box.ts';
import {added, snapshot} from '../system/snapshot.ts';
import {injectorFor, type Tried} from './machine.ts';
import {letGo} from './let-go.ts';
import type {Row} from './row.ts';
import type {World} from './try-row.ts';

/** What may be there afterwards, or not, by design: caches, and that a name has ended once. */
const kept =
	/^file (state\/(exited|lock|facts\.json|networks$|networks\/\.lock)|store\/(images|tools|cache|seccomp|digests\.json|volumes$|networks$|runs$))(\/|$)/;

/** After a fault of a container in the foreground `gc` alone has to take all away. */
export function foregroundWorld(box: TestBox): World & AsyncDisposable {
	const injector = injectorFor(box);
	let before: readonly string[] = [];
	let spec = '';
	const look = (): readonly string[] =>
		snapshot(box.name, box.folder, {processes: true}).filter(line => !kept.test(line) || /\.(tmp|new-.*)$/.test(line));

	const settle = async (row: Row, tried: Tried): Promise<readonly string[]> => {
		// First while the tool still hangs, then when it is done: both times gc must come to its end.
		if (tried.stopped.length > 0) await box.tsbox(['gc']);
		await letGo(tried.stopped);
		await row.restore?.(box);
		const gc = await box.tsbox(['gc']);
		const problems = gc.status === 0 ? [] : [`gc: ${gc.err.trim()}`];
		const more = added(before, look());
		if (more.length === 0) return problems;
		// What a fault left must not be told of the next one, too.
		for (const line of more) if (line.startsWith('process ')) problems.push(line);
		return [...problems, ...more.map(line => `left: ${line}`)];
	};
	return {
		box,
		injector,
		known: new Set(),
		open: async row => {
			const wanted = box.spec(row.spec);
			if (spec !== row.spec) {
				await box.tsbox(['run', wanted]);
				await box.tsbox(['gc']);
				before = look();
				spec = row.spec ?? '';
			}
		},
		settle,
		[Symbol.asyncDispose]: async () => {
			injector[Symbol.dispose]();
			await box[Symbol.asyncDispose]();
		},
	};
}
