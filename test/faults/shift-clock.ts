import programs, {type SpawnOptions} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';

// Loaded by `node --require` before tsbox, and handed on to the supervisor that it starts: the clock of the day is off by
// as many ms as a file says at that moment. Only for tsbox's own processes: a clock of the kernel's cannot be set for some.
const [script = '', file = ''] = (process.env['TSBOX_CLOCK'] ?? '').split(':');
delete process.env['TSBOX_CLOCK'];
const Real = Date;

function offset(): number {
	return Number(readFileSync(file, 'utf8'));
}

globalThis.Date = class extends Real {
	constructor(...args: readonly unknown[]) {
		if (args.length === 0) super(Real.now() + offset());
		else super(...(args as [string]));
	}

	static override now(): number {
		return Real.now() + offset();
	}
} as DateConstructor;

type Spawn = (file: string, args: readonly string[], options: SpawnOptions) => unknown;
const spawn = programs.spawn.bind(programs) as unknown as Spawn;
(programs as {spawn: unknown}).spawn = ((program, args, options) =>
	program === process.execPath && args.includes('supervise')
		? spawn(program, ['--require', script, ...args], {
				...options,
				env: {...options.env, TSBOX_CLOCK: `${script}:${file}`},
			})
		: spawn(program, args, options)) satisfies Spawn;
syncBuiltinESMExports();
